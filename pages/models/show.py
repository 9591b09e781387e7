"""A chosen network, shown: its summary, and one of four views of it."""

from __future__ import annotations

import streamlit as st

from layers import remote_models
from pages.models import activations, comparison, histograms, summary, weights
from pages.models.choose import Choice
from pages.shared.charts import charts
from pages.shared.compute import compute
from pages.shared.frame import linked, literal


@st.fragment
def show(choice: Choice) -> None:
    """Show a network; a fragment, so that choosing a row sends nothing of the sidebar again."""
    with linked():
        model, _ = compute(remote_models.open_model, choice.source)
        version = f" of Keras {model.version}" if model.version else ""
        st.caption(literal(f"{model.name} · {model.form}{version}"))
        charts([summary.counts(model)], key="counts")
        for note in model.notes:
            st.info(literal(note), icon=":material/info:")
        layer = summary.choose_layer(model)
        if choice.show == "weights":
            weights.show(choice.source, layer)
        elif choice.show == "histograms":
            histograms.show(choice.source, model)
        elif choice.show == "activations":
            activations.show(choice.source, model, layer)
        else:
            comparison.show(choice.source, layer)
