"""The one component that draws charts: figures in, drawn in the browser by plotly.js."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import plotly
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from figures.figure import Figure
from layers.equation import Sign

_STATIC = Path(__file__).parent / "static"
_PLOTLY = Path(plotly.__file__).parent / "package_data"
_VERSION = hashlib.sha256(
    plotly.__version__.encode() + b"".join(f.read_bytes() for f in sorted(_STATIC.iterdir()))
).hexdigest()[:12]

ROUTES = [
    Mount("/layerscope/static", StaticFiles(directory=_STATIC)),
    Mount("/layerscope/plotly", StaticFiles(directory=_PLOTLY)),
]
"""What the server has to serve for the component: its script, and the wheel's own plotly.js."""

# Streamlit sends a component's script with every update, so this one only fetches the real one.
_LOADER = (
    "const base=%r;\n"
    "const m=await import(new URL(base+'/layerscope/static/charts.js?v=%s',location.origin));"
    "export default m.default;"
)


def charts(
    items: Sequence[Figure | Sign],
    *,
    key: str,
    legend: Sequence[dict] = (),
    timings: dict[str, float] | None = None,
) -> None:
    """Draw figures in a row that wraps, with signs between them.

    Args:
        items: figures, and the signs that stand before them.
        key: the mount's name; the same name is redrawn in place.
        legend: colour ranges, as ``{"palette", "label", "low", "high"}``.
        timings: milliseconds by stage of this update, for the benchmarks.
    """
    _component()(
        key=key,
        data={
            "items": [
                {"figure" if isinstance(item, Figure) else "sign": asdict(item)} for item in items
            ],
            "legend": list(legend),
            "timings": timings or {},
        },
    )


@st.cache_resource
def _component():  # noqa: ANN202 (Streamlit's renderer has no public type)
    base = st.get_option("server.baseUrlPath").strip("/")
    script = _LOADER % (f"/{base}" if base else "", _VERSION)
    return st.components.v2.component("layerscope_charts", js=script, isolate_styles=False)
