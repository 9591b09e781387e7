"""Numbers in cells, as JavaScript's toFixed and toExponential write them."""

import pytest

from pictures.colors import named
from pictures.letters import clean, line, width
from pictures.numbers import size_in, written


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1.005, ".2f", "1.00"),  # it lies below 1.005
        (0.5, ".0f", "1"),  # halves go up
        (-2.5, ".0f", "−3"),
        (0.125, ".2f", "0.13"),
        (-0.004, ".2f", "0.00"),
        (0.0, ".1e", "0.0e+0"),
        (123456.0, ".1e", "1.2e+5"),
        (9.96e-5, ".1e", "1.0e−4"),
        (-1.25e-10, ".1e", "−1.3e−10"),
        (-3e38, ".1e", "−3.0e+38"),
    ],
)
def test_numbers_are_written_as_on_the_screen(value, form, text):
    assert written(value, form) == text


def test_letters_are_as_large_as_they_fit_and_none_where_they_could_not_be_read():
    assert size_in(44, 5) == 12
    assert size_in(28, 5) == 9
    assert size_in(20, 5) == 0
    assert size_in(44, 0) == 0


def test_a_text_is_as_wide_as_its_letters_and_digits_are_all_alike():
    digits = {width(digit, 100) for digit in "0123456789"}
    assert len(digits) == 1
    assert width("12", 10) == pytest.approx(2 * width("1", 10))
    assert width("inputs", 20, "code") == pytest.approx(6 * width("i", 20, "code"))
    made = line("a\nb", x=0, y=0, size=10, fill=named("text"))
    assert made.text == clean("a\nb") == "a b"
    assert made.width == pytest.approx(width("a b", 10))
