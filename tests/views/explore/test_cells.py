"""What a picture that answers has to know: which axis is which dimension of the layer."""

from __future__ import annotations

import pytest

from layers.api.explore import describe
from tests.views.runs import explored
from views.explore.cells import links

FEATURES = ["features", 1, 256]
UNITS = ["units", 1, 256]
BATCH = ["batch", 1, 64]
EDGES = {
    "linear": {"features": FEATURES, "units": UNITS, "batch": BATCH},
    "repeated_dense": {"features": FEATURES, "units": UNITS, "batch": BATCH},
    "nd_dense": {
        "batch": ["shape", 1, 4096, 0],
        "axis 1": ["shape", 1, 4096, 1],
        "features": ["shape", 1, 4096, 2],
        "units": UNITS,
    },
    "center_zero": {"rows": ["rows", 1, 64], "columns": ["columns", 1, 64], "batch": BATCH},
    "running_sum": {"features": FEATURES, "batch": BATCH},
    "mlp_block": {
        "features": FEATURES,
        "batch": BATCH,
        **{f"width {at}": [f"width_{at}", 1, 256] for at in (1, 2, 3)},
    },
}


@pytest.mark.parametrize("name", EDGES)
def test_an_axis_is_dragged_by_the_field_that_is_its_length(name: str):
    (layer,) = (layer for layer in describe() if layer.name == name)
    run = explored(name)
    assert links(run.trace, layer, run.trace.steps)["edges"] == EDGES[name]
