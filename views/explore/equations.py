"""Whether drawn planes are an equation, and how it is written so that they are.

Of a tensor of many axes one plane is drawn. What is written between planes must be true of them: an
axis that is summed over and not drawn is named, a matrix that runs the other way stands transposed,
and where a slider chooses one number of a bias, this is said. Where no such words help, an arrow
leads to the result. The places of the sliders do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from layers.operations.contraction import Contract
from layers.operations.elementwise import Elementwise
from layers.operations.window import Conv, ConvTranspose, DepthwiseConv
from layers.traces.rows import Notation
from layers.traces.trace import Step, Trace
from views.explore.planes import AUTO, plane_of

_KNOWN = (Contract, Elementwise, Conv, DepthwiseConv, ConvTranspose)
_APART = Notation(is_equation=False)
_FILTER, _CHANNEL, _BATCH = "zyx"


@dataclass(frozen=True)
class _Drawn:
    """Letters of an operand's or result's axes; those of length 1 are left out.

    Attributes:
        down: the axis that runs down.
        across: the axis that runs across.
        at: the axes that stand at one place → the word of the slider that moves them.
    """

    down: str
    across: str
    at: Mapping[str, str]

    @property
    def plane(self) -> str:
        """The letters of the axes that are drawn."""
        return self.down + self.across


def notations(
    trace: Trace, steps: Iterable[Step], rows: str = AUTO, columns: str = AUTO
) -> dict[str, Notation]:
    """Return how operations are written, by their results; those that need nothing are left out.

    Args:
        trace: the run.
        steps: the operations that are drawn.
        rows: the word that was chosen to run down.
        columns: the word that was chosen to run across.
    """
    found = {}
    for step in steps:
        if not (isinstance(step.op, _KNOWN) and step.op.infix and len(step.operands) > 1):
            continue
        letters = _letters(trace, step)
        drawn = [
            _drawn(trace, name, own, rows, columns)
            for name, own in zip((*step.operands, step.result), letters, strict=True)
        ]
        written = _written(trace, step, letters, drawn)
        if not written.is_plain:
            found[step.result] = written
    return found


def _letters(trace: Trace, step: Step) -> tuple[str, ...]:
    """Return a letter for each axis of the operands and the result; the same axis has the same."""
    op = step.op
    ranks = [trace[name].ndim for name in (*step.operands, step.result)]
    if isinstance(op, Contract):
        return (*op.inputs, op.output)
    if isinstance(op, Elementwise):
        letters = ascii_lowercase[: ranks[-1]]
        return tuple(letters[len(letters) - rank :] for rank in ranks)
    taps = ascii_lowercase[: ranks[0] - 2]
    inner, outer = _CHANNEL, _FILTER
    if isinstance(op, DepthwiseConv):
        if trace[step.operands[1]].shape[-1] == 1:
            outer = _CHANNEL  # a filter for each channel
    elif isinstance(op, Conv | ConvTranspose) and op.groups > 1:
        inner = "g"  # a group's own channels
    last = outer + inner if isinstance(op, ConvTranspose) else inner + outer
    return _BATCH + taps + _CHANNEL, taps + last, _BATCH + taps + outer


def _drawn(trace: Trace, name: str, letters: str, rows: str, columns: str) -> _Drawn:
    tensor = trace.tensors[name]
    shape = tensor.values.shape
    long = [letter if length > 1 else "" for letter, length in zip(letters, shape, strict=True)]
    if len(shape) < 2:
        return _Drawn("", "".join(long), {})
    plane = plane_of(tensor, {}, rows, columns)
    others = {long[axis]: tensor.axes[axis] for axis in plane.at if long[axis]}
    return _Drawn(long[plane.row_axis], long[plane.column_axis], others)


def _written(trace: Trace, step: Step, letters: Sequence[str], drawn: Sequence[_Drawn]) -> Notation:
    *operands, result = drawn
    if isinstance(step.op, Elementwise):
        return _cell_by_cell(operands, result)
    if not isinstance(step.op, Contract):
        return _convolved(letters[0][1:-1], *operands, result)
    words: dict[str, str] = {}
    for name, own in zip(step.operands, letters, strict=False):
        for letter, word in zip(own, trace.tensors[name].axes, strict=True):
            words.setdefault(letter, word)
    summed = {letter: words[letter] for letter in step.op.summed if _is_long(letter, drawn)}
    if not summed:
        return _cell_by_cell(operands, result)
    if len(operands) != 2:
        return Notation(sums=tuple(summed.values()), is_equation=False)
    return _multiplied(summed, *operands, result)


def _is_long(letter: str, drawn: Iterable[_Drawn]) -> bool:
    return any(letter in each.plane or letter in each.at for each in drawn)


def _multiplied(words: Mapping[str, str], left: _Drawn, right: _Drawn, result: _Drawn) -> Notation:
    """Return a product of matrices: what both planes share runs across the left, down the right.

    Args:
        words: letter → word of the axes that are summed over.
        left: the left operand.
        right: the right operand.
        result: the sum of their products.
    """
    apart = Notation(sums=tuple(words.values()), is_equation=False)
    across = [letter for letter in words if letter in left.plane]
    if len(across) != 1 or across[0] not in right.plane:
        return apart
    (shared,) = across
    others = [letter for letter in words if letter != shared]
    down = left.across if left.down == shared else left.down
    along = right.down if right.across == shared else right.across
    # A column is drawn as a line where it is all there is.
    planes = ((down, along), *(((along, down),) if not (along and down) else ()))
    fits = (
        (result.down, result.across) in planes
        and all(_moved_together(letter, left, right) for letter in others)
        and not _elsewhere(left, result, words)
        and not _elsewhere(right, result, words)
    )
    if not fits:
        return apart
    return Notation(
        sums=tuple(words[letter] for letter in others),
        turned=(left.down == shared, right.across == shared),
    )


def _cell_by_cell(operands: Sequence[_Drawn], result: _Drawn) -> Notation:
    """Return what is done cell by cell; an operand may have fewer axes, as a bias has."""
    turned, places = [], []
    for each in operands:
        taken = [letter for letter in each.plane if letter not in result.plane]
        if _elsewhere(each, result) or any(letter not in result.at for letter in taken):
            return _APART
        places.append(tuple(result.at[letter] for letter in taken))
        pairs = ((each.down, result.across), (each.across, result.down))
        turned.append(any(own and own == other for own, other in pairs))
    return Notation(turned=tuple(turned), places=tuple(places))


def _convolved(taps: str, image: _Drawn, kernel: _Drawn, result: _Drawn) -> Notation:
    """Return a convolution, of images that are drawn whole; the kernel may be drawn in part.

    Args:
        taps: the letters of the axes along which the kernel moves.
        image: what it moves over.
        kernel: the kernel.
        result: the sums of their products.
    """
    over = [letter for letter in (*taps, _CHANNEL) if letter in kernel.at]
    if _CHANNEL in over and _CHANNEL not in result.at:
        channels = _moved_together(_CHANNEL, image, kernel)
    else:
        over = [letter for letter in over if letter != _CHANNEL]
        shared = image.across == kernel.down == _CHANNEL  # as in a product of matrices
        channels = _CHANNEL not in image.plane + kernel.plane or shared
    down, across = image.down or result.down, image.across or result.across
    fits = (
        channels
        and _CHANNEL not in result.plane
        and not any(letter in image.at or letter in result.at for letter in taps)
        and not _elsewhere(image, result, over)
        and not _elsewhere(kernel, result, over)
        and (image.down in (_CHANNEL, result.down) or not result.down)
        and (image.across in (_CHANNEL, result.across) or not result.across)
        and (_FILTER not in kernel.plane + result.plane or kernel.across == result.across)
    )
    if not fits:
        return _APART
    turned = any(
        own in taps and own == other
        for own, other in ((kernel.down, across), (kernel.across, down))
        if own
    )
    return Notation(sums=tuple(kernel.at[letter] for letter in over), turned=(False, turned))


def _moved_together(letter: str, left: _Drawn, right: _Drawn) -> bool:
    """Say whether one slider moves an axis of both."""
    return letter in left.at and left.at[letter] == right.at.get(letter)


def _elsewhere(operand: _Drawn, result: _Drawn, summed: Iterable[str] = ()) -> bool:
    """Say whether an operand shows one place of an axis, and the result not the same place."""
    return any(
        letter not in summed and result.at.get(letter) != word
        for letter, word in operand.at.items()
    )
