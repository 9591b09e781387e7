"""What all visitors of this server answered, as counts: no name and no session stands in them."""

from __future__ import annotations

import threading
from functools import cache

from cachetools import LRUCache

from views.lessons import Question

_MOST = 1_000


class AnswerCounts:
    """Counts answers by question; as many questions as lessons can have, and no more."""

    def __init__(self) -> None:
        self._counts: LRUCache[tuple, list[int]] = LRUCache(_MOST)
        self._lock = threading.Lock()

    def add(self, lesson: str, step: int, question: Question, answer: float) -> None:
        """Count one answer."""
        with self._lock:
            counts = self._of(lesson, step, question)
            counts[question.outcome(answer)] += 1

    def counts(self, lesson: str, step: int, question: Question) -> tuple[int, ...]:
        """Return how often each of the question's ``outcomes`` was given."""
        with self._lock:
            return tuple(self._of(lesson, step, question))

    def _of(self, lesson: str, step: int, question: Question) -> list[int]:
        # With the question's own words: one that was rewritten is counted anew.
        key = (lesson, step, question.text, question.outcomes)
        return self._counts.setdefault(key, [0] * len(question.outcomes))


@cache
def room() -> AnswerCounts:
    """Return the room of this server's process."""
    return AnswerCounts()
