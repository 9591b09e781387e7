"""What the browser needs to answer for single cells, and what it asks for in return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from figures.terms import terms
from layers.inputs.cells import Cell, CellField, Edit, EditsField, check_cell
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError, ChoiceField, Field, IntField, ShapeField
from layers.operations import explain, named
from layers.traces.layout import GraphLayout
from layers.traces.trace import Role, Step, Tensor, Trace
from views.blocks import sendable
from views.links import made_by

CELL = CellField(name="cell", default=None, help="The pinned cell.")
EDITS = EditsField(name="edits", default=(), help="Numbers put into cells.")
CONTRAST = ChoiceField(
    name="contrast",
    default="kind",
    choices=("kind", "tensor", "pinned"),
    help="What a colour range spans: all tensors of a kind, each tensor, or what lies near the "
    "pinned number.",
)
PLAY_ORDER = ChoiceField(
    name="play_order",
    default="cells",
    choices=("cells", "rows", "columns", "outer"),
    help="How a matrix product is played.",
)
PLAY_SPEED = ChoiceField(
    name="play_speed", default="2", choices=("1", "2", "6", "20"), help="Steps a second."
)
PLAY_STEP = IntField(
    name="play_step",
    default=-1,
    minimum=-1,
    maximum=10**6,
    help="The step at which a play stands; -1 where there is none.",
)
OF_PICTURE = (CELL, CONTRAST, PLAY_ORDER, PLAY_SPEED, PLAY_STEP)
"""Fields whose widget is the picture."""
LONGEST_LINK = 2000
"""Characters of edits that a link carries, as its address spells them."""

MOST_TERMS = 300
"""Terms of a sum up to which all are written out where they are asked for."""
MOST_LINKED_STEPS = 300
"""Operations whose cells all answer; of more, those that are laid out."""

_ROLES: dict[Role, str] = {
    "input": "input value",
    "weight": "stored weight",
    "constant": "constant",
    "random": "random number, drawn by the layer",
    "state": "left by the calls before",
    "output": "passed on by the layer as it is",
}


def links(
    trace: Trace, layer: Description, steps: Sequence[Step], edits: Iterable[Edit] = ()
) -> dict[str, Any]:
    """Return how cells make cells, and what else a picture that answers has to know.

    Args:
        trace: the run.
        layer: its declaration.
        steps: the operations that are laid out.
        edits: numbers that were put into cells.
    """
    answering = trace.steps if len(trace.steps) <= MOST_LINKED_STEPS else tuple(steps)
    names = {name for step in answering for name in (*step.operands, step.result)}
    names |= {*trace.input_names, *trace.output_names}
    return {
        "steps": made_by(trace, answering),
        "tensors": {
            name: _tensor(tensor) for name, tensor in trace.tensors.items() if name in names
        },
        "edited": [str(edit.cell) for edit in edits],
        "edges": _edges(layer, trace.tensors[trace.input_names[0]].axes),
    }


def pin(trace: Trace, cell: Cell, edits: Iterable[Edit] = ()) -> dict[str, Any]:
    """Return a cell's arithmetic as a sentence and a figure of its terms."""
    tensor = trace.tensors[cell.tensor]
    worked = explain(trace, cell.tensor, cell.index)
    where = place(cell, tensor.axes)
    pinned: dict[str, Any] = {"cell": str(cell), "where": where, "sentence": f"= {worked.text}"}
    short = worked.terms is not None and len(worked.terms) <= MOST_TERMS
    if names := named(worked, everything=short):
        pinned["names"] = f"= {names}"
    if short:
        whole = f"= {explain(trace, cell.tensor, cell.index, everything=True).text}"
        pinned |= {"whole": whole} if whole != pinned["sentence"] else {}
    if cell.tensor not in trace.made_by:
        edited = cell in {edit.cell for edit in edits}
        pinned["sentence"] += (
            ", typed in by you" if edited else f", {_ROLES.get(tensor.role, tensor.role)}"
        )
    elif worked.terms is not None and len(worked.terms) > 1:
        figure = terms(worked.terms, name=f"terms of {where}", file_name=_file_name(cell))
        pinned["figure"] = sendable(figure)
    return pinned


def place(cell: Cell, axes: Iterable[str]) -> str:
    """Return where a cell is, in words: ``outputs at batch 2, units 3``."""
    words = (f"{axis} at" if axis[-1].isdigit() else axis for axis in axes)
    at = ", ".join(f"{axis} {i}" for axis, i in zip(words, cell.index, strict=True))
    return f"{cell.tensor} at {at}" if at else cell.tensor


def _file_name(cell: Cell) -> str:
    return str(cell).replace("/", "-")


def fits_link(edits: tuple[Edit, ...]) -> bool:
    """Return whether a link carries these edits: it would be too long with more."""
    return len(quote(EDITS.text(edits), safe="")) <= LONGEST_LINK


def component_fields(layer: Description) -> tuple[Field, ...]:
    """Return the fields that the component itself may set."""
    sizes = [f for f in layer.fields if isinstance(f, (IntField, ShapeField))]
    return (*OF_PICTURE, EDITS, *sizes, *((layer.batch,) if layer.batch else ()))


def _tensor(tensor: Tensor) -> dict[str, Any]:
    return {"shape": tensor.values.shape, "axes": tensor.axes, "role": tensor.role}


def _edges(layer: Description, axes: Sequence[str]) -> dict[str, list]:
    """Return axis → [field, minimum, maximum], and of a typed shape also which of its numbers.

    Args:
        layer: its fields are the lengths that can be dragged.
        axes: one word for each axis of its input.
    """
    sizes = {field.name: field for field in layer.fields if isinstance(field, IntField)}
    words = dict(layer.axis_fields)
    edges: dict[str, list] = {}
    if shape := layer.shape_field:
        edges = {word: [shape.name, 1, shape.maximum_axis, at] for at, word in enumerate(axes)}
    else:
        words |= {word: word for word in layer.input_fields}
    if layer.batch:
        sizes["batch"] = layer.batch
        words["batch"] = "batch"
    for word, name in words.items():
        edges[word] = [name, max(1, sizes[name].minimum), sizes[name].maximum]
    return edges


def refused_cell(trace: Trace, cell: Cell | None, found: GraphLayout) -> str:
    """Return why a cell cannot be pinned in this run; nothing where it can."""
    if cell is None:
        return ""
    shown = found.drawn if found.inside is None else tuple(trace.tensors)
    try:
        check_cell(trace, cell, shown)
    except BadInputError as refusal:
        return str(refusal)
    return ""
