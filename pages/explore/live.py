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
from pages.shared.charts import answered
from pages.shared.compute import compute, registered
from pages.shared.module_watcher import followed
from pages.shared.workers import workers
from views.blocks import described, packed, without_known
from views.explore.link import choice_from_link
from views.explore.picture import picture
from views.explore.view import choose_view

PATH = "/layerscope/live/explore"
_MOST_KNOWN = 64
"""Arrays that the browser may name as known: more than any picture has."""


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
    own = followed.own()
    choice = choice_from_link((*registered(), *own.layers), link)
    run, spent = compute(explore_api.explore, **choice.arguments(own.module))

    def read(field: Field) -> object:
        return field.parse(link.get(field.name, field.default))

    computed = time.perf_counter()
    blocks = picture(choice.layer, run, choose_view(run, read))
    now = time.perf_counter()
    timings = {**spent, "figures": 1e3 * (now - computed), "server": 1e3 * (now - started)}
    foreseen = "foreseen" in link  # asked for before it is wanted: nobody waits for it
    data = described(blocks, timings=None if foreseen else timings)
    answered(link.get("visitor", ""), data)
    return packed(without_known(data, link.get("have", "").split(",")[:_MOST_KNOWN]))


ROUTES = [Route(PATH, answer)]
