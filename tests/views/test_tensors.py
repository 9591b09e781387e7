"""Which colours a tensor's numbers get."""

from __future__ import annotations

import numpy as np
import pytest

from layers.traces.layout import GraphLayout
from layers.traces.trace import Tensor
from views.explore.view import View
from views.tensors import painter

VIEW = View(layout=GraphLayout(rows=()))


def painted(**arrays: list) -> tuple[dict[str, float], dict[str, dict[str, str]]]:
    """Return the limit of each tensor's colours, and the legend by label."""
    tensors = {
        name: Tensor(values=np.array(values, "float32"), axes=("time",), role="intermediate")
        for name, values in arrays.items()
    }
    draw, legend = painter(tensors, VIEW, "layer")
    limits = {name: draw(name).spec["data"][0]["zmax"] for name in tensors}
    return limits, {entry["label"]: entry for entry in legend}


def test_tensors_of_one_kind_share_a_range():
    limits, legend = painted(scores=[1.0, -2.0], weighted=[0.5, 0.25])
    assert limits == {"scores": 2.0, "weighted": 2.0}
    assert legend["Results"] | {"low": "−2", "high": "2"} == legend["Results"]


def test_a_masked_score_leaves_the_others_their_colours():
    limits, legend = painted(scores=[1.0, -2.0], masked=[1.0, -1e9], softmax=[1.0, 0.0])
    assert limits == {"scores": 2.0, "masked": 2.0, "softmax": 2.0}
    assert legend["Results"]["low"] == "−2 and less, to −1e+09"
    assert legend["Results"]["high"] == "2"


def test_a_tensor_of_far_numbers_only_has_a_range_of_its_own():
    limits, legend = painted(scores=[1.0, -2.0], penalty=[0.0, -1e9], softmax=[1.0, 0.0])
    assert limits["scores"] == limits["softmax"] == 2.0
    assert limits["penalty"] == pytest.approx(1e9)
    assert set(legend) == {"Results", "penalty"}


def test_large_numbers_alone_are_no_exception():
    limits, legend = painted(scores=[1e9, -2e9], others=[1.0, 1e9])
    assert limits["scores"] == limits["others"] == pytest.approx(2e9)
    assert set(legend) == {"Results"}


def test_nan_and_infinities_are_no_numbers_of_a_range():
    limits, _ = painted(scores=[1.0, -2.0], broken=[np.nan, -np.inf], zero=[0.0, 0.0])
    assert limits == {"scores": 2.0, "broken": 2.0, "zero": 2.0}
