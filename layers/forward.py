"""``run``, under its old import path; it lives in ``layers.runs.run``."""

from layers.runs.run import run

__all__ = ["run"]
