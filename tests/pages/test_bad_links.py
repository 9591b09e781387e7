"""A link that asks for what cannot be gets a sentence, and the page works with the rest."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from tests.pages.session import (
    SENTENCE,
    assert_drawn,
    assert_drawn_despite,
    assert_one_complaint,
    assert_sound,
    complaints,
    drawn,
    explored,
    opened,
    registered,
)

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("units", "0"),
        ("units", "257"),
        ("units", "1000000"),
        ("units", "-3"),
        ("units", "9" * 5000),
        ("units", "five"),
        ("units", "5.5"),
        ("units", "1e2"),
        ("units", "NaN"),
        ("units", ""),
        ("units", " "),
        ("units", "5; DROP TABLE"),
        ("units", MARKUP),
        ("units", "x" * 20_000),
        ("batch", "0"),
        ("batch", "65"),
        ("seed", "-1"),
        ("seed", "1000000"),
        ("seed", "0x10"),
        ("use_bias", "maybe"),
        ("activation", "swish"),
        ("activation", MARKUP),
        ("kernel_initializer", "__import__('os')"),
        ("input", "nowhere"),
        ("input", "../../etc/passwd"),
    ],
)
def test_what_a_parameter_cannot_be_is_said_and_its_default_shown(name: str, text: str):
    session = opened(layer="linear", **{name: text, "features": 3})
    sentence = assert_one_complaint(session, f"`{name}`")
    assert len(sentence) < 500, "what was received is cut short"
    assert_drawn_despite(session, explored("linear", {"features": 3}, source="normal"))
    assert session.query_params == {"layer": "linear", "features": "3"}


def test_a_number_out_of_range_is_told_the_nearest_that_works():
    session = opened(layer="linear", units=1_000_000)
    assert_one_complaint(session, "from 1 to 256", "1000000", "nearest that works is 256")


@pytest.mark.parametrize("name", ["nowhere", "", "Linear", "linear ", MARKUP, "x" * 20_000])
def test_an_unknown_layer_is_said_and_the_first_one_shown(name: str):
    session = opened(layer=name, units=3)
    sentence = assert_one_complaint(session, "`layer`", "names, such as", "linear")
    assert len(sentence) < 500, "134 names are not a sentence"
    assert_drawn_despite(session, explored("linear", {"units": 3}, source="normal"))
    assert session.query_params == {"layer": "linear", "units": "3"}


@pytest.mark.parametrize(
    "name", ["colour", "rows", "Units", "__class__", "🦉", "x" * 20_000, MARKUP]
)
def test_an_unknown_parameter_is_said_with_those_there_are(name: str):
    session = opened(layer="linear", **{name: "1"})
    sentence = assert_one_complaint(session, name[:20], "units", "activation", "seed")
    assert len(sentence) < 500
    assert_drawn_despite(session, explored("linear", source="normal"))
    assert session.query_params == {"layer": "linear"}


def test_streamlits_own_parameters_are_let_through():
    assert_sound(opened(layer="linear", embed="true"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2, x", "2, x"),
        ("0, 3", "0, 3"),
        ("3, -1", "3, -1"),
        ("2.5, 3", "2.5, 3"),
        ("7", "this has 1"),
        ("2,2,2,2,2,2", "this has 6"),
        ("1000,1000,1000", "1,000,000,000"),
        ("999999999999,999999999999", "elements"),
        ("5000,2", "4096"),
        ("", "whole numbers"),
        (",,,", "whole numbers"),
        ("[2,3]", "[2,3]"),
        ("2," * 5000, "whole numbers"),
        (MARKUP, "whole numbers"),
    ],
)
def test_a_shape_that_cannot_be_is_said_and_the_default_shown(text: str, word: str):
    session = opened(layer="nd_dense", shape=text)
    assert_one_complaint(session, "`shape`", word)
    assert_drawn_despite(session, explored("nd_dense"))
    assert session.query_params == {"layer": "nd_dense"}


@pytest.mark.parametrize("text", ["2, x", "0, 3", "7", "2,2,2,2,2,2", "1000,1000,1000", ""])
def test_a_shape_typed_wrong_leaves_the_picture_as_it_was(text: str):
    session = opened(layer="nd_dense", shape="3,5")
    session.text_input(key="shape").set_value(text).run()
    assert_one_complaint(session, "`shape`")
    assert session.text_input(key="shape").value == text
    assert_drawn_despite(session, explored("nd_dense", {"shape": (3, 5)}))


def test_dimensions_that_are_too_large_together_are_refused_by_their_shape():
    session = opened(layer="nd_dense", shape="4096,256", units=256)
    assert_sound(session)
    session = opened(layer="nd_dense", shape="2,4096,4", units=256)
    assert_one_complaint(session, "2 × 4096 × 256", "at most 1,048,576 elements")
    assert drawn(session) == {}
    session.slider(key="units").set_value(4).run()
    assert_sound(session)
    assert drawn(session)["kernel"].shape == (4, 4)


def test_a_hole_larger_than_its_array_is_said_and_can_be_mended():
    session = opened(layer="center_zero", rows=4, hole_height=9)
    assert_one_complaint(session, "9 × 2", "at most 4 × 10")
    session.slider(key="hole_height").set_value(2).run()
    assert_drawn(session, explored("center_zero", {"rows": 4}))


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e7", "one"])
def test_a_constant_is_a_finite_number(text: str):
    session = opened(layer="linear", input="constant", constant=text)
    assert_one_complaint(session, "`constant`")
    assert_drawn_despite(session, explored("linear", source="constant"))


def test_a_calls_parameter_out_of_range_is_said():
    session = opened(layer="running_sum", calls=101)
    assert_one_complaint(session, "`calls`", "from 1 to 100")
    assert_drawn_despite(session, explored("running_sum"))


@pytest.mark.parametrize(("name", "text"), [("row_axis", "depth"), ("at_0", "9"), ("at_7", "0")])
def test_a_view_that_cannot_be_is_said_and_the_usual_one_shown(name: str, text: str):
    session = opened(layer="nd_dense", **{name: text})
    assert_one_complaint(session, f"`{name}`")
    assert_drawn_despite(session, explored("nd_dense"))


def test_every_wrong_parameter_gets_a_sentence_of_its_own():
    session = opened(layer="linear", units="x", seed="y", colour="z", features=4)
    assert not session.exception
    sentences = complaints(session)
    assert len(sentences) == 3
    for sentence in sentences:
        assert SENTENCE.fullmatch(sentence), sentence
    assert_drawn_despite(session, explored("linear", {"features": 4}, source="normal"))


def test_hundreds_of_unknown_parameters_are_a_few_sentences():
    session = opened(layer="linear", **{f"x{place}": "1" for place in range(990)})
    said = complaints(session)
    assert len(said) == 6
    assert "`x0`" in said[0]
    assert "985 other names" in said[-1]
    assert_drawn_despite(session, explored("linear", source="normal"))


def test_a_link_that_streamlit_drops_is_said():
    session = opened(parameters="1200")
    assert_one_complaint(session, "at most 1,000 parameters", "1200")
    assert_one_complaint(opened(parameters="many"), "`parameters`", "many")


def test_a_link_cannot_carry_an_array_and_the_page_says_so():
    session = opened(layer="linear", input="upload", units=3)
    assert_one_complaint(session, "no link carries")
    assert drawn(session) == {}
    assert session.query_params == {"layer": "linear", "units": "3", "input": "upload"}
    session.selectbox(key="input").set_value("ones").run()
    assert_drawn(session, explored("linear", {"units": 3}, source="ones"))


def test_the_sentences_go_with_the_next_change():
    session = opened(layer="linear", units="many", colour="red")
    assert len(complaints(session)) == 2
    session.run()
    assert len(complaints(session)) == 2, "a rerun alone changes nothing"
    session.slider(key="features").set_value(4).run()
    assert_drawn(session, explored("linear", {"features": 4}, source="normal"))


def test_what_was_refused_does_not_come_back_with_a_switch_of_layers():
    session = opened(layer="linear", units="many")
    for layer in registered():
        session.radio(key="layer").set_value(layer).run()
    session.radio(key="layer").set_value("linear").run()
    assert_sound(session)
    assert session.slider(key="units").value == 5


PARAMETERS = (
    *("layer", "batch", "seed", "input", "constant", "units", "features", "use_bias", "shape"),
    *("activation", "kernel_initializer", "rows", "hole_width", "calls", "width_2", "row_axis"),
    *("column_axis", "at_batch", "at_axis_1", "time", "reduction", "example", "new_numbers"),
    *("fit", "file", "kept", "as_computed"),
)
TEXT = some.text(some.characters(codec="utf-8"), max_size=40) | some.sampled_from(
    ["-1", "0", "1", "7", "256", "3,3", "300,2", "1,1,1,1,1", "normal", "upload", "table", "relu"]
)


@example(layer="repeated_dense", others={"as_computed": "1"})
@given(
    layer=some.sampled_from([*registered(), "?"]),
    others=some.dictionaries(some.sampled_from(PARAMETERS) | TEXT, TEXT, max_size=6),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_link_whatever_breaks_the_page(layer: str, others: dict[str, str]):
    session = opened(**{"layer": layer, **others})
    assert not session.exception
    for sentence in complaints(session):
        assert SENTENCE.fullmatch(sentence), sentence
    address = dict(session.query_params)
    again = opened(**address)
    assert not again.exception
    assert again.query_params == address, "the link that is written back is one that is read back"
