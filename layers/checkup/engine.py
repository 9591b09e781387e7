"""``check``: run every examination on one layer, in a separate process.

This module does not import TensorFlow. The examinations run in the other process.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from layers.checkup.plan import PLAN, WORDS, Examination
from layers.checkup.processes import HungError, KilledError, shared_process
from layers.checkup.report import Finding, Outcome, Report, merge_outcomes
from layers.checkup.shapes import Shapes, format_shapes, validate_dtype, validate_shapes

TIME_LIMIT = 20.0
"""Seconds that one examination may take."""
Run = Callable[..., Any]
"""(function, *arguments, time_limit=…) → its result. Raises HungError or KilledError."""


def check(
    make_layer: Callable[[], Any],
    input_shape: Any,
    *,
    dtype: str = "float32",
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Examine a layer and report what is wrong with it.

    None of the layer's code runs in this process. Each examination makes its own layers, has a
    time limit, and leaves no trace. An examination that raises, hangs or kills its process becomes
    a finding, and the other examinations still run.

    Args:
        make_layer: returns a new layer at each call; it is pickled.
        input_shape: the input's shape, batch first: ``(8, 10)``. A list of shapes for a layer
            that takes a list. A dict for several arguments of ``call``: ``{"query": (8, 4, 10)}``.
        dtype: the input's dtype: a float, an integer, ``bool`` or ``string``.
        time_limit: seconds for one examination.

    Returns:
        The findings, the most severe first, and the outcome of every examination.

    Raises:
        BadInputError: ``input_shape`` is not a shape, ``dtype`` is not an input's dtype, or
            ``make_layer`` raised a BadInputError.

    Example:
        >>> import keras
        >>> check(lambda: keras.layers.Dense(5), (8, 10)).findings
        ()
    """
    shapes = validate_shapes(input_shape)
    validate_dtype(dtype)
    outcomes = tuple(
        iter_outcomes(make_layer, shapes, dtype=dtype, time_limit=time_limit, run=shared_process())
    )
    return report_of(outcomes, shapes)


def report_of(outcomes: tuple[Outcome, ...], shapes: Shapes) -> Report:
    """Combine the outcomes of all examinations into one report.

    Args:
        outcomes: one for each step of the plan.
        shapes: the input's shapes, as ``check`` takes them.
    """
    label = next((outcome.layer for outcome in outcomes if outcome.layer), "the layer")
    return merge_outcomes(label, format_shapes(shapes), outcomes)


def iter_outcomes(
    make_layer: Callable[[], Any],
    shapes: Shapes,
    *,
    dtype: str = "float32",
    time_limit: float = TIME_LIMIT,
    run: Run,
) -> Iterator[Outcome]:
    """Yield the outcome of every examination, in the order of the plan.

    All examinations are submitted at once. If one hangs or kills the process, the outcomes before
    it are kept, and those after it are submitted one by one.

    Args:
        make_layer: as in ``check``.
        shapes: the input's shapes, validated.
        dtype: as in ``check``.
        time_limit: seconds for one examination.
        run: runs a function in the other process.

    Raises:
        BadInputError: what ``make_layer`` raises.
    """
    registered = _local_registered_classes()
    arguments = (make_layer, shapes, dtype, registered)
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "outcomes"
        try:
            # The last examination starts within half the limit, and has at least a whole one.
            done = run(
                examine_in_turn,
                str(journal),
                time_limit / 2,
                *arguments,
                time_limit=1.5 * time_limit,
            )
        except (HungError, KilledError) as error:
            done = _outcomes_in(journal)
            done += (lost_outcome(_next_step(done), error, time_limit),)
    yield from done

    def examine_step(step: Examination) -> Outcome:
        return run(examine, step.name, *arguments, time_limit=time_limit)

    yield from run_plan(examine_step, time_limit, done=done)


def run_plan(
    examine_step: Callable[[Examination], Outcome],
    time_limit: float,
    done: tuple[Outcome, ...] = (),
) -> Iterator[Outcome]:
    """Run the steps of the plan that are not done yet, and yield their outcomes.

    A step is skipped if an earlier step found that the layer cannot do what it needs.

    Args:
        examine_step: runs one step. A HungError or KilledError of it becomes a finding.
        time_limit: seconds that a step may take, for the finding's text.
        done: the outcomes of the first steps, which are not run again.
    """
    abilities: set[str] = set().union(*(outcome.abilities for outcome in done))
    for step in PLAN[len(done) :]:
        missing = sorted(step.needs - abilities)
        if missing:
            reason = f"the layer cannot {WORDS[missing[0]]}"
            yield Outcome(probe=step.name, skipped=reason)
            continue
        try:
            outcome = examine_step(step)
        except (HungError, KilledError) as error:
            outcome = lost_outcome(step, error, time_limit)
        abilities |= outcome.abilities
        yield outcome


gone_through = run_plan  # the name that pages/ still imports


def examine(*arguments: Any) -> Outcome:
    """Run one examination in the current process; the arguments are ``examine.examine``'s."""
    from layers.checkup.examination.examine import examine

    return examine(*arguments)


def examine_in_turn(journal: str, budget: float, *arguments: Any) -> tuple[Outcome, ...]:
    """Run the plan in the current process, as far as it gets in ``budget`` seconds.

    Args:
        journal: a file. Each outcome is appended to it, for the case that the process is lost.
        budget: seconds within which an examination may start.
        *arguments: those of ``examine`` after the examination's name.

    Returns:
        The outcomes of the first steps of the plan; all of them if there was time.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    steps = run_plan(lambda step: examine(step.name, *arguments), 0.0)
    with Path(journal).open("ab") as file:
        for outcome in steps:
            outcomes.append(outcome)
            pickle.dump(outcome, file)
            file.flush()
            if time.monotonic() - started > budget:
                break
    return tuple(outcomes)


def lost_outcome(step: Examination, error: HungError | KilledError, time_limit: float) -> Outcome:
    """Return the outcome of an examination that never returned.

    Args:
        step: the examination.
        error: how it was lost.
        time_limit: the seconds that it had.
    """
    if isinstance(error, HungError):
        finding = Finding(
            code="hangs",
            severity="broken",
            where="the layer",
            wrong=f"The layer did not return ({step.doing}).",
            happens="A program that uses it hangs at this point.",
            evidence=f"No result within {time_limit:g} seconds. The process was ended.",
        )
    else:
        finding = Finding(
            code="kills",
            severity="broken",
            where="the layer",
            wrong=f"The layer ended its process ({step.doing}).",
            happens="A program that uses it ends at this point, and nothing is saved.",
            evidence="The process ended without a result.",
        )
    return Outcome(probe=step.name, findings=(finding,))


def _outcomes_in(journal: Path) -> tuple[Outcome, ...]:
    """Return the outcomes that a lost process wrote; an incomplete last one is left out."""
    outcomes: list[Outcome] = []
    if journal.exists():
        with journal.open("rb") as file:
            while True:
                try:
                    outcomes.append(pickle.load(file))  # noqa: S301 (written by our own process)
                except (EOFError, pickle.UnpicklingError):  # noqa: PERF203 (it ends the loop)
                    break
    return tuple(outcomes)


def _next_step(done: tuple[Outcome, ...]) -> Examination:
    """Return the first step that has no outcome; the last step if all have one."""
    return PLAN[min(len(done), len(PLAN) - 1)]


def _local_registered_classes() -> Mapping[str, type]:
    """Return the registered classes that no other process can import, by registered name."""
    registration = sys.modules.get("keras.src.saving.object_registration")
    found = vars(registration).get("GLOBAL_CUSTOM_OBJECTS", {}) if registration else {}
    return {
        name: cls
        for name, cls in found.items()
        if isinstance(cls, type)
        and (cls.__module__ == "__main__" or "<locals>" in cls.__qualname__)
    }
