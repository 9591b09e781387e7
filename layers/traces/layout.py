"""A run's graph as rows of tensors with signs between, grouped by sublayer.

A chain is one row: ``inputs · kernel + bias = outputs``. Any other graph is first its two ends
(what goes in, the weights, the results), and then the rows inside, a group for every sublayer.
A tensor is drawn once; where it returns it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layers.operations.layout import Slice
from layers.operations.numbers import written
from layers.operations.op import Op
from layers.traces.trace import Step, Trace

LONGEST_CHAIN = 14
"""Tensors of one row; more are read better as rows of their own."""
LONGEST_LIST = 6
"""Operands that are written one by one; of a longer list the first two and the last."""
MOST_STEPS = 2000
"""Operations that are laid out one by one; a larger graph is summed up by sublayer."""


@dataclass(frozen=True)
class Drawn:
    """A tensor that is drawn here."""

    name: str


@dataclass(frozen=True)
class Named:
    """A tensor that is drawn elsewhere, and named here."""

    name: str


@dataclass(frozen=True)
class Sign:
    """What stands between two tensors: ``·``, or a labelled arrow; ``says`` is for the ear."""

    text: str
    says: str = ""
    arrow: bool = False


Item = Drawn | Named | Sign
Row = tuple[Item, ...]
EQUALS = Sign("=", "equals")
AND = Sign(",", "and")
OPEN, CLOSE = Sign("("), Sign(")")


@dataclass(frozen=True)
class Group:
    """What one sublayer does.

    Attributes:
        path: the sublayer's, ``"query"``; empty for the layer's own operations.
        parts: rows and groups, in the order in which they are computed.
    """

    path: str
    parts: tuple[Row | Group, ...]


@dataclass(frozen=True)
class Layout:
    """A graph, laid out.

    Attributes:
        rows: what is always shown: the whole chain, or the two ends of the graph.
        inside: of a graph that is no chain, its operations; else None.
        left_out: how many operations are not laid out, where there are too many.
    """

    rows: tuple[Row, ...]
    inside: Group | None = None
    left_out: int = 0

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of all tensors that are drawn, in order."""
        return tuple(dict.fromkeys(item.name for item in self.items() if isinstance(item, Drawn)))

    def items(self) -> Iterable[Item]:
        """Return the items of all rows, in order."""
        yield from (item for row in self.rows for item in row)
        if self.inside:
            yield from _items(self.inside)


def _items(group: Group) -> Iterable[Item]:
    for part in group.parts:
        yield from _items(part) if isinstance(part, Group) else part


def layout(trace: Trace, title: str, steps: Sequence[Step] | None = None) -> Layout:
    """Lay a graph out.

    Args:
        trace: the run.
        title: the layer's, for the arrow between the two ends.
        steps: the operations to lay out inside, such as those of one time step; None for all.

    Returns:
        One row for a chain; else the two ends, and the rows inside.
    """
    if steps is None and (chain := _chain(trace)):
        return Layout(rows=(chain,))
    ends = _ends(trace, title)
    chosen = trace.steps if steps is None else tuple(steps)
    if len(chosen) > MOST_STEPS:
        return Layout(rows=(ends,), left_out=len(chosen))
    if not chosen:
        return Layout(rows=(ends,))
    writer = _Writer(trace, {item.name for item in ends if isinstance(item, Drawn)})
    return Layout(rows=(ends,), inside=writer.group("", chosen))


def is_chain(trace: Trace) -> bool:
    """Return whether a graph is written as one row."""
    return bool(_chain(trace))


def _chain(trace: Trace) -> Row:
    """Return the one row of a graph in which each tensor is used once; else nothing."""
    if len(trace.output_names) != 1 or not trace.steps:
        return ()
    operands = [name for step in trace.steps for name in step.operands if not _written(trace, name)]
    if len(set(operands)) != len(operands) or trace.output_names[0] in operands:
        return ()
    row = tuple(_tree(trace, trace.output_names[0]))
    drawn = {item.name for item in row if isinstance(item, Drawn)}
    if len(drawn) > LONGEST_CHAIN or not drawn.issuperset(trace.input_names):
        return ()
    return row


def _tree(trace: Trace, name: str) -> list[Item]:
    """Write a tensor with all that made it, in brackets where a branch joins."""
    step = trace.made_by.get(name)
    if step is None or not step.operands:
        return [_written(trace, name) or Drawn(name)]
    sign = _sign(trace, step)
    parts: list[Item] = []
    for at, operand in enumerate(step.operands):
        inner = trace.made_by.get(operand)
        written = _tree(trace, operand)
        joined = inner is not None and not inner.shown
        bare = len(written) == 1 or (not at and (not joined or _bare_in_chain(inner, step)))
        nested = written if bare else [OPEN, *written, CLOSE]
        parts += [*([sign if step.op.infix else AND] if at else []), *nested]
    if not step.op.infix:
        if not step.shown:
            return _in_place(trace, step, [*parts, sign])
        return [*parts, sign, Drawn(name)]
    return [*parts, EQUALS, Drawn(name)] if step.shown else parts


def _written(trace: Trace, name: str) -> Sign | None:
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


def _ends(trace: Trace, title: str) -> Row:
    """Return what goes in, what is stored, and what the layer returns."""
    stored = [
        name
        for name, tensor in trace.tensors.items()
        if name not in trace.made_by
        and (tensor.role == "weight" or (tensor.role in ("constant", "state") and tensor.path))
    ]
    before = list(dict.fromkeys((*trace.input_names, *stored)))
    results = [name for name in dict.fromkeys(trace.output_names) if name not in before]
    row: list[Item] = []
    for name in before:
        row += [*([AND] if row else []), Drawn(name)]
    row.append(Sign(title, f"{title} computes", arrow=True))
    for position, name in enumerate(results or trace.output_names):
        row += [AND] if position else []
        row.append(Drawn(name) if results else Named(name))
    return tuple(row)


@dataclass
class _Writer:
    """Writes steps as rows; ``drawn`` are the tensors that are on the picture already."""

    trace: Trace
    drawn: set[str]

    def group(self, path: str, steps: Sequence[Step]) -> Group:
        """Return the group of a sublayer: its own rows, and the groups of sublayers in it."""
        parts: list[Row | Group] = []
        for inner, chunk in _by_sublayer(path, steps):
            if inner == path:
                parts += self.rows(chunk)
            else:
                parts.append(self.group(inner, chunk))
        return Group(path, tuple(parts))

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
            rows[at] += [*([EQUALS] if step.op.infix else []), self._place(step.result)]
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
        """Return whether a step takes a row's result and nobody else does."""
        first = step.operands[0] if step.operands else ""
        return (
            row[-1] == Drawn(first)
            and len(self.trace.used_by[first]) == 1
            and step.operands.count(first) == 1
            and first not in self.trace.output_names
        )

    def _write(self, step: Step) -> list[Item]:
        """Return a step's operands with its signs, without its result."""
        sign = _sign(self.trace, step)
        names = list(enumerate(step.operands))
        if len(names) > LONGEST_LIST and not step.op.infix:
            names = [*names[:2], names[-1]]
        written = [self._operand(name, step, at) for at, name in names]
        if not written:
            return [sign]
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
        made = _in_place(self.trace, inner, self._write(inner))
        bare = _is_bare(inner.op, step.op, position, len(step.operands))
        return made if bare else [OPEN, *made, CLOSE]

    def _place(self, name: str) -> Item:
        if sign := _written(self.trace, name):
            return sign
        if name in self.drawn:
            return Named(name)
        self.drawn.add(name)
        return Drawn(name)


def _sign(trace: Trace, step: Step) -> Sign:
    """Return a step's sign; of a part, which cells it takes."""
    if isinstance(step.op, Slice):
        text = part(step.op, trace[step.operands[0]].shape)
        return Sign(text, f"part {text[1:-1]}", arrow=True)
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


def _in_place(trace: Trace, step: Step, written: list[Item]) -> list[Item]:
    """Write a result inside an expression: ``tanh ( c )``, ``bias [0]``; arithmetic as it is."""
    if step.op.infix:
        return written
    sign = _sign(trace, step)
    plain = Sign(sign.text, sign.says)
    if isinstance(step.op, Slice):
        return [*written[:-1], plain]
    return [plain, OPEN, *written[:-1], CLOSE]


def _is_bare(inner: Op, outer: Op, position: int, operands: int) -> bool:
    """Return whether an expression needs no brackets inside another."""
    if not outer.infix:
        return operands == 1
    if not inner.infix:
        return True
    strong, weak = _binding(inner.sign), _binding(outer.sign)
    return strong > weak or (strong == weak and (not position or inner.sign == outer.sign == "+"))


def _bare_in_chain(inner: Step | None, outer: Step) -> bool:
    return inner is None or not outer.op.infix or _is_bare(inner.op, outer.op, 0, 2)


def _binding(sign: str) -> int:
    """Return how strongly an infix sign binds: products before sums, matrix products first."""
    return {"+": 1, "−": 1, "×": 2, "÷": 2}.get(sign, 3)


def _by_sublayer(path: str, steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
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
