"""Trains a layer, keeps every step, and shows one step in full.

What is here is plain data: settings, histories, targets, files. ``running`` has TensorFlow, and is
imported when ``train`` and its like are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from layers.training.history import History, Moment
from layers.training.plane import LossPlane
from layers.training.step import FiniteDifference, StepTraces

if TYPE_CHECKING:
    from layers.training.running.code import code
    from layers.training.running.differences import finite_difference
    from layers.training.running.plane import loss_plane
    from layers.training.running.step import step_traces
    from layers.training.running.train import moment, train

__all__ = [
    "FiniteDifference",
    "History",
    "LossPlane",
    "Moment",
    "StepTraces",
    "code",
    "finite_difference",
    "loss_plane",
    "moment",
    "step_traces",
    "train",
]

_WITH_TENSORFLOW = {
    "code": "code",
    "loss_plane": "plane",
    "finite_difference": "differences",
    "moment": "train",
    "step_traces": "step",
    "train": "train",
}


def __getattr__(name: str) -> Any:
    """Import what needs TensorFlow when it is asked for."""
    if name not in _WITH_TENSORFLOW:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"layers.training.running.{_WITH_TENSORFLOW[name]}")
    return getattr(module, name)
