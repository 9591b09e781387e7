"""A step of a training as an answer of its own, outside of Streamlit's runs.

The browser asks for it while the steps are walked, played or scrubbed, and draws it at once. What
is trained is the visitor's own, found by the random name that only that page knows.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from layers.inputs.fields import Field
from pages.shared.charts import record_sent
from pages.train.step import Trained, step_shown
from views.blocks import described, packed, without_known
from views.train.link import SHOW, same_training, step_field

PATH = "/layerscope/live/train"
_MOST_KNOWN = 64
"""Arrays that the browser may name as known: more than any picture has."""

_trainings: WeakValueDictionary[str, Trained] = WeakValueDictionary()
"""By the visitor's random name. Sessions hold them: an ended one's is gone."""
_lock = threading.Lock()


def offer(visitor: str, trained: Trained) -> None:
    """Let the route answer a visitor from what the session holds."""
    with _lock:
        _trainings[visitor] = trained


async def answer(request: Request) -> Response:
    """Return the blocks of the step that the query asks for, packed as the component takes them.

    What is not a step of this visitor's training gets no picture: the page itself follows.
    """
    try:
        data = await run_in_threadpool(_picture, request.query_params)
    except ValueError:
        return Response(status_code=400)
    headers = {"Content-Encoding": "deflate", "Cache-Control": "no-store"}
    return Response(data, media_type="application/json", headers=headers)


def _picture(link: Mapping[str, str]) -> bytes:
    visitor = link.get("visitor", "")
    with _lock:
        trained = _trainings.get(visitor)
    if trained is None:
        raise ValueError("Nothing is trained under this name: the page is opened first.")
    if not same_training(trained.choice.layer, trained.link, link):
        raise ValueError("Another training is asked for: the page trains it first.")

    def read(field: Field) -> Any:
        return field.parse(link.get(field.name, field.default))

    last = len(trained.training.history.losses) - 1
    shown = step_shown(trained, read(step_field(last)), read(SHOW), read)
    data = described(shown.blocks)
    record_sent(visitor, data)
    return packed(without_known(data, link.get("have", "").split(",")[:_MOST_KNOWN]))


ROUTES = [Route(PATH, answer)]
