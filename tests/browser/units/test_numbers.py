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


@pytest.mark.parametrize(
    ("pattern", "digits", "cell", "expected"),
    [
        (".2f", 5, 28, [9, ".2f"]),
        (".3f", 6, 28, [10, ".2f"]),  # a decimal less, rather than no number
        (".1f", 5, 20, [10, ".0f"]),
        (".1e", 7, 24, [8, ".0e"]),
        (".0f", 9, 24, [0, ".0f"]),
        (".2f", 0, 44, [0, ".2f"]),  # none are written
    ],
)
def test_numbers_lose_a_decimal_where_they_would_not_fit(
    call: Callable, pattern: str, digits: int, cell: int, expected: list
):
    found = call("numbers.js", "fitted", pattern, digits, cell)
    assert [found["size"], found["format"]] == expected


@pytest.mark.parametrize(
    ("typed", "text"),
    [("∞", "inf"), ("−∞", "-inf"), ("+Infinity", "+inf"), ("nan", "nan"), (",5", ".5")],
)
def test_what_is_not_finite_may_be_typed(call: Callable, typed: str, text: str):
    assert call("numbers.js", "typedNumber", typed) == text
    assert call("numbers.js", "reasonRefused", text) == ""


@pytest.mark.parametrize("text", ["", "two", "1e7", "1..2", "--1", "in"])
def test_what_is_no_number_is_refused(call: Callable, text: str):
    assert "expected one from" in call("numbers.js", "reasonRefused", text)
