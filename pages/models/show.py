"""A chosen network, shown: its summary, and beside it one of four views of it."""

from __future__ import annotations

import streamlit as st

from layers.api import models as models_api
from layers.inputs.fields import BadInputError
from layers.model_files.model import ModelFile
from pages.models import activations, comparison, histograms, summary, weights
from pages.models.choose import ModelChoice
from pages.models.files import Source, require_source
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.frame import link_in_step, literal
from pages.shared.session import session, widget_key
from views.models.summary import counts


@st.fragment
def show(choice: ModelChoice) -> None:
    """Show a network; a fragment, so that choosing a row sends nothing of the sidebar again."""
    with link_in_step():
        source, model = _opened(choice)
        with st.container(horizontal=True, key=widget_key("network")):
            overview, view = st.container(), st.container()
        with overview:
            version = f" of Keras {model.version}" if model.version else ""
            st.caption(literal(f"{model.name} · {model.form}{version}"))
            charts([counts(model)], key="counts")
            for note in model.notes:
                st.info(literal(note), icon=":material/info:")
            layer = summary.choose_layer(model)
        with view:
            if choice.show == "weights":
                weights.show(source, layer)
            elif choice.show == "histograms":
                histograms.show(source, model)
            elif choice.show == "activations":
                activations.show(source, model, layer)
            else:
                comparison.show(source, layer)


def _opened(choice: ModelChoice) -> tuple[Source, ModelFile]:
    """Return the network; what else a link asks for waits until there is one.

    Raises:
        BadInputError: no file yet, one that cannot be read, or fields that do not go together.
    """
    state = session()
    try:
        source = require_source(choice.source)
        model, _ = compute(models_api.open_model, source)
    except BadInputError:
        state.postponed |= state.unread
        state.unread = {}
        raise
    state.unread |= state.postponed
    state.postponed = {}
    return source, model
