"""From TensorFlow's spelling to the textbook's: small rules, until none has anything to say.

A rule looks at one step and what made its operands. It returns the steps that take its place, the
last of which makes the same result, or the name of a tensor that holds the same numbers already.
It may leave tensors without a reader, which then go; it never changes one that stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from layers.operations.elementwise import Elementwise
from layers.operations.op import LayoutOp, Op
from layers.traces.rules.activations import ACTIVATIONS
from layers.traces.rules.choices import CHOICES
from layers.traces.rules.contractions import CONTRACTIONS
from layers.traces.rules.gradients import GRADIENTS
from layers.traces.rules.layout import LAYOUT
from layers.traces.rules.normalizations import NORMALIZATIONS
from layers.traces.rules.quotients import QUOTIENTS
from layers.traces.rules.rule import RewriteRule
from layers.traces.rules.sequences import SEQUENCES
from layers.traces.rules.windows import WINDOWS
from layers.traces.trace import Step, Trace
from layers.traces.view import StepsByResult

RULES: tuple[RewriteRule, ...] = (
    *LAYOUT,
    *SEQUENCES,
    *CONTRACTIONS,
    *WINDOWS,
    *NORMALIZATIONS,
    *ACTIVATIONS,
    *CHOICES,
    *GRADIENTS,
)
LAST: tuple[RewriteRule, ...] = QUOTIENTS
"""Tried once no other rule applies, because others look for the factors that these replace."""


def simplify(trace: Trace) -> Trace:
    """Rewrite a trace until no rule applies.

    Args:
        trace: as TensorFlow computed it.

    Returns:
        a trace with the same outputs and state, in which every tensor that stays has its numbers.
    """
    view = StepsByResult.of(trace)
    _exhaust(view, RULES)
    _exhaust(view, LAST)
    return view.finish(trace)


def _exhaust(view: StepsByResult, rules: tuple[RewriteRule, ...]) -> None:
    changed = True
    while changed:
        changed = False
        view.prune()
        _constants_once(view)
        for name in list(view.steps):
            while name in view.steps:
                op = view.steps[name].op
                function = op.name if isinstance(op, Elementwise) else ""
                if not _rewrite(view, name, _fitting(rules, type(op), function)):
                    break
                changed = True
        changed = _once(view) or changed


@cache
def _fitting(
    rules: tuple[RewriteRule, ...], kind: type[Op], function: str
) -> tuple[RewriteRule, ...]:
    return tuple(rule for rule in rules if rule.fits(kind, function))


def _rewrite(view: StepsByResult, name: str, rules: Sequence[RewriteRule]) -> bool:
    step = view.steps[name]
    for rule in rules:
        found = rule.find(view, step)
        if isinstance(found, str):
            if _stand_in(view, step, found):
                return True
        elif found:
            view.steps |= {new.result: replace(new, scope=step.scope) for new in found}
            return True
    return False


def _constants_once(view: StepsByResult) -> None:
    """Let equal constants be one: a number that every time step reads."""
    known: dict[tuple, str] = {}
    for name, tensor in view.tensors.items():
        if tensor.role == "constant" and name not in view.steps and tensor.values.dtype != object:
            values = tensor.values
            same = known.setdefault(
                (values.dtype, values.shape, values.tobytes(), tensor.path), name
            )
            if same != name:
                view.rename(name, same)


def _once(view: StepsByResult) -> bool:
    """Let the same cells of the same tensors be taken once; say whether anything changed."""
    known: dict[tuple, str] = {}
    changed = False
    for name in list(view.steps):
        step = view.steps[name]
        moves = isinstance(step.op, LayoutOp) or step.op == Elementwise("where")
        if moves and name not in view.ends:
            same = known.setdefault((step.op, step.operands), name)
            if same != name:
                view.rename(name, same)
                del view.steps[name]
                changed = True
    return changed


def _stand_in(view: StepsByResult, step: Step, same: str) -> bool:
    """Let a tensor with the same numbers stand for a step's result; say whether it can."""
    if step.result not in view.ends:
        view.rename(step.result, same)
        del view.steps[step.result]
        return True
    maker = view.steps.get(same)
    if maker is None or same in view.ends:
        return False
    del view.steps[same]
    view.steps[step.result] = replace(maker, result=step.result)
    view.rename(same, step.result)
    return True
