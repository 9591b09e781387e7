"""Rows of tensors with signs between: how operations are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from layers.operations.arithmetic.numbers import written
from layers.operations.layout import Reshape, Slice
from layers.operations.op import Op
from layers.operations.reduction import Reduce
from layers.traces.trace import Step, Trace

LONGEST_LIST = 6
"""Operands that are written one by one; of a longer list the first two and the last."""


@dataclass(frozen=True)
class DrawnTensor:
    """A tensor that is drawn here."""

    name: str


@dataclass(frozen=True)
class Named:
    """A tensor that is drawn elsewhere, and named here; by ``text``, where that is not empty."""

    name: str
    text: str = ""


@dataclass(frozen=True)
class Sign:
    """What stands between two tensors: ``·``, or a labelled arrow; ``says`` is for the ear."""

    text: str
    says: str = ""
    arrow: bool = False


@dataclass(frozen=True)
class Notation:
    """How an operation is written between the drawn planes of its tensors.

    Attributes:
        sums: words of the axes that are summed over, without the one that both planes share; all
            of them where the planes make no equation.
        turned: whether each operand stands transposed.
        places: for each operand, words of the drawn axes of which only one place is used: the one
            that the result's slider chooses.
        is_equation: the planes with their signs make the plane of the result.
    """

    sums: tuple[str, ...] = ()
    turned: tuple[bool, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()
    is_equation: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether signs alone say it all."""
        return self.is_equation and not (self.sums or any(self.turned) or any(self.places))

    @property
    def begins(self) -> bool:
        """Whether it is written in a row of its own, since something stands before the sign."""
        first = any(self.turned[:1]) or any(self.places[:1])
        return bool(self.sums) or first or not self.is_equation


Item = DrawnTensor | Named | Sign
Row = tuple[Item, ...]
EQUALS = Sign("=", "equals")
AND = Sign(",", "and")
OPEN, CLOSE = Sign("("), Sign(")")
TURNED = Sign("ᵀ", "transposed")
PLAIN = Notation()


@dataclass(frozen=True)
class SublayerGroup:
    """What one sublayer does.

    Attributes:
        path: the sublayer's, ``"query"``; empty for the layer's own operations.
        parts: rows and groups, in the order in which they are computed.
    """

    path: str
    parts: tuple[Row | SublayerGroup, ...]


@dataclass
class Writer:
    """Writes steps as rows.

    Attributes:
        trace: the run.
        drawn: the tensors that are on the picture already.
        notations: how operations are written, by their results, where signs do not say it all.
    """

    trace: Trace
    drawn: set[str]
    notations: Mapping[str, Notation] = field(default_factory=dict)

    def group(self, path: str, steps: Sequence[Step]) -> SublayerGroup:
        """Return the group of a sublayer: its own rows, and the groups of sublayers in it."""
        parts: list[Row | SublayerGroup] = []
        for inner, chunk in by_sublayer(path, steps):
            if inner == path:
                parts += self.rows(chunk)
            else:
                parts.append(self.group(inner, chunk))
        return SublayerGroup(path, tuple(parts))

    def ends_of(self, path: str, steps: Sequence[Step]) -> Row:
        """Return one row for a sublayer: what it reads, and what others read of it."""
        made = {step.result for step in steps}
        read = dict.fromkeys(name for step in steps for name in step.operands if name not in made)
        results = [
            step.result
            for step in steps
            if step.result in self.trace.output_names
            or any(reader.result not in made for reader in self.trace.used_by[step.result])
        ]
        row: list[Item] = []
        for name in read:
            if not one_number(self.trace, name):
                row += [*([AND] if row else []), self._place(name)]
        title = path.rpartition("/")[2]
        row.append(Sign(title, f"{title} computes, in {len(steps)} operations", arrow=True))
        for position, name in enumerate(results):
            row += [*([AND] if position else []), self._place(name)]
        return tuple(row)

    def rows(self, steps: Sequence[Step]) -> list[Row]:
        """Return the rows of steps that follow each other."""
        rows: list[list[Item]] = []
        place: dict[str, int] = {}
        for step in steps:
            if not step.shown:
                continue
            at = next((at for at, row in enumerate(rows) if self._goes_on(row, step)), None)
            others = {place[name] for name in self._leaves(step) if name in place}
            if at is not None and others == {at}:  # what joins two rows is a row of its own
                rows[at] += self._write(step)[1:]
            else:
                at = len(rows)
                rows.append(self._write(step))
            notation = self.notations.get(step.result, PLAIN)
            equals = [EQUALS] if step.op.infix and notation.is_equation else []
            rows[at] += [*equals, self._place(step.result)]
            place[step.result] = at
        return [tuple(row) for row in rows]

    def _leaves(self, step: Step) -> Iterable[str]:
        """Return the tensors that are drawn or named where a step is written."""
        for name in step.operands:
            inner = self._inside(name)
            yield from self._leaves(inner) if inner else [name]

    def _inside(self, name: str) -> Step | None:
        """Return the step of a result that is only passed on."""
        made = self.trace.made_by.get(name)
        return None if made is None or made.shown else made

    def _goes_on(self, row: list[Item], step: Step) -> bool:
        """Return whether a step takes a row's result and nobody else does.

        In ``a + b = c, d → stack`` the list would seem to begin with ``a + b``.
        """
        first = step.operands[0] if step.operands else ""
        return (
            row[-1] == DrawnTensor(first)
            and (len(step.operands) == 1 or step.op.infix or EQUALS not in row)
            and len(self.trace.used_by[first]) == 1
            and step.operands.count(first) == 1
            and first not in self.trace.output_names
            and not self.notations.get(step.result, PLAIN).begins
        )

    def _write(self, step: Step) -> list[Item]:
        """Return a step's operands with its signs, without its result."""
        sign = sign_of(self.trace, step)
        names = list(enumerate(step.operands))
        if len(names) > LONGEST_LIST and not step.op.infix:
            names = [*names[:2], names[-1]]
        written = [self._operand(name, step, at) for at, name in names]
        if not written:
            return [sign]
        if notation := self.notations.get(step.result):
            return combined(notation, sign, written)
        if len(names) < len(step.operands):
            written.insert(2, [Sign("…", f"and {len(step.operands) - 3} more")])
        parts = list(written[0])
        for other in written[1:]:
            parts += [sign if step.op.infix else AND, *other]
        return parts if step.op.infix and len(written) > 1 else [*parts, sign]

    def _operand(self, name: str, step: Step, position: int) -> list[Item]:
        inner = self._inside(name)
        if inner is None:
            return [self._place(name)]
        made = in_place(self.trace, inner, self._write(inner))
        if not self.notations.get(name, PLAIN).is_equation:
            return [OPEN, *made, self._place(name), CLOSE]
        bare = len(made) == 1 or is_bare(inner.op, step.op, position, len(step.operands))
        return made if bare else [OPEN, *made, CLOSE]

    def _place(self, name: str) -> Item:
        if sign := one_number(self.trace, name):
            return sign
        if name in self.drawn:
            return Named(name)
        self.drawn.add(name)
        return DrawnTensor(name)


def combined(notation: Notation, sign: Sign, operands: Sequence[Sequence[Item]]) -> list[Item]:
    """Write operands so that what is drawn is true: ``Σ heads  Q · Kᵀ``, ``X + b [time shown]``."""
    over = ", ".join(notation.sums)
    if not notation.is_equation:
        parts: list[Item] = []
        for operand in operands:
            parts += [*([AND] if parts else []), *operand]
        arrow = (f"Σ {over}", f"multiplied, summed over {over}") if over else (sign.text, sign.says)
        return [*parts, Sign(*arrow, arrow=True)]
    row: list[Item] = [Sign(f"Σ {over}", f"sum over {over} of")] if over else []
    for at, operand in enumerate(operands):
        after: list[Item] = [_shown(words) for words in notation.places[at : at + 1] if words]
        after += [TURNED] if any(notation.turned[at : at + 1]) else []
        bare = len(operand) == 1 or not after
        row += [*([sign] if at else []), *(operand if bare else [OPEN, *operand, CLOSE]), *after]
    return row


def _shown(words: Sequence[str]) -> Sign:
    """Return the sign after a tensor that is drawn whole, where only one place of it is used."""
    return Sign(f"[{', '.join(words)} shown]", f"at the {' and '.join(words)} shown")


def one_number(trace: Trace, name: str) -> Sign | None:
    """Return a constant that is one number as that number; None of other tensors."""
    tensor = trace.tensors[name]
    if (
        tensor.role != "constant"
        or tensor.values.size != 1
        or tensor.values.dtype.kind not in "fiub"
    ):
        return None
    if name in trace.made_by or name in trace.input_names or name in trace.output_names:
        return None
    text = written(float(tensor.values.ravel()[0]), 4)
    return Sign(text, f"the constant {text}")


def sign_of(trace: Trace, step: Step) -> Sign:
    """Return a step's sign; of a part with its cells, of a sum or a mean with its axes."""
    if isinstance(step.op, Slice):
        text = part(step.op, trace[step.operands[0]].shape)
        return Sign(text, f"part {text[1:-1]}", arrow=True)
    if isinstance(step.op, Reduce):
        words = trace.tensors[step.operands[0]].axes
        if 0 < len(step.op.axes) < len(words):
            along = ", ".join(words[axis] for axis in step.op.axes)
            return Sign(f"{step.op.sign} {along}", f"{step.op.says}, along {along}", arrow=True)
    return Sign(step.op.sign, step.op.says, arrow=not step.op.infix)


def part(op: Slice, shape: Sequence[int]) -> str:
    """Return which cells a part takes, as Python writes it, without the whole axes at the end.

    >>> part(Slice((0, 3), (2, 3), (1, 1)), (2, 12))
    '[:, 3:6]'
    """
    words: list[str] = []
    for axis, (first, count, step) in enumerate(zip(op.begin, op.size, op.strides, strict=True)):
        if axis in op.squeezed:
            words.append(str(first))
        elif (first, count, step) == (0, shape[axis], 1):
            words.append(":")
        else:
            last = first + step * (count - 1) + (1 if step > 0 else -1)
            end = "" if last < 0 else str(last)
            words.append(f"{first}:{end}" + (f":{step}" if step != 1 else ""))
    while len(words) > 1 and words[-1] == ":":
        words.pop()
    return f"[{', '.join(words)}]"


def in_place(trace: Trace, step: Step, written: list[Item]) -> list[Item]:
    """Write a result inside an expression: ``tanh ( c )``, ``bias [0]``; arithmetic as it is."""
    if step.op.infix:
        return written
    if isinstance(step.op, Reshape):
        return written[:-1]
    sign = sign_of(trace, step)
    plain = Sign(sign.text, sign.says)
    if isinstance(step.op, Slice):
        return [*written[:-1], plain]
    return [plain, OPEN, *written[:-1], CLOSE]


def is_bare(inner: Op, outer: Op, position: int, operands: int) -> bool:
    """Return whether an expression needs no brackets inside another."""
    if not outer.infix:
        return operands == 1
    if not inner.infix:
        return True
    strong, weak = _binding(inner.sign), _binding(outer.sign)
    return strong > weak or (strong == weak and (not position or inner.sign == outer.sign == "+"))


def _binding(sign: str) -> int:
    """Return how strongly an infix sign binds: products before sums, matrix products first."""
    return {"+": 1, "−": 1, "×": 2, "÷": 2}.get(sign, 3)


def by_sublayer(path: str, steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """Return runs of steps with the sublayer, directly below ``path``, that ran them."""
    chunks: list[tuple[str, list[Step]]] = []
    for step in steps:
        inner = _below(path, step.scope)
        if not chunks or chunks[-1][0] != inner:
            chunks.append((inner, []))
        chunks[-1][1].append(step)
    return chunks


def _below(path: str, scope: str) -> str:
    """Return the sublayer directly below a path that a scope lies in; the path itself if in none.

    >>> _below("", "block/query"), _below("block", "block/query"), _below("block", "block")
    ('block', 'block/query', 'block')
    """
    prefix = f"{path}/" if path else ""
    if not scope.startswith(prefix) or scope in ("", path):
        return path
    return prefix + scope[len(prefix) :].split("/", 1)[0]
