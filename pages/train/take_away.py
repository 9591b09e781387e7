"""What a visitor takes away from a training: the code, all numbers, a page of the step."""

from __future__ import annotations

import streamlit as st

from layers.api.train import Training
from layers.training.export import csv_of, npz
from layerscope.offline import offline_step_html
from pages.shared.link import link_parameters
from pages.shared.offer import offer_file
from pages.shared.session import widget_key
from pages.shared.workers import workers
from views.train.step import StepShown


def take_away(layer: str, training: Training, shown: StepShown | None) -> None:
    """Offer the code, the history, and a page that answers offline.

    Only while it is open, for highlighting is slow. Files are made when they are asked for.

    Args:
        layer: its name.
        training: all of it.
        shown: the step that is shown; None where there is none.
    """
    opened = st.expander("Code, history", key=widget_key("train_code"), on_change="rerun")
    if not opened.open:
        return
    history = training.history
    with opened:
        if training.code:
            st.caption("This Python runs on its own in plain Keras, and prints the same losses:")
            st.code(training.code, language="python")
        else:
            st.caption("There is no code for this one: it is no single call of a layer.")
        with st.container(horizontal=True):
            if training.code:
                offer_file(
                    "The code",
                    training.code,
                    file_name=f"train_{layer}.py",
                    mime="text/x-python",
                    key="download_train_code",
                )
            offer_file(
                "Every step (NPZ)",
                lambda: npz(history, training.targets, training.inputs),
                file_name="training.npz",
                key="download_history",
            )
            offer_file(
                "Losses and weights (CSV)",
                lambda: csv_of(history),
                file_name="training.csv",
                mime="text/csv",
                key="download_csv",
            )
            if shown is not None:
                step, link = shown.step, link_parameters()
                offer_file(
                    "This step as a page that answers offline (HTML)",
                    lambda: workers().submit(offline_step_html, step, link).result(),
                    file_name=f"{step.file_name}.html",
                    mime="text/html",
                    key="download_step",
                )
