"""The choices of the Explore page: which layer, which input, and which dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.api import explore as explore_api
from layers.inputs.description import SEED, Description, Example, MismatchError
from layers.inputs.fields import BadInputError, ChoiceField, Field, IntField, ShapeField
from layers.inputs.sources import NORMAL, format_shape
from layers.inputs.uploads import MAXIMUM_BYTES
from pages.explore.pick import pick
from pages.shared.compute import compute
from pages.shared.controls import control, hidden_control, number_input, set_value
from pages.shared.link import add_problem, leave_out_of_link
from pages.shared.module_watcher import author_module
from pages.shared.session import session, widget_key
from pages.shared.visible import visible
from pages.shared.workers import ComputationLostError
from views.explore.cells import CELL, EDITS, LONGEST_LINK, fits_link
from views.explore.link import AS_COMPUTED, CONSTANT, Choice, input_of, source_fields, source_labels

TYPED_CELLS = 10_000


def choose(layers: tuple[Description, ...]) -> Choice:
    """Show all choices but the dimensions and the visitor's own arrays, and return them."""
    layer = pick(layers, forget_cells)
    _examples(layer)
    return choose_inputs(layer, layer.fields, as_computed=True)


def choose_inputs(
    layer: Description, fields: tuple[Field, ...], *, as_computed: bool = False
) -> Choice:
    """Show a layer's own fields but the dimensions, what its inputs are, and the seed.

    Args:
        layer: the one that was picked.
        fields: those of its fields that are shown.
        as_computed: whether TensorFlow's own spelling may be asked for.
    """
    values = {field.name: control(field) for field in fields if not _is_dimension(field)}
    labels = source_labels(layer)
    several = len(source_fields(layer)) > 1
    sources = {}
    for name, field in source_fields(layer):
        title = f"Input {name}" if several else field.title
        sources[name] = control(field, widget=partial(_source, title=title, labels=labels))
    constant = control(CONSTANT) if "constant" in sources.values() else CONSTANT.default
    seed = control(SEED, widget=number_input)
    if visible("new_numbers") and visible(SEED.name):
        st.button(
            "New numbers",
            key=widget_key("new_numbers"),
            icon=":material/casino:",
            on_click=set_value,
            args=(SEED, (seed + 1) % (SEED.maximum + 1)),
            help="The next seed: other weights, and another random input.",
            width="stretch",
        )
    first, *others = sources
    return Choice(
        layer=layer,
        values=values,
        seed=seed,
        source=sources[first],
        others={name: sources[name] for name in others},
        constant=constant,
        as_computed=as_computed and control(AS_COMPUTED),
    )


def dimensions(choice: Choice, place: DeltaGenerator | None = None) -> Choice:
    """Show the dimensions and the visitor's own arrays, and return the choice with them.

    Args:
        choice: all else that was chosen.
        place: the row of the dimensions; None for one of their own.

    Raises:
        BadInputError: a file that cannot be read or is yet to be chosen, or a table too large.
    """
    layer = choice.layer
    with place or st.container(horizontal=True):
        values = {field.name: control(field) for field in layer.fields if _is_dimension(field)}
        batch = None
        if layer.batch and choice.source != "upload":
            batch = control(layer.batch)
    edits = hidden_control(EDITS)
    if not fits_link(edits):
        leave_out_of_link(EDITS)
        add_problem(
            f"The link holds the seed's numbers: expected edits of at most {LONGEST_LINK:,} "
            f"characters. Received {len(edits):,} cells, which take more. Download the code or "
            "the tensors to keep them."
        )
    sized = replace(choice, values=choice.values | values, batch=batch, edits=edits)
    first = layer.inputs[0].name if layer.inputs else "inputs"
    return replace(
        sized,
        source=_array(sized, first, choice.source),
        others={name: _array(sized, name, source) for name, source in choice.others.items()},
    )


def _array(choice: Choice, name: str, source: Any) -> Any:
    """Return the visitor's own array where a source is one, and any other source as it is."""
    if source == "upload":
        return upload(name)
    if source != "table":
        return source
    taken = input_of(choice.layer, name)
    shape = (
        taken.shape(choice.layer.check(choice.values))
        if taken
        else choice.layer.full_shape(choice.values, choice.batch)
    )
    return _table(name, shape)


def fit(layer: Description, mismatch: MismatchError) -> None:
    """Offer to size the layer to the visitor's data, where it can be."""
    fields = {field.name: field for field in layer.fields}
    values = {name: value for name, value in (mismatch.values or {}).items() if name in fields}

    def resize() -> None:
        for name, value in values.items():
            set_value(fields[name], value)

    if values:
        st.button(
            "Size the layer to the data", key=widget_key("fit"), type="primary", on_click=resize
        )


def try_other_shapes(choice: Choice) -> None:
    """Open an author's layer at shapes at which it runs, where nobody chose those it failed at.

    Args:
        choice: with which the layer's call failed.
    """
    own, state = author_module().module, session()
    shapes = {
        each.field.name: each.field.text(choice.values[each.field.name])
        for each in choice.layer.inputs
        if each.field
    }
    defaults = {each.name: each.text(each.default) for each in choice.layer.fields}
    untouched = all(
        text in (defaults[name], state.guessed.get(name)) for name, text in shapes.items()
    )
    if own is None or not choice.is_authors or not choice.has_link or not untouched:
        return
    found: dict[str, str] = {}
    with suppress(ComputationLostError):  # then the first failure is what there is to say
        found, _ = compute(
            explore_api.fitting_shapes, choice.layer.name, choice.values, own, author_code=True
        )
    if found and found != shapes:
        state.guessed = found
        state.unread |= found
        st.rerun()


def forget_cells() -> None:
    """Unpin the cell and undo all edits, which are of one layer; only in a callback."""
    set_value(CELL, None)
    set_value(EDITS, ())


def _is_dimension(field: Field) -> bool:
    return isinstance(field, (IntField, ShapeField))


def _examples(layer: Description) -> None:
    """Offer the posts' examples; choosing one sets every control at once."""
    if not visible("example") or not layer.examples:
        return
    by_title = {example.title: example for example in layer.examples}

    def load() -> None:
        example: Example | None = by_title.get(st.session_state[widget_key("example")])
        st.session_state[widget_key("example")] = None
        if example is None:
            return
        for field in layer.fields:
            set_value(field, example.values.get(field.name, field.default))
        if layer.batch:
            set_value(layer.batch, layer.batch.default if example.batch is None else example.batch)
        forget_cells()
        set_value(source_fields(layer)[0][1], example.input)

    st.selectbox(
        "Example",
        list(by_title),
        index=None,
        key=widget_key("example"),
        placeholder="Load one of the post's examples",
        on_change=load,
    )


def _source(field: ChoiceField, *, title: str, labels: Mapping[str, str]) -> str | None:
    return st.selectbox(
        title,
        list(field.choices),
        key=field.name,
        format_func=lambda name: labels[name],
        help=field.help,
    )


def upload(name: str) -> np.ndarray:
    """Return the visitor's array: of the file just chosen, or the last one that could be read."""
    file = st.file_uploader(
        f"A CSV of numbers, or an NPY, for {name}",
        type=["csv", "txt", "tsv", "npy"],
        key=widget_key(f"file_{name}"),
        max_upload_size=MAXIMUM_BYTES // 2**20,
    )
    if file is not None:
        read, _ = compute(explore_api.read_array, file.name, file.getvalue())
        session().uploaded_arrays[name] = read
    array = session().uploaded_arrays.get(name)
    if array is None:
        raise BadInputError(
            "There is nothing to show yet: expected your array, which no link carries. Received "
            "none. Choose a CSV or NPY file, or another input."
        )
    return array


def _table(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Show a table to type in, and return it; what was typed stays where it still has a place."""
    if len(shape) != 2 or shape[0] * shape[1] > TYPED_CELLS:
        raise BadInputError(
            f"The input cannot be typed in: expected two axes and at most {TYPED_CELLS:,} numbers. "
            f"Received the shape {format_shape(shape)}. Upload an NPY, or choose other dimensions."
        )
    state = session()
    key = widget_key(f"table_{name}_{shape[0]}_{shape[1]}")
    if key not in st.session_state:
        typed = state.typed_arrays.get(name, state.last_inputs.get(name))
        state.table_start = _resized(typed, shape)
    st.caption("No link carries these numbers: download the code or the tensors to keep them.")
    edited = st.data_editor(state.table_start, key=key, height="content")
    state.typed_arrays[name] = np.asarray(edited, "float32")
    return state.typed_arrays[name]


def _resized(typed: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    if typed is None or typed.ndim != len(shape):
        return NORMAL.make(shape, 0, 0.0)
    resized = np.zeros(shape, "float32")
    common = tuple(slice(0, min(pair)) for pair in zip(typed.shape, shape, strict=True))
    resized[common] = typed[common]
    return resized
