"""What a visitor takes away from a picture: the code, all tensors, the link."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from layers.api.explore import Exploration
from layers.inputs.description import Description
from layerscope.offline import offline_html
from pages.shared.link import link_parameters
from pages.shared.offer import offer_file
from pages.shared.session import widget_key
from pages.shared.share import address
from pages.shared.workers import workers
from views.explore.report import npz


def take_away(layer: Description, run: Exploration) -> None:
    """Offer the code, all tensors, a page that answers offline, and the link.

    Only while it is open, for highlighting is slow. Files are made when they are asked for.
    """
    opened = st.expander("Code, tensors, link", key=widget_key("code"), on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.caption("This Python runs on its own, and prints the same outputs:")
        st.code(run.code, language="python")
        st.caption("The link to this picture, numbers included:")
        st.code(f"{address()}?{urlencode(link_parameters())}", language=None)
        with st.container(horizontal=True):
            offer_file(
                "The code",
                run.code,
                file_name=f"{layer.name}.py",
                mime="text/x-python",
                key="download_code",
            )
            offer_file(
                "All tensors of this run (NPZ)",
                lambda: npz(run),
                file_name=f"{layer.name}.npz",
                key="download_tensors",
            )
            parameters = link_parameters()
            offer_file(
                "A page that answers offline (HTML)",
                lambda: workers().submit(offline_html, layer, run, parameters).result(),
                file_name=f"{layer.name}.html",
                mime="text/html",
                key="download_page",
            )
        st.caption("Each figure has PNG and SVG buttons, too: hover over it, or tab to it.")
