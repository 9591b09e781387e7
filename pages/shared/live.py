"""What the live routes share: a picture as an answer of its own, outside of Streamlit's runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.shared.charts import record_sent
from pages.shared.downloads import keep
from pages.shared.workers import workers
from views.blocks import Block, as_text, described, packed, without_known

_MOST_KNOWN = 64
"""Arrays that the browser may name as known: more than any picture has."""


@dataclass(frozen=True)
class Answer:
    """A picture.

    Attributes:
        blocks: what to draw.
        text: the same by ``views.blocks.as_text``, where somebody has written it already.
        timings: milliseconds by stage, where they count.
    """

    blocks: Sequence[Block]
    text: str = ""
    timings: dict[str, float] | None = None


Picture = Callable[[Mapping[str, str]], Answer]
"""Takes a query's parameters; what it raises as a ``ValueError`` gets no picture."""


def route(path: str, place: str, picture: Picture) -> Route:
    """Return a route that answers a query with a picture, packed as the component takes it.

    Args:
        path: its address.
        place: the name of the place where the page shows it.
        picture: what it raises as a ``ValueError`` is refused: the page itself says why.
    """

    async def answer(request: Request) -> Response:
        if not workers().warm.is_set():
            return Response(status_code=503)
        try:
            data = await run_in_threadpool(answered, place, picture, request.query_params)
        except ValueError:
            return Response(status_code=400)
        headers = {"Content-Encoding": "deflate", "Cache-Control": "no-store"}
        return Response(data, media_type="application/json", headers=headers)

    return Route(path, answer)


def answered(place: str, picture: Picture, link: Mapping[str, str]) -> bytes:
    """Return the answer to a query, and keep what was sent: it may be asked for as a file."""
    answer = picture(link)
    text = answer.text or as_text(answer.blocks)
    data = described(answer.blocks, text, timings=answer.timings)
    visitor = link.get("visitor", "")
    record_sent(visitor, data)
    keep(visitor, place, data["id"], text)
    return packed(without_known(data, link.get("have", "").split(",")[:_MOST_KNOWN]))
