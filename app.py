"""Layerscope: what a Keras layer really does with numbers. ``streamlit run app.py`` starts it.

One file, two lives: Streamlit imports it once as the server (the workers start with it, before any
visitor), and runs it as ``__main__`` for every update of a page.
"""

from __future__ import annotations

import streamlit as st

if __name__ == "__main__":
    from pages.shared import frame

    frame.show()
else:
    import gc
    from collections.abc import AsyncGenerator
    from contextlib import asynccontextmanager

    from streamlit.runtime.pages_manager import PagesManager

    from pages.explore import live
    from pages.shared import charts
    from pages.shared.frame import apologise
    from pages.shared.workers import workers

    # Streamlit takes a folder of this name for a menu of its own, and tells the first visitor of a
    # deep link that there is no such page. Whoever calls st.navigation sets the same, too late.
    PagesManager.uses_pages_directory = False

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncGenerator[None]:
        """Start the workers with the server, and end them with it."""
        pool = workers()
        # Streamlit collects garbage after every run: what is here now stays, so leave it alone.
        gc.collect()
        gc.freeze()
        yield
        pool.shutdown(wait=False)

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[*live.ROUTES, *charts.ROUTES],
        on_script_error=apologise,
    )
