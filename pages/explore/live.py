"""The picture of a link as an answer of its own, outside of Streamlit's runs.

The browser asks for it while a dimension is being turned, and draws it at once; the page's own run
follows with the same numbers (from the cache), the formula, and the new link.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from layers.api import explore as explore_api
from layers.inputs.fields import Field
from pages.shared.charts import record_sent
from pages.shared.compute import compute, registered
from pages.shared.downloads import keep
from pages.shared.module_watcher import author_module
from pages.shared.session import session
from pages.shared.workers import workers
from views.blocks import as_text, described, packed, without_known
from views.explore.link import choice_from_link
from views.explore.picture import picture
from views.explore.view import choose_view

PATH = "/layerscope/live/explore"
PICTURE = "picture"
"""The name of the place where the page shows it."""
_HEAD_START = 0.06  # seconds
_MOST_KNOWN = 64
"""Arrays that the browser may name as known: more than any picture has."""


def let_answer_go_first() -> None:
    """Hold a page's update back, so that the browser draws the live answer first.

    Else what the page sends keeps the browser's one thread busy: on a busy machine the median from
    key to frame was 230 and 226 ms so, and 268 and 254 ms without (30 and 20 presses each).
    """
    if session().is_live:
        time.sleep(_HEAD_START)


async def answer(request: Request) -> Response:
    """Return the blocks of the picture that the query asks for, packed as the component takes them.

    A query that cannot be answered gets no picture: the page itself says why.
    """
    if not workers().warm.is_set():
        return Response(status_code=503)
    try:
        data = await run_in_threadpool(_picture, request.query_params)
    except ValueError:
        return Response(status_code=400)
    headers = {"Content-Encoding": "deflate", "Cache-Control": "no-store"}
    return Response(data, media_type="application/json", headers=headers)


def _picture(link: Mapping[str, str]) -> bytes:
    started = time.perf_counter()
    choice = choice_from_link((*registered(), *author_module().layers), link)
    arguments = choice.arguments(author_module().module)
    run, spent = compute(explore_api.explore, author_code=choice.is_authors, **arguments)

    def read(field: Field) -> object:
        return field.parse(link.get(field.name, field.default))

    computed = time.perf_counter()
    view = choose_view(run.trace, choice.layer.title, read, run.refused)
    blocks = picture(choice.layer, run, view, alone="embed" in link)
    now = time.perf_counter()
    timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
    is_prefetched = "prefetch" in link  # nobody waits for it, so its times are not measured
    text = as_text(blocks)
    data = described(blocks, text, timings=None if is_prefetched else timings)
    visitor = link.get("visitor", "")
    record_sent(visitor, data)
    keep(visitor, PICTURE, data["id"], text)
    return packed(without_known(data, link.get("have", "").split(",")[:_MOST_KNOWN]))


ROUTES = [Route(PATH, answer)]
