import numpy as np
import pytest

from layers.traces.trace import Tensor
from views.explore.planes import ShownPlane, drawn_axes, free_axes, plane_of


def tensor(**axes):
    return Tensor(
        values=np.zeros(tuple(axes.values())),
        axes=tuple(word.replace("_", " ") for word in axes),
        role="intermediate",
    )


IMAGE = tensor(batch=2, rows=4, columns=5, channels=3)
KERNEL = tensor(kernel_rows=3, kernel_columns=3, channels=3, filters=2)
HEADS = tensor(batch=2, time=4, heads=2, features=3)


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (("batch", "units"), (0, 1)),
        (("batch", "time", "features"), (1, 2)),
        (("batch", "rows", "columns", "channels"), (1, 2)),
        (("kernel rows", "kernel columns", "channels", "filters"), (0, 1)),
        (("batch", "heads", "time", "time (2)"), (2, 3)),
        (("batch", "time", "heads", "features"), (1, 3)),
        (("features", "heads", "units"), (0, 2)),
        (("batch", "heads", "features"), (1, 2)),
    ],
)
def test_the_axes_that_matter_most_are_drawn(axes, expected):
    assert drawn_axes(axes) == expected


def test_a_chosen_axis_is_drawn_where_a_tensor_has_it():
    assert drawn_axes(IMAGE.axes, rows="channels") == (3, 2)
    assert drawn_axes(IMAGE.axes, columns="batch") == (1, 0)
    assert drawn_axes(IMAGE.axes, rows="columns", columns="rows") == (2, 1)
    assert drawn_axes(KERNEL.axes, rows="batch") == (0, 1)


def test_what_was_chosen_twice_is_not_drawn_twice():
    assert drawn_axes(IMAGE.axes, rows="columns", columns="columns")[0] == 2
    assert len(set(drawn_axes(IMAGE.axes, rows="columns", columns="columns"))) == 2


def test_one_slider_serves_every_tensor_that_has_the_axis():
    assert free_axes([IMAGE, KERNEL]) == {"batch": 2, "channels": 3, "filters": 2}
    assert free_axes([HEADS]) == {"batch": 2, "heads": 2}
    assert free_axes([tensor(batch=2, units=3)]) == {}


def test_an_axis_of_one_needs_no_slider():
    assert free_axes([tensor(batch=1, time=3, features=4)]) == {}


def test_each_tensor_stands_at_its_own_place():
    places = {"channels": 2, "filters": 1, "batch": 7}
    assert plane_of(IMAGE, places) == ShownPlane(row_axis=1, column_axis=2, at={0: 1, 3: 2})
    assert plane_of(KERNEL, places) == ShownPlane(row_axis=0, column_axis=1, at={2: 2, 3: 1})
    assert plane_of(tensor(batch=2, units=3), places) == ShownPlane()
