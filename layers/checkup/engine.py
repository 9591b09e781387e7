"""``check``: all examinations of one layer, each in a process of its own kind.

Nothing here imports TensorFlow: what examines runs elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from layers.checkup.plan import PLAN, WORDS, Step
from layers.checkup.processes import HungError, KilledError, process
from layers.checkup.report import Finding, Outcome, Report, collected
from layers.checkup.shapes import Shapes, checked_shapes, spell_shapes

TIME_LIMIT = 20.0
"""Seconds that one examination may take."""
Run = Callable[..., Any]
"""(function, *arguments, time_limit=…) → what it returns; raises HungError or KilledError."""


def check(
    make_layer: Callable[[], Any],
    input_shape: Any,
    *,
    dtype: str = "float32",
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Examine a layer, and return what is wrong with it.

    Nothing of the layer runs in this process. Each examination has fresh layers, a time limit, and
    leaves no trace; one that raises, hangs or kills its process is a finding, and the others go on.

    Args:
        make_layer: returns a fresh layer each time; it is pickled.
        input_shape: of its input, batch first: ``(8, 10)``; a list of shapes for a layer that takes
            a list; a dict for several arguments of ``call``: ``{"query": (8, 4, 10), …}``.
        dtype: of the input.
        time_limit: seconds for one examination.

    Raises:
        BadInputError: a shape that is none, or what ``make_layer`` refuses with a sentence.

    Example:
        >>> import keras
        >>> check(lambda: keras.layers.Dense(5), (8, 10)).findings
        ()
    """
    shapes = checked_shapes(input_shape)
    outcomes = tuple(
        outcomes_of(make_layer, shapes, dtype=dtype, time_limit=time_limit, run=process())
    )
    return report_of(outcomes, shapes)


def report_of(outcomes: tuple[Outcome, ...], shapes: Shapes) -> Report:
    """Gather the outcomes of all examinations."""
    label = next((outcome.layer for outcome in outcomes if outcome.layer), "the layer")
    return collected(label, spell_shapes(shapes), outcomes)


def outcomes_of(
    make_layer: Callable[[], Any],
    shapes: Shapes,
    *,
    dtype: str = "float32",
    time_limit: float = TIME_LIMIT,
    run: Run,
) -> Iterator[Outcome]:
    """Yield every examination's outcome as it comes."""
    registered = _registered_here()

    def ask(step: Step) -> Outcome:
        return run(examine, step.name, make_layer, shapes, dtype, registered, time_limit=time_limit)

    yield from gone_through(ask, time_limit)


def gone_through(ask: Callable[[Step], Outcome], time_limit: float) -> Iterator[Outcome]:
    """Go through the plan: skip what the layer is not able to, and turn losses into findings."""
    able: set[str] = set()
    for step in PLAN:
        lacking = sorted(step.needs - able)
        if lacking:
            reason = f"the layer cannot {WORDS[lacking[0]]}"
            yield Outcome(probe=step.name, skipped=reason)
            continue
        try:
            outcome = ask(step)
        except HungError:
            outcome = Outcome(probe=step.name, findings=(_hung(step, time_limit),))
        except KilledError:
            outcome = Outcome(probe=step.name, findings=(_killed(step),))
        able |= outcome.able
        yield outcome


def examine(*arguments: Any) -> Outcome:
    """Run one probe, in the process that this is called in."""
    from layers.checkup.examination.examine import examine

    return examine(*arguments)


def _hung(step: Step, time_limit: float) -> Finding:
    return Finding(
        code="hangs",
        severity="broken",
        where="the layer",
        wrong=f"The layer did not come back ({step.doing}).",
        happens="Whatever waits for it waits for ever, or as long as it sleeps.",
        evidence=f"No answer within {time_limit:g} seconds; its process was ended.",
    )


def _killed(step: Step) -> Finding:
    return Finding(
        code="kills",
        severity="broken",
        where="the layer",
        wrong=f"The layer killed its process ({step.doing}).",
        happens="Whatever runs it dies with it, and nothing is saved.",
        evidence="The process ended before it answered.",
    )


def _registered_here() -> Mapping[str, type]:
    """Return the registered classes that no other process could import."""
    registration = sys.modules.get("keras.src.saving.object_registration")
    found = vars(registration).get("GLOBAL_CUSTOM_OBJECTS", {}) if registration else {}
    return {
        name: cls
        for name, cls in found.items()
        if isinstance(cls, type)
        and (cls.__module__ == "__main__" or "<locals>" in cls.__qualname__)
    }
