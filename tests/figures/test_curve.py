import numpy as np
import plotly.graph_objects as go
import pytest

from figures.curve import MOST_POINTS, curve


@pytest.mark.parametrize("values", [[2.0], [1.0, np.nan], [np.inf], [3.0, 3.0], [0.0, -1.0, 5.0]])
def test_any_losses_make_a_figure_that_plotly_accepts(values):
    figure = curve(np.array(values), name="loss", at=0)
    go.Figure(figure.spec)
    line = figure.spec["data"][0]
    assert line["y"] == [value if np.isfinite(value) else None for value in values]
    lost = [step for step, value in enumerate(values) if not np.isfinite(value)]
    assert [mark["x"] for mark in figure.spec["data"][1:]] == ([lost] if lost else [])
    assert ("crosses" in figure.caption) == bool(lost)


def test_one_step_is_said_in_the_singular():
    figure = curve(np.array([3.0, 2.0]), name="loss", at=0)
    assert "3 to 2 in 1 step" in figure.caption.split(" · ")
    assert "over 1 step," in curve(np.array([3.0]), name="loss", at=0).alt


def test_a_wide_range_is_logarithmic_and_says_so():
    figure = curve(np.array([1e6, 1.0]), name="loss", at=1)
    axis = figure.spec["layout"]["yaxis"]
    assert axis["type"] == "log"
    assert axis["range"] == pytest.approx([-0.36, 6.36])
    assert "logarithmic" in figure.caption


def test_many_steps_are_thinned_but_the_last_and_the_shown_one_stay():
    figure = curve(np.linspace(2, 1, 10_001), name="loss", at=777)
    drawn = figure.spec["data"][0]["x"]
    assert len(drawn) <= MOST_POINTS + 2
    assert {0, 777, 10_000} <= set(drawn)
    assert "every 11 steps" in figure.caption
