"""How the browser writes numbers, and reads those that are typed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        (".2f", 0.125, "0.13"),
        (".2f", -1.5, "−1.50"),
        (".2f", -0.001, "0.00"),  # no minus before zero
        (".0f", -0.4, "0"),
        (".0f", 12, "12"),
        (".1e", -12345, "−1.2e+4"),
        (".1e", 0.00012, "1.2e−4"),
    ],
)
def test_a_number_in_a_cell(page: Page, pattern: str, value: float, text: str):
    call = "async ([format, value]) => (await import('/numbers.js')).formatter(format)(value)"
    assert page.evaluate(call, [pattern, value]) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (-0.1234567, "−0.123457"), (1e-7, "1e−7"), (3.0, "3")],
)
def test_a_number_in_a_sentence(call: Callable, value: float, text: str):
    assert call("numbers.js", "written", value) == text


def test_numbers_that_are_not_finite(page: Page):
    found = "async () => [NaN, Infinity, -Infinity].map((await import('/numbers.js')).written)"
    assert page.evaluate(found) == ["NaN", "∞", "−∞"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [(" 0,5 ", "0.5"), ("−3", "-3"), ("-1,25", "-1.25"), ("1,000.5", "1,000.5"), ("x", "x")],
)
def test_a_number_that_is_typed(call: Callable, typed: str, text: str):
    assert call("numbers.js", "typedNumber", typed) == text


def test_numbers_are_written_where_they_can_be_read(call: Callable):
    assert call("numbers.js", "numberSize", 0, 44) == 0  # none are written
    assert call("numbers.js", "numberSize", 5, 28) == 9
    assert call("numbers.js", "numberSize", 5, 20) == 0
    assert call("numbers.js", "numberSize", 2, 44) == 12  # not larger than the captions
