"""The kinds of file that a run is written as, by their ending."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from layers.traces.trace import Tensor
from layerscope.refusal import CANNOT_DRAW, WRONG_REQUEST, Refusal
from layerscope.result import Run
from pictures import files
from pictures.describe import description_of


@dataclass(frozen=True, kw_only=True)
class Options(files.DrawingOptions):
    """How a run is drawn: see ``pictures.files.Options``."""

    def __post_init__(self) -> None:
        """Check every option.

        Raises:
            Refusal: a value that is none of its option's.
        """
        with _refusals():
            super().__post_init__()


def written(run: Run, ending: str, options: Options) -> bytes:
    """Return a run as the bytes of a file.

    Args:
        run: what to write.
        ending: one of ``FORMATS``.
        options: how.

    Raises:
        Refusal: there is no such kind, no such tensor, or no picture of that kind.
    """
    return FORMATS[checked(ending)](run, options)


def checked(ending: str) -> str:
    """Return an ending that there is a format for.

    Raises:
        Refusal: there is none.
    """
    if ending not in FORMATS:
        raise Refusal(
            f"The file cannot be written: expected one of {', '.join(FORMATS)}. Received "
            f"{ending[:20]!r}. Name it after one of these, such as picture.svg.",
            WRONG_REQUEST,
        )
    return ending


def alternative(run: Run, options: Options) -> str:
    """Return what the picture shows, in words."""
    block = block_of(run, options)
    return " ".join(filter(None, [f"{run.title}.", description_of(block), options.caption]))


def block_of(run: Run, options: Options) -> dict[str, Any]:
    """Return the block to draw: the whole equation, or a tensor of it."""
    with _refusals():
        return files.chosen(run.block, options.only)


def _picture(run: Run, options: Options, ending: str) -> bytes:
    with _refusals():
        return files.drawn(run.block, ending, options)


@contextmanager
def _refusals() -> Generator[None]:
    """Refuse what cannot be drawn, with the exit status that says of which kind it is."""
    try:
        yield
    except files.OptionError as asked:
        raise Refusal(str(asked), WRONG_REQUEST) from None
    except ValueError as failed:
        raise Refusal(str(failed), CANNOT_DRAW) from None


def _json(run: Run, options: Options) -> bytes:
    """Write the tensors as nested lists; what is not finite is text: ``"NaN"``, ``"Infinity"``."""
    document = {
        "link": run.link,
        "title": run.title,
        "description": alternative(run, options),
        "tensors": {
            name: {
                "role": tensor.role,
                "axes": list(tensor.axes),
                "shape": list(tensor.values.shape),
                "values": _nested(tensor.values),
            }
            for name, tensor in _chosen(run, options).items()
        },
    }
    if pin := run.block.get("pin"):
        document["pin"] = {name: pin[name] for name in ("cell", "sentence")}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _npz(run: Run, options: Options) -> bytes:
    stream = io.BytesIO()
    arrays: dict[str, Any] = {name: tensor.values for name, tensor in _chosen(run, options).items()}
    np.savez(stream, **arrays)
    return stream.getvalue()


def _chosen(run: Run, options: Options) -> dict[str, Tensor]:
    """Return the tensors to write: all of the run, or the one that is asked for."""
    if not options.only:
        return dict(run.tensors)
    block_of(run, options)
    return {options.only: run.tensors[options.only]}


def _nested(values: np.ndarray) -> Any:
    if values.ndim:
        return [_nested(part) for part in values]
    number = float(values)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return float(f"{number:.9g}")  # nine digits tell every float32 from its neighbours


def _html(run: Run, options: Options) -> bytes:
    from layerscope.offline import offline

    return offline(run, options)


FORMATS: dict[str, Callable[[Run, Options], bytes]] = {
    **{ending: partial(_picture, ending=ending) for ending in files.ENDINGS},
    ".html": _html,
    ".json": _json,
    ".npz": _npz,
}
"""A function for each ending. Another kind of file is one more line."""
