import numpy as np
import plotly.graph_objects as go
import pytest

from figures.terms import MAXIMUM_BARS, terms


def test_terms_stand_in_their_order():
    figure = terms(np.array([1.5, -2, 0.25]), name="terms of outputs", file_name="outputs.0.1")
    assert figure.spec["data"][0]["y"] == [1.5, -2, 0.25]
    assert figure.caption == "3 terms, in order · up adds, down takes away"
    assert figure.alt.endswith("3 terms from −2 to 1.5; the largest in size is number 1, −2")
    assert figure.file_name == "terms-outputs.0.1"
    go.Figure(figure.spec)


@pytest.mark.parametrize("count", [1, MAXIMUM_BARS, MAXIMUM_BARS + 1, 1000, 4096])
def test_many_terms_are_added_up_and_none_is_lost(count):
    products = np.random.default_rng(0).normal(size=count)
    figure = terms(products, name="t", file_name="t")
    bars = figure.spec["data"][0]["y"]
    assert len(bars) <= MAXIMUM_BARS
    np.testing.assert_allclose(sum(bars), products.sum(), atol=1e-2)  # four digits a bar
    assert figure.caption.startswith(f"{count:,} terms, in order")
    assert ("each bar" in figure.caption) == (count > MAXIMUM_BARS)


def test_how_many_terms_a_bar_stands_for_is_told():
    figure = terms(np.ones(1000), name="t", file_name="t")
    assert figure.title == "Terms"
    assert figure.caption == "1,000 terms, in order · up adds, down takes away · each bar 8 of them"
    assert figure.spec["data"][0]["y"] == [8.0] * 125


def test_no_terms_are_told_as_none():
    figure = terms(np.zeros(0), name="t", file_name="t")
    assert figure.spec["data"][0]["y"] == []
    assert figure.caption.startswith("0 terms, in order")
    assert figure.alt == "t: no finite terms"


def test_what_is_not_finite_leaves_a_gap():
    figure = terms(np.array([np.nan, 1, np.inf]), name="t", file_name="t")
    assert figure.spec["data"][0]["y"] == [None, 1.0, None]
    assert terms(np.array([np.nan]), name="t", file_name="t").alt == "t: no finite terms"
    go.Figure(figure.spec)
