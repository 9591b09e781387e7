"""The examinations: one function for each name in ``layers.checkup.plan.PLAN``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from layers.checkup.examination.layer_under_test import LayerUnderTest
from layers.checkup.probes.batch import fixed_batch
from layers.checkup.probes.building import (
    build_signature,
    children_unbuilt,
    positional_add_weight,
    reserved_name,
)
from layers.checkup.probes.config import config, unregistered
from layers.checkup.probes.copies import frozen_copy
from layers.checkup.probes.gradients import no_gradient
from layers.checkup.probes.inside_call import python_state, variable_in_call
from layers.checkup.probes.sizes import hard_coded_size, wrong_output_shape
from layers.checkup.probes.softmax import softmax_of_one
from layers.checkup.probes.start import call, graph, make
from layers.checkup.probes.types import float64_constant
from layers.checkup.probes.variables import untracked
from layers.checkup.report import Finding

PROBES: dict[str, Callable[[LayerUnderTest], Iterable[Finding]]] = {
    probe.__name__: probe
    for probe in (
        make,
        call,
        graph,
        positional_add_weight,
        build_signature,
        reserved_name,
        untracked,
        variable_in_call,
        frozen_copy,
        no_gradient,
        softmax_of_one,
        python_state,
        children_unbuilt,
        config,
        unregistered,
        fixed_batch,
        wrong_output_shape,
        hard_coded_size,
        float64_constant,
    )
}
