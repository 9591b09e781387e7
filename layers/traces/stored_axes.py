"""Words for the axes of what a layer stores, from what it is multiplied with or added to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.layout import Gather
from layers.operations.normalize import Normalize
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.trace import Step, Trace

Words = tuple[str, ...]
_HEADS = re.compile("query|key|value|attention|head|qkv", re.IGNORECASE)
"""Names of sublayers and weights that have heads. Other kernels of three axes have not: those of
splines, say."""


def initial_state(trace: Trace, name: str, words: dict[str, Words]) -> None:
    """Give the state before the first time step its words: the batch's, and units."""
    first = words.get(trace.input_names[0], ()) if trace.input_names else ()
    state = name.rpartition("/")[2] in ("h_0", "c_0") and name not in trace.made_by
    if state and first and trace[name].ndim == 2:
        words.setdefault(name, (first[0], "units"))


def weights(trace: Trace, step: Step, words: dict[str, Words]) -> None:
    """Give words to weights, from what they are multiplied with or added to."""
    for name in step.operands:
        _recurrent(trace, name, words)
    if isinstance(step.op, Gather):
        rows, numbers = trace[step.operands[0]], trace[step.operands[1]]
        if rows.ndim == 2 and step.op.axis == 0 and numbers.dtype.kind in "iu":
            words.setdefault(step.operands[0], ("ids", "features"))
    elif isinstance(step.op, Contract):
        _kernel(trace, step, words)
    elif isinstance(step.op, Conv | DepthwiseConv | ConvTranspose) and all(
        word.startswith("axis ") for word in words.get(step.operands[1], ())
    ):
        rank = trace[step.operands[1]].ndim
        size = ("rows", "columns", "depth")[: rank - 2] if rank > 3 else ("steps",)
        ends = {"Conv": ("channels", "filters"), "ConvTranspose": ("filters", "channels")}
        last = ends.get(type(step.op).__name__, ("channels", "multiplier"))
        words[step.operands[1]] = (*(f"kernel {word}" for word in size), *last)
    elif isinstance(step.op, Elementwise | Normalize):
        shape = trace[step.result].shape
        known = next((n for n in step.operands if n in words and trace[n].shape == shape), None)
        for name in step.operands:
            own = trace[name].shape
            if known and name not in words and own == shape[len(shape) - len(own) :]:
                words[name] = words[known][len(shape) - len(own) :]


def _recurrent(trace: Trace, name: str, words: dict[str, Words]) -> None:
    """Give words to a recurrent kernel, and to a bias with a row for each of two kernels."""
    if trace[name].ndim != 2:
        return
    if name.endswith("recurrent_kernel"):
        units = "gate units" if trace[name].shape[1] > trace[name].shape[0] else "units"
        words.setdefault(name, ("units before", units))
    elif name.endswith("bias") and _has_gates(trace, name):
        words.setdefault(name, ("kernels", "gate units"))


def _kernel(trace: Trace, step: Step, words: dict[str, Words]) -> None:
    letters: dict[str, str] = {}
    for name, part in zip(step.operands, step.op.inputs, strict=True):  # ty: ignore
        for letter, word in zip(part, words.get(name, ()), strict=False):
            if not word.startswith("axis "):
                letters.setdefault(letter, word)
    for name, part in zip(step.operands, step.op.inputs, strict=True):  # ty: ignore
        unknown = all(word.startswith("axis ") for word in words.get(name, ()))
        if unknown and trace.tensors[name].role in ("weight", "state"):
            free = [letter for letter in part if letter not in letters]
            own = _free_words(free, part, letters, step.scope)
            if own[:1] == ["heads"] and not _HEADS.search(f"{step.scope}/{name}"):
                own[0] = f"axis {part.index(free[0])}"
            if own[:1] == ["heads"] and _shares_heads(trace, name):
                own[0] = "shared heads"
            gated = len(free) == 1 and _has_gates(trace, name)
            new = dict(zip(free, ["gate units"] if gated else own, strict=True))
            words[name] = tuple(letters.get(letter) or new[letter] for letter in part)


def _shares_heads(trace: Trace, kernel: str) -> bool:
    """Say whether the queries have more heads than a kernel of the keys or the values."""
    block = kernel.split("/")[:-2]
    queries = trace.tensors.get("/".join([*block, "query/kernel"]))
    if queries is None or queries.values.ndim != 3:
        return False
    return queries.values.shape[1] > trace[kernel].shape[1]


def _has_gates(trace: Trace, weight: str) -> bool:
    """Say whether a weight makes several gates at once: the recurrent kernel beside it is wide."""
    path = weight.rpartition("/")[0]
    recurrent = trace.tensors.get(f"{path}/recurrent_kernel".strip("/"))
    if recurrent is None or recurrent.values.ndim != 2:
        return False
    return recurrent.values.shape[1] > recurrent.values.shape[0]


def _free_words(free: list[str], part: str, letters: Mapping[str, str], scope: str) -> list[str]:
    """Return words for the axes of a kernel that its other operand does not have."""
    if len(free) == 1:
        taken = "units" in letters.values()
        return [f"{scope} units" if scope and taken else "features" if taken else "units"]
    if len(free) == 2 and len(part) == 3:
        return ["heads", "units"]
    return [f"axis {part.index(letter)}" for letter in free]
