"""Layerscope: what a Keras layer really does with numbers. ``streamlit run app.py`` starts it.

Streamlit imports this file once as the server, which starts the workers before the first visit. It
runs the file as ``__main__`` for every update of a page.
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

    from pages.explore import live as explore_live
    from pages.present import routes as present
    from pages.shared import downloads, health
    from pages.shared.assets import ROUTES, Preload, below_base
    from pages.shared.compressed import CompressOnce
    from pages.shared.frame import show_unexpected_error
    from pages.shared.guard import Guard
    from pages.shared.internals import change_streamlit
    from pages.shared.link import LinkLimit
    from pages.shared.module_watcher import module_watcher
    from pages.shared.pictures_first import PicturesFirst
    from pages.shared.settings import check
    from pages.shared.temporary import remove_server_folder
    from pages.shared.workers import author_workers, workers
    from pages.train import live as train_live

    check()
    # Else Streamlit makes a menu of the folder `pages`, and the first visitor of a deep link sees
    # that there is no such page. st.navigation turns that off, too, but later.
    PagesManager.uses_pages_directory = False

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncGenerator[None]:
        """Start the workers with the server, and end them with it."""
        pools = [workers(), *([author_workers()] if module_watcher().path else [])]
        change_streamlit()
        # What was imported by now never becomes garbage.
        gc.collect()
        gc.freeze()
        # A result passes through five threads. Each may wait this long while a page is running.
        sys.setswitchinterval(0.0005)
        present.end_with_server()
        yield
        for pool in pools:
            pool.shutdown(wait=False)
        remove_server_folder()

    routes = [
        *explore_live.ROUTES,
        *train_live.ROUTES,
        *downloads.ROUTES,
        *present.ROUTES,
        *health.ROUTES,
        *ROUTES,
    ]
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[below_base(route) for route in routes],
        middleware=[
            Middleware(Guard),
            Middleware(PicturesFirst),
            Middleware(LinkLimit),
            Middleware(CompressOnce),
            Middleware(Preload),
        ],
        on_script_error=show_unexpected_error,
    )
