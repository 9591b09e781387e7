"""What stands beside the picture: counts, the table of weights, promises, code, downloads."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from figures.words import number, spell
from layers.api.explore import Exploration
from layers.traces.summary import Kept, WeightRow
from pages.shared.charts import Block, facts, table
from pages.shared.controls import link

_HEAD = (
    "Weight",
    "Shape",
    "Type",
    "Trainable",
    "Min",
    "Mean",
    "Max",
    "Std",
    "Zeros",
    "Distinct columns",
)


def agreement(run: Exploration) -> str:
    """Return one sentence on how far the hand calculation agrees."""
    difference = run.disagreement
    if not run.trace.steps:
        return "Not redone by hand: the steps of this layer are not known."
    if difference == 0:
        return "Redone by hand in NumPy: equal to TensorFlow's result in every digit."
    if difference < 1e-3 * max(1.0, _magnitude(run)):
        return f"Redone by hand in NumPy: agrees with TensorFlow to {number(difference)}."
    return (
        f"Redone by hand in NumPy: differs from TensorFlow by up to {number(difference)}. "
        "Where numbers are this large or not finite, float32 has run out of digits."
    )


def figures_of(run: Exploration) -> Block:
    """Return the parameter counts, and the promises with their measured figures."""
    counts = run.parameters
    return facts(
        [
            ("Parameters", f"{counts.total:,}"),
            ("Trainable", f"{counts.trainable:,}"),
            ("Non-trainable", f"{counts.non_trainable:,}"),
        ],
        [_promise(promise) for promise in run.promises],
    )


def weights_table(run: Exploration) -> Block:
    """Return the table of ``get_weights()``; the last column counts distinct columns."""
    return table("Weights", _HEAD, [_row(row) for row in run.weights])


def take_away(layer: str, run: Exploration) -> None:
    """Offer the code, all tensors and the link; only while it is open, for highlighting is slow."""
    opened = st.expander("Code, tensors, link", key="code", on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.caption("This Python runs on its own, and prints the same outputs:")
        st.code(run.code, language="python")
        st.caption("The link to this picture, numbers included:")
        st.code(f"{_address()}?{urlencode(link())}", language=None)
        with st.container(horizontal=True):
            st.download_button(
                "The code",
                run.code,
                file_name=f"{layer}.py",
                mime="text/x-python",
                key="download_code",
                icon=":material/download:",
            )
            st.download_button(
                "All tensors of this run (NPZ)",
                lambda: npz(run),
                file_name=f"{layer}.npz",
                mime="application/octet-stream",
                key="download_tensors",
                icon=":material/download:",
            )
        st.caption("Each figure has PNG and SVG buttons: hover over it, or tab to it.")


def npz(run: Exploration) -> bytes:
    """Return all tensors of a run as the bytes of an NPZ file."""
    stream = io.BytesIO()
    tensors: dict[str, Any] = {name: t.values for name, t in run.trace.tensors.items()}
    np.savez(stream, **tensors)
    return stream.getvalue()


def _address() -> str:
    return (st.context.url or "").split("?", 1)[0].rstrip("/") + "/"


def _magnitude(run: Exploration) -> float:
    outputs = run.trace["outputs"]
    finite = outputs[np.isfinite(outputs)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _promise(promise: Kept) -> dict[str, str]:
    if promise.measured is None:
        mark, says, figure = "–", "Not measured", "nothing to measure in this run"
    else:
        mark, says = ("✓", "Kept") if promise.kept else ("✗", "Broken")
        figure = f"{promise.figure} {number(promise.measured)}"
    return {"mark": mark, "says": says, "sentence": promise.sentence, "figure": figure}


def _row(row: WeightRow) -> list[str]:
    return [
        row.name,
        spell(row.shape),
        row.dtype,
        "yes" if row.trainable else "no",
        *map(number, (row.minimum, row.mean, row.maximum, row.deviation)),
        f"{100 * row.zeros:.0f} %",
        f"{row.distinct_columns:,}",
    ]
