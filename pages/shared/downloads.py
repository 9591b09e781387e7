"""Pictures as files: what a browser shows is drawn when somebody asks for it.

The blocks that a page has sent are kept as text, the newest few of each visitor's pictures. The
browser names one of them and the kind of file; a worker draws it, with the code of the command.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from layers.inputs.fields import BadInputError
from pages.shared.workers import workers
from pictures.files import DrawingOptions, named_file, names_of_first

PATH = "/layerscope/picture"
_MOST_KEPT = 64 * 2**20
"""Characters of all blocks that are kept."""
_NEWEST = 3
"""Of each picture: the browser shows one, and may hold two that it has asked for ahead."""
_kept: LRUCache[tuple[str, str], dict[str, str]] = LRUCache(
    _MOST_KEPT, getsizeof=lambda newest: 500 + sum(map(len, newest.values()))
)
_lock = threading.Lock()  # pages and routes run in threads, and an LRUCache is not safe in threads
_one_at_a_time = asyncio.Lock()
"""Whoever asks for many files leaves the other workers to those who look at pictures."""
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".pdf": "application/pdf"}


def keep(visitor: str, picture: str, known_as: str, text: str) -> None:
    """Keep the blocks of a picture that a visitor is sent.

    Args:
        visitor: a random name; who knows it may have its pictures.
        picture: the name of the place where it is shown.
        known_as: the id under which the browser has it.
        text: the blocks, by ``views.blocks.as_text``.
    """
    place = (visitor[:32], picture)
    with _lock:
        before = [each for each in _kept.get(place, {}).items() if each[0] != known_as]
        newest = dict([*before, (known_as, text)][-_NEWEST:])
        while newest and sum(map(len, newest.values())) > _MOST_KEPT // 4:
            del newest[next(iter(newest))]
        _kept.pop(place, None)
        if newest:
            _kept[place] = newest


def kept(visitor: str, picture: str, known_as: str) -> str | None:
    """Return the blocks, as text, that a visitor was sent; None where they are not kept."""
    with _lock:
        return _kept.get((visitor[:32], picture), {}).get(known_as)


def named_picture(visitor: str, picture: str) -> tuple[str, str] | None:
    """Return the file's name and the title of what a visitor was sent last; None where nothing."""
    with _lock:
        newest = [*_kept.get((visitor[:32], picture), {}).values()]
    return names_of_first(newest[-1]) if newest else None


async def answer(request: Request) -> Response:
    """Answer with the file that a query asks for, or with a sentence."""
    query = request.query_params
    try:
        text, at, ending, options = _asked(query)
        async with _one_at_a_time:
            work = workers().submit(named_file, text, at, ending, options)
            name, data = await asyncio.wrap_future(work)
    except ValueError as refusal:
        return PlainTextResponse(str(refusal), status_code=400)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=_TYPES[ending], headers=headers)


def _asked(query: Mapping[str, str]) -> tuple[str, int, str, DrawingOptions]:
    """Return the blocks that a query names, which of them, the ending, and the options.

    Raises:
        ValueError: a value that is none, or blocks that are not kept; a sentence.
    """
    text = kept(query.get("visitor", ""), query.get("picture", ""), query.get("id", ""))
    if text is None:
        raise BadInputError(
            "The picture cannot be downloaded: expected one that the page shows now. Received one "
            "that the server no longer keeps. Reload the page, and try again."
        )
    ending = "." + query.get("format", "svg")
    if ending not in _TYPES:
        raise BadInputError(
            f"The picture cannot be downloaded: expected svg, png or pdf. Received "
            f"{ending[1:21]!r}. Choose one of these."
        )
    options = DrawingOptions(
        theme=query.get("theme", ""),
        scale=_number(query, "scale", DrawingOptions.scale),
        only=query.get("only", ""),
    )
    return text, int(_number(query, "block", 0)), ending, options


def _number(query: Mapping[str, str], name: str, usual: float) -> float:
    text = query.get(name, str(usual))
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text):
        raise BadInputError(
            f"`{name}` cannot be used: expected a number. Received {text[:20]!r}. Leave it out for "
            f"{usual:g}."
        )
    return float(text)


ROUTES = [Route(PATH, answer)]
