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
    import sys
    from collections.abc import AsyncGenerator
    from contextlib import asynccontextmanager

    from starlette.middleware import Middleware
    from streamlit.runtime.pages_manager import PagesManager

    from pages.explore import live
    from pages.shared.assets import ROUTES, Preload
    from pages.shared.frame import show_unexpected_error
    from pages.shared.module_watcher import module_watcher
    from pages.shared.workers import author_workers, workers

    # Streamlit takes a folder of this name for a menu of its own, and tells the first visitor of a
    # deep link that there is no such page. Whoever calls st.navigation sets the same, too late.
    PagesManager.uses_pages_directory = False

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncGenerator[None]:
        """Start the workers with the server, and end them with it."""
        pools = [workers(), *([author_workers()] if module_watcher().path else [])]
        # Streamlit collects garbage after every run: what is here now stays, so leave it alone.
        gc.collect()
        gc.freeze()
        # An answer passes through five threads; each waits so long while a page is running.
        sys.setswitchinterval(0.0005)
        yield
        for pool in pools:
            pool.shutdown(wait=False)

    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[*live.ROUTES, *ROUTES],
        middleware=[Middleware(Preload)],
        on_script_error=show_unexpected_error,
    )
