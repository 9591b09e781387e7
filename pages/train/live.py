"""A step of a training as an answer of its own, outside of Streamlit's runs.

The browser asks for it while the steps are walked, played or scrubbed, and draws it at once. What
is trained is the visitor's own, found by the random name that only that page knows.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from layers.inputs.fields import Field
from pages.shared.live import Answer, route
from pages.train.step import step_shown
from views.train.link import SHOW, same_training, step_field
from views.train.step import Trained

PATH = "/layerscope/live/train"
PICTURE = "step"
"""The name of the place where the page shows it."""

_trainings: WeakValueDictionary[str, Trained] = WeakValueDictionary()
"""By the visitor's random name. Sessions hold them: an ended one's is gone."""
_lock = threading.Lock()


def offer(visitor: str, trained: Trained) -> None:
    """Let the route answer a visitor from what the session holds."""
    with _lock:
        _trainings[visitor] = trained


def _picture(link: Mapping[str, str]) -> Answer:
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
    return Answer(shown.blocks)


ROUTES = [route(PATH, PICTURE, _picture)]
