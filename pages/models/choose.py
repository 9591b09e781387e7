"""The choices beside the Models page: which network, and the fields of the post's."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace

import streamlit as st

from layers.inputs.description import SEED
from layers.inputs.fields import ChoiceField, IntField
from layers.model_files.model import FileSource
from layers.networks.small_cnn import FIELDS, NAME, CnnSource
from pages.models.files import from_folder, in_folder, uploaded
from pages.shared.controls import control, number_input
from pages.shared.session import session
from pages.shared.visible import visible

LABELS = {
    NAME: "The post's small CNN, live",
    "upload": "Your file",
    "folder": "A file of this server's",
}
SHOW = ChoiceField(
    name="show",
    default="weights",
    choices=("weights", "histograms", "activations", "comparison"),
    help="Weights of one layer, histograms of all, what an image becomes, or another file beside.",
)


@dataclass(frozen=True, kw_only=True)
class ModelChoice:
    """Which network (None while a file is still to be chosen), and which view of it."""

    source: FileSource | CnnSource | None
    show: str


def choose() -> ModelChoice:
    """Show the choices, and return them."""
    show = control(SHOW, widget=_segments)
    return ModelChoice(source=source("model", "model_file"), show=show)


def source(field: str, key: str, *, seed: str = "") -> FileSource | CnnSource | None:
    """Show which network to look into, and return it.

    Args:
        field: the link's parameter.
        key: of the upload.
        seed: the parameter of a second network's seed; its fields are those of the first.
    """
    files = in_folder()
    choices = (NAME, "upload", *(("folder",) if files else ()))
    which = control(
        ChoiceField(
            name=field,
            default=NAME,
            choices=choices,
            label="Other model" if seed else "Model",
            help="The network to compare with." if seed else "The network to look into.",
        ),
        widget=_labelled,
    )
    if which == "upload":
        return uploaded(key, "A Keras or safetensors file, up to 64 MB")
    if which == "folder":
        names = tuple(files)
        name = ChoiceField(name=f"{field}_name", default=names[0], choices=names, label="File")
        return from_folder(control(name))
    if seed:
        values = {f.name: session().chosen.get(f.name, f.default) for f in FIELDS}
        own = control(replace(SEED, name=seed, default=1), widget=number_input)
        return CnnSource(tuple(values.items()), own)
    fields = st.expander("The network's fields") if visible("fields") else nullcontext()
    with fields:
        values = {f.name: control(f, widget=_plain_number(f)) for f in FIELDS}
    return CnnSource(tuple(values.items()), control(SEED, widget=number_input))


def _plain_number(field: object):  # noqa: ANN202 (a widget for ``control``)
    return number_input if isinstance(field, IntField) else None


def _segments(field: ChoiceField) -> str | None:
    return st.radio(
        field.title,
        list(field.choices),
        key=field.name,
        format_func=str.capitalize,
        help=field.help,
    )


def _labelled(field: ChoiceField) -> str | None:
    return st.selectbox(
        field.title,
        list(field.choices),
        key=field.name,
        format_func=lambda name: LABELS[name],
        help=field.help,
    )
