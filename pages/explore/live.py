"""The picture of a link as an answer of its own, outside of Streamlit's runs.

The browser asks for it while a dimension is being turned, and draws it at once; the page's own run
follows with the same numbers (from the cache), and the new link.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from layers.api import explore as explore_api
from layers.inputs.fields import Field
from pages.explore.drawn import drawn
from pages.shared.compute import compute, registered
from pages.shared.live import Answer, route
from pages.shared.module_watcher import author_module
from views.explore.link import choice_from_link
from views.explore.view import choose_view

PATH = "/layerscope/live/explore"
PICTURE = "picture"
"""The name of the place where the page shows it."""


def _picture(link: Mapping[str, str]) -> Answer:
    started = time.perf_counter()
    choice = choice_from_link((*registered(), *author_module().layers), link)
    arguments = choice.arguments(author_module().module)
    run, spent = compute(explore_api.explore, author_code=choice.is_authors, **arguments)

    def read(field: Field) -> object:
        return field.parse(link.get(field.name, field.default))

    computed = time.perf_counter()
    view = choose_view(run.trace, choice.layer.title, read, run.refused)
    shown = drawn(choice.layer, run, view, alone="embed" in link)
    now = time.perf_counter()
    timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
    is_prefetched = "prefetch" in link  # nobody waits for it, so its times are not measured
    return Answer(shown.blocks, shown.text, None if is_prefetched else timings)


ROUTES = [route(PATH, PICTURE, _picture)]
