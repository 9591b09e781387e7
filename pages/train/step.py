"""One step of a training, computed by the workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pages.shared.compute import compute
from views.explore.whole import Read
from views.train import step as steps
from views.train.step import StepShown, Trained


def step_shown(trained: Trained, step: int, shown: str, read: Read) -> StepShown:
    """Return a step laid out; arguments and errors as ``views.train.step.step_shown``."""

    def ask(function: Callable[..., Any], *arguments: Any) -> Any:
        return compute(function, *arguments, author_code=trained.choice.is_authors)[0]

    return steps.step_shown(trained, step, shown, read, ask)
