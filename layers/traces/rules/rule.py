"""What a rule is, and which operations it rewrites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layers.operations.op import Op
from layers.traces.trace import Step
from layers.traces.view import StepsByResult

Found = tuple[Step, ...] | str | None
"""Steps in place of one, or a tensor that holds its result already; None where nothing applies."""


@dataclass(frozen=True, eq=False)
class RewriteRule:
    """One rule.

    Attributes:
        find: takes the trace and a step of one of these operations.
        rewrites: the operations: classes, and names of elementwise functions.
    """

    find: Callable[[StepsByResult, Step], Found]
    rewrites: tuple[type[Op] | str, ...]

    def fits(self, kind: type[Op], function: str) -> bool:
        """Return whether the rule rewrites an operation.

        Args:
            kind: its class.
            function: its function's name, if it is elementwise; else empty.
        """
        classes = tuple(each for each in self.rewrites if not isinstance(each, str))
        return issubclass(kind, classes) or function in self.rewrites


def rewrites(*operations: type[Op] | str) -> Callable[[Callable[..., Found]], RewriteRule]:
    """Make a function a rule for these operations."""
    return lambda find: RewriteRule(find, operations)
