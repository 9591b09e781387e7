"""Paths of weights and planes of losses: which numbers are drawn, and that Plotly takes them."""

import numpy as np
import plotly.graph_objects as go
import pytest

from figures.paths import MOST_LINES, MOST_POINTS, paths
from figures.plane import plane


def drawn(values, **more):
    steps = tuple(range(len(values)))
    figure = paths(values, steps=steps, name="kernel", at=1, last=len(values) - 1, **more)
    go.Figure(figure.spec)
    return figure


def test_few_numbers_have_a_line_each():
    values = np.array([[[1.0, 2.0]], [[1.5, 2.0]], [[2.0, np.nan]]])
    figure = drawn(values)
    lines = {line["hovertemplate"].split(" %{y")[0]: line["y"] for line in figure.spec["data"]}
    assert lines["step %{x}: kernel[0, 0]"] == [1.0, 1.5, 2.0]
    assert lines["step %{x}: kernel[0, 1]"] == [2.0, 2.0, None]
    assert figure.caption == "all 2 · 1 to 2"
    assert "kernel[0, 0] from 1 to 2" in figure.alt


def test_of_many_those_that_moved_farthest_and_the_pinned_one_are_drawn():
    values = np.zeros((3, 100))
    values[2] = np.arange(100)
    figure = drawn(values, picked=(5,))
    assert len(figure.spec["data"]) == MOST_LINES + 1
    assert [line.get("meta") for line in figure.spec["data"]][-1] == "picked"
    assert figure.spec["data"][-1]["y"][-1] == 5
    assert {line["y"][-1] for line in figure.spec["data"][:-1]} == set(range(76, 100))
    assert "those that moved farthest" in figure.caption
    assert "pinned: kernel[5]" in figure.caption


def test_many_states_are_thinned_and_the_caption_says_so():
    figure = drawn(np.linspace(0, 1, 1001))
    (line,) = figure.spec["data"]
    assert len(line["x"]) == MOST_POINTS
    assert (line["x"][0], line["x"][-1]) == (0, 1000)
    assert f"{MOST_POINTS} of 1,001 states" in figure.caption


@pytest.mark.parametrize("factor", [1.0, 1000.0])
def test_a_plane_has_its_losses_and_marks_the_ends_of_the_path(factor):
    axis = np.linspace(-1, 1, 5)
    losses = 0.1 + factor * (axis[:, None] ** 2 + axis**2)
    losses[0, 0] = np.inf
    path = np.array([[1.0, 0.5], [0.5, 0.5], [0.0, 0.0]])
    figure = plane(losses, across=axis, up=axis, path=path, steps=(0, 2, 4), at=3, names=("a", "b"))
    go.Figure(figure.spec)
    ring, dot, square = figure.spec["data"][2:]
    assert (ring["marker"]["symbol"], ring["x"], ring["y"]) == ("circle-open", [1.0], [0.5])
    assert (dot["marker"]["symbol"], dot["x"], dot["y"]) == ("circle", [0.0], [0.0])
    assert (square["marker"]["symbol"], square["x"], square["y"]) == ("square", [0.5], [0.5])
    assert "step 2 is at 0.5, 0.5" in figure.alt
    assert ("logarithm" in figure.caption) == (factor > 1)
    assert "1 without a finite loss" in figure.caption
    assert "Contours of the loss" in figure.alt
