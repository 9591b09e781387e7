"""A link computed in this process: no server, no worker, TensorFlow started once for all links."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from layers.api import explore as api
from layers.api.explore import OwnModule
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError
from layerscope import link as links
from layerscope.explored import explored
from layerscope.refusal import CANNOT_DRAW, WRONG_REQUEST, Refusal
from layerscope.result import Run
from layerscope.trained import trained
from views.explore.link import PREFIX

MAXIMUM_BYTES = 2**20
"""Of an author's module."""


_PAGES = {"": explored, "train": trained}
"""What computes a link, by ``layerscope.link.PAGES``."""


def run(link: str, module: str = "") -> Run:
    """Compute what a link shows.

    Args:
        link: see ``layerscope.link.parameters``.
        module: path of an author's module, for links to ``own.<Class>``.

    Raises:
        Refusal: the link asks for what there is not, or the layer failed.
    """
    parameters = links.parameters(link)
    own = own_module(module)
    layers = _known(own)
    if parameters.get("layer", "").startswith(PREFIX) and own is None:
        raise Refusal(
            "The link cannot be drawn: expected the module of an author's own layer. Received "
            f"`{parameters['layer'][:60]}` alone. Add `--layers my_module.py`.",
            WRONG_REQUEST,
        )
    try:
        return _PAGES[parameters.page](parameters, layers, own)
    except BadInputError as refused:
        raise Refusal(str(refused), WRONG_REQUEST) from None
    except ValueError as failed:
        raise Refusal(str(failed), CANNOT_DRAW) from None


def own_module(path: str) -> OwnModule | None:
    """Return the text of an author's module as it is now; None without a path.

    Raises:
        Refusal: it cannot be read.
    """
    if not path:
        return None
    try:
        size = Path(path).stat().st_size
        if size <= MAXIMUM_BYTES:
            return OwnModule(str(Path(path).resolve()), Path(path).read_text("utf-8"))
        received = f"{size:,}"
    except (OSError, UnicodeDecodeError) as error:
        received = str(error)
    raise Refusal(
        f"Your layers cannot be read: expected a Python file in UTF-8 of at most {MAXIMUM_BYTES:,} "
        f"bytes. Received {received}. Name another with `--layers`.",
        WRONG_REQUEST,
    )


@cache
def _known(own: OwnModule | None) -> tuple[Description, ...]:
    """Return all layers that there are, an author's among them."""
    _start()
    try:
        return (*api.describe(), *(api.describe_own(own) if own else ()))
    except BadInputError as refused:
        raise Refusal(str(refused), WRONG_REQUEST) from None


@cache
def _start() -> None:
    """Start TensorFlow, once for all links."""
    api.start()
