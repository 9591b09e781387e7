"""A chosen network, shown: its summary, and one of four views of it."""

from __future__ import annotations

import streamlit as st

from layers.api import models as models_api
from layers.inputs.fields import BadInputError
from layers.model_files.model import ModelFile
from pages.models import activations, comparison, histograms, summary, weights
from pages.models.choose import Choice
from pages.models.files import Source, demand
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.frame import linked, literal
from views.models.summary import counts

LATER = (
    *(
        "layer",
        "weight",
        "sort",
        "reduction",
        "part",
        "span",
        "row",
        "column",
        "first",
        "feed",
        "feed_seed",
    ),
    *("y", "x", "channel", "step", "feature", "unit", "other", "other_name", "other_seed"),
    "only_different",
)
"""Parameters of a link that wait for the network that they are about."""


@st.fragment
def show(choice: Choice) -> None:
    """Show a network; a fragment, so that choosing a row sends nothing of the sidebar again."""
    with linked():
        source, model = _opened(choice)
        version = f" of Keras {model.version}" if model.version else ""
        st.caption(literal(f"{model.name} · {model.form}{version}"))
        charts([counts(model)], key="counts")
        for note in model.notes:
            st.info(literal(note), icon=":material/info:")
        layer = summary.choose_layer(model)
        if choice.show == "weights":
            weights.show(source, layer)
        elif choice.show == "histograms":
            histograms.show(source, model)
        elif choice.show == "activations":
            activations.show(source, model, layer)
        else:
            comparison.show(source, layer)


def _opened(choice: Choice) -> tuple[Source, ModelFile]:
    """Return the network; a link to a part of it is kept until there is one.

    Raises:
        BadInputError: no file yet, one that cannot be read, or fields that do not go together.
    """
    state = st.session_state
    later = state.setdefault("later", {})
    try:
        source = demand(choice.source)
        model, _ = compute(models_api.open_model, source)
    except BadInputError:
        later.update({name: state.linked.pop(name) for name in LATER if name in state.linked})
        raise
    state.linked |= later
    later.clear()
    return source, model
