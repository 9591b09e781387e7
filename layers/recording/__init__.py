"""Runs a layer and keeps every operation that TensorFlow runs for it."""

from layers.recording.failure import RecordingFailedError
from layers.recording.record import record

__all__ = ["RecordingFailedError", "record"]
