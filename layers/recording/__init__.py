"""Runs a layer and keeps every operation that TensorFlow runs for it."""

from layers.recording.record import record

__all__ = ["record"]
