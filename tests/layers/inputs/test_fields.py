import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.inputs.fields import (
    BadInputError,
    BoolField,
    ChoiceField,
    CountField,
    FloatField,
    IntField,
    ShapeField,
)

UNITS = IntField(name="units", default=5, minimum=1, maximum=256)
OFFSET = IntField(name="offset", default=0, minimum=-9, maximum=9)
CALLS = CountField(
    name="calls", default=1, minimum=1, maximum=100, step_label="Again", reset_label="Reset"
)
RATE = FloatField(name="rate", default=0.5, minimum=-10, maximum=10)
KIND = ChoiceField(name="kind", default="relu", choices=("linear", "relu"))
BIAS = BoolField(name="use_bias", default=True)
SHAPE = ShapeField(
    name="shape",
    default=(2, 3, 4),
    minimum_rank=2,
    maximum_rank=5,
    maximum_axis=4096,
    maximum_elements=2**20,
)
FIELDS = [UNITS, OFFSET, CALLS, RATE, KIND, BIAS, SHAPE]

SENTENCE = r"(?s)^`\w+` cannot be used: expected .+\. Received .+\. .+\.$"
"""What failed: what was expected. Received … . What would do."""

GOOD = [
    (UNITS, 7, 7),
    (UNITS, "7", 7),
    (UNITS, " 7\n", 7),
    (UNITS, "+7", 7),
    (UNITS, "007", 7),
    (UNITS, "٣", 3),  # Arabic three: a digit is a digit
    (UNITS, np.int64(7), 7),
    (OFFSET, "-9", -9),
    (OFFSET, "-0", 0),
    (CALLS, "100", 100),
    (RATE, "1e-3", 0.001),
    (RATE, "-10", -10.0),
    (RATE, 3, 3.0),
    (RATE, np.float32(0.5), 0.5),
    (KIND, "linear", "linear"),
    (BIAS, False, False),
    (BIAS, "TRUE", True),
    (BIAS, " on ", True),
    (BIAS, "0", False),
    (SHAPE, (2, 3), (2, 3)),
    (SHAPE, [2, 3, 4, 5, 6], (2, 3, 4, 5, 6)),
    (SHAPE, "2, 3, 4", (2, 3, 4)),
    (SHAPE, "2,3,4", (2, 3, 4)),
    (SHAPE, "2 3 4", (2, 3, 4)),
    (SHAPE, "2 x 3 × 4", (2, 3, 4)),
    (SHAPE, "2x3x4", (2, 3, 4)),
    (SHAPE, "(2, 3)", (2, 3)),
    (SHAPE, " 2,3,4, \n", (2, 3, 4)),
    (SHAPE, "1024, 1024", (1024, 1024)),
    (SHAPE, "4096, 256", (4096, 256)),
]


@pytest.mark.parametrize(("field", "value", "expected"), GOOD)
def test_what_can_be_read_is_read_as_the_fields_own_type(field, value, expected):
    read = field.parse(value)
    assert read == expected
    assert type(read) is type(expected)


BAD = [
    (UNITS, "0"),
    (UNITS, "257"),
    (UNITS, "-1"),
    (UNITS, 1_000_000),
    (UNITS, ""),
    (UNITS, "   "),
    (UNITS, "five"),
    (UNITS, "2.0"),
    (UNITS, 2.0),
    (UNITS, "1e3"),
    (UNITS, "1_0"),
    (UNITS, "0x10"),
    (UNITS, "2 3"),
    (UNITS, "²"),
    (UNITS, "True"),
    (UNITS, True),
    (UNITS, None),
    (UNITS, "nan"),
    (UNITS, "9" * 5000),
    (UNITS, "7" + "\0"),
    (OFFSET, "--1"),
    (CALLS, "101"),
    (RATE, "nan"),
    (RATE, float("nan")),
    (RATE, "inf"),
    (RATE, "-inf"),
    (RATE, "1e999"),
    (RATE, "10.0001"),
    (RATE, "0,5"),
    (RATE, ""),
    (RATE, True),
    (RATE, None),
    (RATE, "9" * 5000),
    (KIND, "Relu"),
    (KIND, "relu "),
    (KIND, "__import__('os')"),
    (KIND, ""),
    (KIND, None),
    (KIND, 1),
    (BIAS, "yes"),
    (BIAS, ""),
    (BIAS, "2"),
    (BIAS, None),
    (SHAPE, "2, x"),
    (SHAPE, "0, 3"),
    (SHAPE, "2, -3"),
    (SHAPE, "7"),
    (SHAPE, "1, 1, 1, 1, 1, 1"),
    (SHAPE, "1000, 1000, 1000"),
    (SHAPE, "4097, 1"),
    (SHAPE, "1, 1048577"),
    (SHAPE, "999999999999, 999999999999"),
    (SHAPE, "9999999999999, 1"),
    (SHAPE, "1, " * 5000),
    (SHAPE, "2,,3"),
    (SHAPE, "2.0, 3"),
    (SHAPE, "1e3, 2"),
    (SHAPE, "None, 3"),
    (SHAPE, "²,3"),
    (SHAPE, ""),
    (SHAPE, "()"),
    (SHAPE, ()),
    (SHAPE, (True, 2)),
    (SHAPE, (2.0, 3)),
    (SHAPE, ("2", "x")),
    (SHAPE, (1,) * 100_000),
    (SHAPE, None),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_cannot_be_read_is_refused_in_one_short_sentence(field, value):
    with pytest.raises(BadInputError, match=SENTENCE) as refusal:
        field.parse(value)
    assert str(refusal.value).startswith(f"`{field.name}` ")
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            UNITS,
            "1000000",
            "`units` cannot be used: expected a whole number from 1 to 256. Received '1000000'. "
            "The nearest that works is 256.",
        ),
        (
            UNITS,
            "ten",
            "`units` cannot be used: expected a whole number from 1 to 256. Received 'ten'. "
            "Try units=5.",
        ),
        (
            RATE,
            "nan",
            "`rate` cannot be used: expected a number from -10 to 10. Received 'nan'. "
            "Try rate=0.5.",
        ),
        (
            KIND,
            "gelu",
            "`kind` cannot be used: expected one of linear, relu. Received 'gelu'. Try kind=relu.",
        ),
        (
            BIAS,
            "maybe",
            "`use_bias` cannot be used: expected true or false. Received 'maybe'. "
            "Try use_bias=true.",
        ),
        (
            SHAPE,
            "2, x",
            "`shape` cannot be used: expected 2 to 5 whole numbers from 1 to 4096, such as "
            "`2,3,4`. Received '2, x'. Try `2,3,4`.",
        ),
        (
            SHAPE,
            "7",
            "`shape` cannot be used: expected 2 to 5 whole numbers from 1 to 4096, such as "
            "`2,3,4`; this has 1. Received '7'. Try `2,3,4`.",
        ),
        (
            SHAPE,
            "1000, 1000, 1000",
            "`shape` cannot be used: expected at most 1,048,576 elements in all; this has "
            "1,000,000,000. Received '1000, 1000, 1000'. Make an axis shorter.",
        ),
    ],
)
def test_a_refusal_says_what_was_expected_what_was_received_and_what_would_do(
    field, value, sentence
):
    with pytest.raises(BadInputError) as refusal:
        field.parse(value)
    assert str(refusal.value) == sentence


def test_what_a_refusal_proposes_can_be_used():
    for field in FIELDS:
        assert field.parse(field.default) == field.default
        assert field.parse(field.text(field.default)) == field.default


values = st.one_of(
    st.tuples(st.just(UNITS), st.integers(1, 256)),
    st.tuples(st.just(OFFSET), st.integers(-9, 9)),
    st.tuples(st.just(CALLS), st.integers(1, 100)),
    st.tuples(st.just(RATE), st.floats(-10, 10)),
    st.tuples(st.just(KIND), st.sampled_from(KIND.choices)),
    st.tuples(st.just(BIAS), st.booleans()),
    st.tuples(st.just(SHAPE), st.lists(st.integers(1, 16), min_size=2, max_size=5).map(tuple)),
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_what_is_written_into_a_link_reads_back_the_same(field_and_value):
    field, value = field_and_value
    assert field.parse(field.text(value)) == value
    assert field.parse(value) == value


@settings(max_examples=300, deadline=None)
@given(
    field=st.sampled_from(FIELDS),
    text=st.text() | st.text("0123456789 ,x×().+-e_", max_size=20),
)
def test_any_text_is_either_read_within_the_limits_or_refused_in_a_sentence(field, text):
    try:
        read, sentence = field.parse(text), ""
    except BadInputError as refusal:
        read, sentence = None, str(refusal)
    if read is None:
        assert re.match(SENTENCE, sentence)
    else:
        assert field.parse(field.text(read)) == read


def test_a_field_without_a_label_is_called_by_its_name_spelled_out():
    assert BIAS.title == "Use bias"
    labelled = BoolField(name="use_bias", default=True, label="Bias")
    assert labelled.title == "Bias"


def test_floats_in_a_link_are_short():
    assert RATE.text(2.0) == "2"
    assert RATE.text(0.1) == "0.1"


def test_of_many_choices_a_refusal_names_how_many_and_the_nearest():
    names = tuple(f"layer_{number}" for number in range(133))
    layer = ChoiceField(name="layer", default="layer_0", choices=(*names, "lstm"))
    with pytest.raises(BadInputError) as refusal:
        layer.parse("ltsm")
    assert str(refusal.value) == (
        "`layer` cannot be used: expected one of 134 names, such as lstm. Received 'ltsm'. "
        "Try layer=lstm."
    )
    with pytest.raises(BadInputError) as refusal:
        layer.parse("?" * 1000)  # nothing is near: the default, and few words
    assert "such as layer_0." in str(refusal.value)
    assert len(str(refusal.value)) < 200
