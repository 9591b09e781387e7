"""A check-up in the workers, one examination at a time, with its progress."""

from __future__ import annotations

import streamlit as st

from layers.api import checkup as checkup_api
from layers.checkup.engine import gone_through, report_of
from layers.checkup.plan import PLAN, Examination
from layers.checkup.processes import HungError, KilledError
from layers.checkup.report import Outcome, Report
from pages.checkup.choose import CheckupChoice
from pages.shared.compute import compute
from pages.shared.workers import TIME_LIMIT, ComputationLostError, ComputationStoppedError


def examine_layer(chosen: CheckupChoice) -> Report:
    """Examine a layer; repeated examinations come from the cache.

    Raises:
        BadInputError: an author's layer that cannot be made.
        ComputationLostError: there are no workers at all.
        ValueError: the layer cannot be made with these arguments; a sentence.
    """
    place = st.empty()

    def ask(step: Examination) -> Outcome:
        done = PLAN.index(step)
        place.progress(done / len(PLAN), text=f"{done} of {len(PLAN)}: {step.doing} …")
        try:
            outcome, _ = compute(
                checkup_api.examine,
                chosen.make,
                chosen.shape,
                step.name,
                author_code=chosen.is_authors,
            )
        except ComputationStoppedError:
            raise HungError from None
        except ComputationLostError:
            raise KilledError from None
        return outcome

    try:
        outcomes = tuple(gone_through(ask, TIME_LIMIT))
    finally:
        place.empty()
    return report_of(outcomes, chosen.shape)
