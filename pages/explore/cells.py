"""What the browser needs to answer for single cells, and what it asks for in return."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from figures.terms import terms
from figures.words import number, plain
from layers.arithmetic import Arithmetic, arithmetic
from layers.cells import Cell, CellField, Edit, EditsField, check_cell
from layers.fields import BadInputError, ChoiceField, Field, IntField, ShapeField
from layers.remote import Exploration
from layers.spans import Span
from layers.spec import Description
from layers.trace import Role, Tensor
from pages.shared.charts import sendable

CELL = CellField(name="cell", default=None, help="The pinned cell.")
EDITS = EditsField(name="edits", default=(), help="Numbers put into cells.")
CONTRAST = ChoiceField(
    name="contrast",
    default="kind",
    choices=("kind", "tensor", "pinned"),
    help="What a colour range spans: all tensors of a kind, each tensor, or what lies near the "
    "pinned number.",
)
LONGEST_LINK = 2000
"""Characters of edits that a link carries, as its address spells them."""

_SHOWN = 6
"""Terms of a sum that are written out; of more, the first four and the last two."""
_ROLES: dict[Role, str] = {
    "input": "put in, not computed",
    "weight": "a stored weight, not computed",
    "constant": "a constant, not computed",
    "state": "left by the calls before",
    "output": "computed by steps that are not known",
}


def links(run: Exploration, layer: Description) -> dict[str, Any]:
    """Return how cells make cells, as plain data: the one table of ``layers.spans``, sent once.

    A span is the axis that moves it; null for a whole axis; [axis, size, stride, offset] else.
    """
    tensors = run.trace.tensors
    steps = []
    for step in run.trace.steps:
        shapes = [tensors[operand].values.shape for operand in step.operands]
        spans = [
            [_span(span, length) for span, length in zip(own, shape, strict=True)]
            for own, shape in zip(step.op.spans(*shapes), shapes, strict=True)
        ]
        kind = {"copies": True} if step.op.copies else {}
        kind |= {"product": True} if step.op.says == "matrix product" else {}
        sources = list(map(list, zip(step.operands, spans, strict=True)))
        steps.append({"result": step.result, "from": sources, **kind})
    return {
        "steps": steps,
        "tensors": {name: _tensor(tensor) for name, tensor in tensors.items()},
        "edited": [str(edit.cell) for edit in run.edits],
        "edges": _edges(layer),
    }


def pin(run: Exploration, cell: Cell) -> dict[str, Any]:
    """Return a cell's arithmetic as a sentence and a figure of its terms."""
    tensor = run.trace.tensors[cell.tensor]
    worked = arithmetic(run.trace, cell)
    axes = (f"{axis} at" if axis[-1].isdigit() else axis for axis in tensor.axes)
    at = ", ".join(f"{axis} {i}" for axis, i in zip(axes, cell.index, strict=True))
    where = f"{cell.tensor} at {at}" if at else cell.tensor
    pinned: dict[str, Any] = {"cell": str(cell), "where": where, "sentence": _written(worked)}
    if worked.terms is None:
        edited = cell in {edit.cell for edit in run.edits}
        pinned["sentence"] += ", which you put there" if edited else f", {_ROLES[tensor.role]}"
    elif len(worked.terms.factors) > 1:
        figure = terms(worked.terms.parts, name=f"terms of {where}", file_name=str(cell))
        pinned["figure"] = sendable(figure)
    return pinned


def carried(edits: tuple[Edit, ...]) -> bool:
    """Return whether a link carries these edits: it would be too long with more."""
    return len(quote(EDITS.text(edits), safe="")) <= LONGEST_LINK


def asked(layer: Description) -> tuple[Field, ...]:
    """Return the fields that the component itself may set."""
    sizes = [f for f in layer.fields if isinstance(f, (IntField, ShapeField))]
    return (CELL, EDITS, CONTRAST, *sizes, *((layer.batch,) if layer.batch else ()))


def _written(worked: Arithmetic) -> str:
    """Write ``= relu(0.31 × −1.2 + … + 0.05) = 0.28``, or the number alone."""
    if worked.terms is None:
        return f"= {plain(worked.value)}"
    factors = [" × ".join(map(number, term)) for term in worked.terms.factors]
    function = worked.terms.function
    if worked.terms.own is not None:
        own = factors[worked.terms.own]
        written = f"exp({own}) ÷ ({' + '.join(_folded([f'exp({x})' for x in factors]))})"
    else:
        written = " + ".join(_folded(factors))
        if function:
            total = plain(float(worked.terms.products.sum()), 4)
            written = f"{function}({written}) = {function}({total})"
    return f"= {written} {_compared(worked.terms.value, worked.value)}"


def _folded(parts: list[str]) -> list[str]:
    if len(parts) <= _SHOWN + 1:
        return parts
    return [*parts[:4], f"… {len(parts) - _SHOWN} more …", *parts[-2:]]


def _compared(hand: float, computed: float) -> str:
    """Write the sum with the digits in which the hand's and TensorFlow's agree."""
    for digits in (6, 5, 4, 3):
        if plain(hand, digits) == plain(computed, digits):
            return f"= {plain(computed, digits)}"
    return f"= {plain(hand, 3)} by hand, {plain(computed, 3)} by TensorFlow"


def _span(span: Span, length: int) -> int | list[int | None] | None:
    if span == Span(size=length):
        return None
    if span == Span(span.axis):
        return span.axis
    return [span.axis, span.size, span.stride, span.offset]


def _tensor(tensor: Tensor) -> dict[str, Any]:
    return {"shape": tensor.values.shape, "axes": tensor.axes, "role": tensor.role}


def _edges(layer: Description) -> dict[str, list]:
    """Return axis → [field, minimum, maximum], and of a typed shape also which of its numbers."""
    fields = {f.name: f for f in layer.fields if isinstance(f, IntField)}
    if layer.batch:
        fields["batch"] = layer.batch
    edges: dict[str, list] = {
        name.replace("_", " "): [name, max(1, field.minimum), field.maximum]
        for name, field in fields.items()
    }
    if shape := layer.shape_field:
        rank = shape.maximum_rank
        words = {"batch": 0, "features": -1} | {f"axis {i}": i for i in range(1, rank)}
        edges |= {word: [shape.name, 1, shape.maximum_axis, at] for word, at in words.items()}
    return edges


def refused_cell(run: Exploration, cell: Cell | None) -> str:
    """Return why a cell cannot be pinned in this run; nothing where it can."""
    if cell is None:
        return ""
    try:
        check_cell(run.trace, cell, tuple(x for x in run.expression if isinstance(x, str)))
    except BadInputError as refusal:
        return str(refusal)
    return ""
