"""A link computed in this process: no server, no worker, TensorFlow started once for all links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from layers.api import explore as api
from layers.api.explore import Exploration, OwnModule
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError, Field
from layerscope import link as links
from layerscope.refusal import CANNOT_DRAW, WRONG_REQUEST, Refusal
from views.explore.cells import CELL, CONTRAST
from views.explore.link import PREFIX, choice_from_link
from views.explore.picture import equation
from views.explore.view import choose_view
from views.explore.whole import Read

MAXIMUM_BYTES = 2**20
"""Of an author's module."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A link's run, and its picture as a block; ``read`` returns a field's value in the link."""

    link: str
    layer: Description
    block: dict[str, Any]
    exploration: Exploration
    read: Read

    @property
    def title(self) -> str:
        """The layer's title."""
        return self.layer.title


def run(link: str, module: str = "") -> Run:
    """Run the layer that a link names, as the Explore page would.

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
        choice = choice_from_link(layers, parameters)

        def read(field: Field) -> Any:
            return field.parse(parameters.get(field.name, field.default))

        read(CELL)
        read(CONTRAST)
        parameters.check()
        explored = api.explore(**choice.arguments(own))
        view = choose_view(explored.trace, choice.layer.title, read, explored.refused)
        if view.problems:
            raise BadInputError(view.problems[0])
        block = equation(choice.layer, explored, view)
    except BadInputError as refused:
        raise Refusal(str(refused), WRONG_REQUEST) from None
    except ValueError as failed:
        raise Refusal(str(failed), CANNOT_DRAW) from None
    return Run(link=link, layer=choice.layer, block=block, exploration=explored, read=read)


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
