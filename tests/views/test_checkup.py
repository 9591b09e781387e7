"""A layer in training as blocks, whatever the rank of its tensors."""

import keras
import numpy as np
import pytest

from layers.checkup.evidence import Evidence
from layers.checkup.examination.collect_evidence import collect_evidence
from views.blocks import as_text
from views.checkup import shared_limits, training_blocks


@pytest.mark.parametrize(
    ("make", "shape", "places"),
    [
        (lambda: keras.layers.Dense(2), (2, 3), []),
        (lambda: keras.layers.Dense(2), (2, 4, 3), ["axis 0 at 0"]),
        (lambda: keras.layers.Conv2D(2, 2), (2, 4, 4, 3), ["axis 0 at 0, axis 1 at 0"]),
        (lambda: keras.layers.Conv3D(2, 2), (2, 3, 3, 3, 1), ["axis 0 at 0, axis 1 at 0, axis 2"]),
    ],
)
def test_a_layer_of_any_rank_is_shown_in_training(make, shape, places):
    evidence = collect_evidence(make, shape, {})
    drawn = as_text(training_blocks("own", evidence, shared_limits((evidence,))))
    assert "own gradient of " in drawn
    assert "own outputs loaded" in drawn
    assert all(place in drawn for place in places)
    assert ("axis 0" in drawn) == bool(places)


@pytest.mark.parametrize("rank", range(6))
def test_outputs_of_any_rank_are_drawn(rank):
    outputs = np.arange(2.0**rank, dtype="float32").reshape((2,) * rank)
    changes = np.zeros((2, 0), "float32")
    evidence = Evidence(
        layer="Any",
        variables=(),
        parameters=0,
        losses=(1.0, 1.0),
        changes=changes,
        before=outputs,
        after=outputs,
        reload="",
    )
    assert "own outputs loaded" in as_text(
        training_blocks("own", evidence, shared_limits((evidence,)))
    )
