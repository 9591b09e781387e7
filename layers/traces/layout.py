"""A run's graph as rows of tensors with signs between, grouped by sublayer.

A chain is one row: ``inputs · kernel + bias = outputs``. Any other graph is first its two ends
(what goes in, the weights, the results), and then the rows inside, a group for every sublayer.
A tensor is drawn once; where it returns it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from layers.operations.numbers import written
from layers.traces.trace import Step, Trace

LONGEST_CHAIN = 14
"""Tensors of one row; more are read better as rows of their own."""
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
    first, *others = (_tree(trace, operand) for operand in step.operands)
    sign = Sign(step.op.sign, step.op.says, arrow=not step.op.infix)
    parts = first
    for other in others:
        nested = [Sign("("), *other, Sign(")")] if len(other) > 1 else other
        parts = [*parts, sign if step.op.infix else AND, *nested]
    if not step.op.infix:
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
    inline: dict[str, list[Item]] = field(default_factory=dict)

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
        for step in steps:
            if not step.shown:
                self.inline[step.result] = self._write(step)
                continue
            row = next((row for row in rows if self._goes_on(row, step)), None)
            if row is not None:
                row += self._write(step)[1:]
            else:
                rows.append(row := self._write(step))
            row += [*([EQUALS] if step.op.infix else []), self._place(step.result)]
        return [tuple(row) for row in rows]

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
        sign = Sign(step.op.sign, step.op.says, arrow=not step.op.infix)
        written = [self._operand(name, step, at) for at, name in enumerate(step.operands)]
        if not written:
            return [sign]
        parts = list(written[0])
        for other in written[1:]:
            parts += [sign if step.op.infix else AND, *other]
        return parts if step.op.infix and len(written) > 1 else [*parts, sign]

    def _operand(self, name: str, step: Step, position: int) -> list[Item]:
        made = self.inline.pop(name, None)
        if made is None:
            return [self._place(name)]
        inner = self.trace.made_by[name].op
        strong, weak = _binding(inner.sign), _binding(step.op.sign)
        bare = (
            step.op.infix and inner.infix and (strong > weak or (strong == weak and not position))
        )
        return made if bare else [Sign("("), *made, Sign(")")]

    def _place(self, name: str) -> Item:
        if sign := _written(self.trace, name):
            return sign
        if name in self.drawn:
            return Named(name)
        self.drawn.add(name)
        return Drawn(name)


def _binding(sign: str) -> int:
    """Return how strongly an infix sign binds: products before sums."""
    return 1 if sign in {"+", "−"} else 2


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
