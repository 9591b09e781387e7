"""A run's graph as rows of tensors with signs between, grouped by sublayer.

A chain is one row: ``inputs · kernel + bias = outputs``. Any other graph is first its two ends
(what goes in, the weights, the results), and then the rows inside, a group for every sublayer.
A tensor is drawn once; where it returns it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from layers.traces.rows import (
    AND,
    CLOSE,
    EQUALS,
    OPEN,
    PLAIN,
    DrawnTensor,
    Item,
    Named,
    Notation,
    Row,
    Sign,
    SublayerGroup,
    Writer,
    by_sublayer,
    combined,
    in_place,
    is_bare,
    one_number,
    sign_of,
)
from layers.traces.trace import Step, Trace

__all__ = [
    "DrawnTensor",
    "GraphLayout",
    "Item",
    "Named",
    "Row",
    "Sign",
    "SublayerGroup",
    "is_chain",
    "layout",
]

LONGEST_CHAIN = 14
"""Tensors of one row; more are read better as rows of their own."""
MOST_STEPS = 2000
"""Operations that are laid out one by one; a larger graph is summed up by sublayer."""


@dataclass(frozen=True)
class GraphLayout:
    """A graph, laid out.

    Attributes:
        rows: what is always shown: the whole chain, or the two ends of the graph.
        inside: of a graph that is no chain, its operations; else None.
        left_out: how many operations are not laid out, where there are too many; then each
            sublayer is one row in ``inside``.
    """

    rows: tuple[Row, ...]
    inside: SublayerGroup | None = None
    left_out: int = 0

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of all tensors that are drawn, in order."""
        return tuple(
            dict.fromkeys(item.name for item in self.items() if isinstance(item, DrawnTensor))
        )

    def items(self) -> Iterable[Item]:
        """Return the items of all rows, in order."""
        yield from (item for row in self.rows for item in row)
        if self.inside:
            yield from _items(self.inside)


def _items(group: SublayerGroup) -> Iterable[Item]:
    for part in group.parts:
        yield from _items(part) if isinstance(part, SublayerGroup) else part


def layout(
    trace: Trace,
    title: str,
    steps: Sequence[Step] | None = None,
    *,
    elsewhere: Iterable[str] = (),
    notations: Mapping[str, Notation] | None = None,
) -> GraphLayout:
    """Lay a graph out.

    Args:
        trace: the run.
        title: the layer's, for the arrow between the two ends.
        steps: the operations to lay out inside, such as those of one time step; None for all.
        elsewhere: tensors that the picture draws in another place, and that are named here.
        notations: how operations are written, by their results, where signs do not say it all.

    Returns:
        One row for a chain; else the two ends, and the rows inside.
    """
    notations = notations or {}
    if steps is None and (chain := _chain(trace, notations)):
        return GraphLayout(rows=(chain,))
    ends = _ends(trace, title)
    chosen = trace.steps if steps is None else tuple(steps)
    if not chosen:
        return GraphLayout(rows=(ends,))
    at_ends = {item.name for item in ends if isinstance(item, DrawnTensor)}
    writer = Writer(trace, at_ends | {*elsewhere}, notations)
    if len(chosen) > MOST_STEPS:
        return _summed_up(ends, writer, chosen)
    return GraphLayout(rows=(ends,), inside=writer.group("", chosen))


def _summed_up(ends: Row, writer: Writer, steps: Sequence[Step]) -> GraphLayout:
    """Write each sublayer as one row, from what it reads to what it returns."""
    path = ""
    chunks = by_sublayer(path, steps)
    while len(chunks) == 1 and chunks[0][0] != path:
        path = chunks[0][0]
        chunks = by_sublayer(path, steps)
    own = sum(len(chunk) for inner, chunk in chunks if inner == path)
    if own + len(chunks) > MOST_STEPS:
        return GraphLayout(rows=(ends,), left_out=len(steps))
    parts: list[Row | SublayerGroup] = []
    for inner, chunk in chunks:
        if inner == path:
            parts += writer.rows(chunk)
        else:
            parts.append(SublayerGroup(inner, (writer.ends_of(inner, chunk),)))
    return GraphLayout(
        rows=(ends,), inside=SublayerGroup(path, tuple(parts)), left_out=len(steps) - own
    )


def is_chain(trace: Trace) -> bool:
    """Return whether a graph is written as one row."""
    return bool(_chain(trace, {}))


def _chain(trace: Trace, notations: Mapping[str, Notation]) -> Row:
    """Return the one row of a graph in which each tensor is used once; else nothing."""
    if len(trace.output_names) != 1 or not trace.steps:
        return ()
    operands = [
        name for step in trace.steps for name in step.operands if not one_number(trace, name)
    ]
    if len(set(operands)) != len(operands) or trace.output_names[0] in operands:
        return ()
    row = tuple(_tree(trace, trace.output_names[0], notations))
    drawn = {item.name for item in row if isinstance(item, DrawnTensor)}
    if len(drawn) > LONGEST_CHAIN or not drawn.issuperset(trace.input_names):
        return ()
    return row


def _tree(trace: Trace, name: str, notations: Mapping[str, Notation]) -> list[Item]:
    """Write a tensor with all that made it, in brackets where a branch joins."""
    step = trace.made_by.get(name)
    if step is None or not step.operands:
        return [one_number(trace, name) or DrawnTensor(name)]
    sign = sign_of(trace, step)
    operands: list[list[Item]] = []
    notation = notations.get(name, PLAIN)
    for at, operand in enumerate(step.operands):
        inner = trace.made_by.get(operand)
        written = _tree(trace, operand, notations)
        joined = inner is not None and not inner.shown
        first = not at and not notation.begins
        bare = len(written) == 1 or (first and (not joined or _bare_in_chain(inner, step)))
        operands.append(written if bare else [OPEN, *written, CLOSE])
    if not notation.is_plain:
        parts = combined(notation, sign, operands)
        if notation.is_equation:
            return [*parts, EQUALS, DrawnTensor(name)] if step.shown else parts
        return [*parts, DrawnTensor(name)]
    parts = operands[0]
    for other in operands[1:]:
        parts = [*parts, sign if step.op.infix else AND, *other]
    if not step.op.infix:
        if not step.shown:
            return in_place(trace, step, [*parts, sign])
        return [*parts, sign, DrawnTensor(name)]
    return [*parts, EQUALS, DrawnTensor(name)] if step.shown else parts


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
        row += [*([AND] if row else []), DrawnTensor(name)]
    row.append(Sign(title, f"{title} computes", arrow=True))
    for position, name in enumerate(results or trace.output_names):
        row += [AND] if position else []
        row.append(DrawnTensor(name) if results else Named(name))
    return tuple(row)


def _bare_in_chain(inner: Step | None, outer: Step) -> bool:
    return inner is None or not outer.op.infix or is_bare(inner.op, outer.op, 0, 2)
