"""Pages that are part of others: hidden controls, embedding, and what the dialog writes."""

from __future__ import annotations

import html
import re
import shlex
from urllib.parse import parse_qsl, urlsplit

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.session import widget_key
from tests.pages.session import (
    assert_one_complaint,
    assert_sound,
    drawn,
    opened,
    opened_page,
    sent,
)


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch):
    """Let every page be opened by ``embed=true``, which AppTest does not pass on."""
    monkeypatch.setattr(type(st.context), "is_embedded", property(lambda _: True))


def keys(session: AppTest) -> set[str]:
    """Return the keys of all widgets that are shown."""
    kinds = ("slider", "selectbox", "number_input", "toggle", "radio", "text_input", "button")
    return {widget.key or "" for kind in kinds for widget in session.get(kind)}


# --- Hidden controls


def test_a_hidden_control_keeps_the_value_of_the_link():
    link = {"layer": "linear", "features": "3", "seed": "5", "bias_initializer": "ones"}
    shown, hidden = opened(**link), opened(**link, hide="features,seed,bias_initializer")
    assert_sound(hidden)
    gone = {"features", "seed", "bias_initializer"}
    gone.add(widget_key("new_numbers"))
    assert keys(shown) - keys(hidden) == gone
    for name, values in drawn(shown).items():
        assert (drawn(hidden)[name] == values).all()
    assert hidden.query_params == {**link, "hide": "features,seed,bias_initializer"}


def test_what_is_hidden_stays_so_when_the_link_changes():
    session = opened(layer="linear", hide="seed,units,play")
    session.slider(key="features").set_value(4).run()
    assert_sound(session)
    assert session.query_params == {"layer": "linear", "features": "4", "hide": "seed,units,play"}
    session.radio(key="layer").set_value("center_zero").run()
    assert_sound(session)  # which has no units: they are hidden wherever there are some
    assert session.query_params["hide"] == "seed,units,play"


@pytest.mark.parametrize("name", ["layer", "example", "input", "share", "code", "formula", "batch"])
def test_every_control_can_be_hidden_by_its_name(name: str):
    session = opened(layer="linear", hide=name)
    assert_sound(session)
    key = name if name in {"layer", "input", "batch"} else widget_key(name)
    assert key not in keys(session)
    assert not (name == "code" and session.expander)
    assert (name == "formula") == (["formula"] in sent(session, "hidden", of=list))


@pytest.mark.parametrize("name", ["nothing", "Seed", "<b>x</b>", "x" * 5000])
def test_a_name_that_hides_nothing_is_said_and_left_out(name: str):
    session = opened(layer="linear", hide=f"seed,{name}")
    sentence = assert_one_complaint(session, name[:20], "features", "play", "new_numbers")
    assert len(sentence) < 700
    assert session.query_params == {"layer": "linear", "hide": "seed"}


def test_the_browser_is_told_which_tools_are_hidden():
    assert ["play", "speed"] in sent(opened(layer="linear", hide="speed,play"), "hidden", of=list)
    assert sent(opened(layer="linear"), "hidden", of=list) == []


@pytest.mark.parametrize(("page", "name"), [("train", "optimizer"), ("models", "model")])
def test_other_pages_hide_their_own(page: str, name: str):
    assert_one_complaint(opened(hide=name), name)
    session = opened_page(page, hide=name)
    assert_sound(session)
    assert name not in keys(session)


# --- Embedded


@pytest.mark.usefixtures("embedded")
def test_an_embedded_page_shows_the_picture_and_its_dimensions_alone():
    session = opened(layer="linear", units="3", activation="relu", cell="outputs.1.2")
    assert_sound(session)
    assert keys(session) == {"features", "units", "batch"}
    assert not session.title
    assert not session.markdown
    assert not session.expander
    assert list(drawn(session)) == ["inputs", "kernel", "bias", "pre_activation", "outputs"]
    assert sent(session, "pin")
    assert not sent(session, "rows", of=list)
    session.slider(key="units").set_value(6).run()
    assert drawn(session)["kernel"].shape[1] == 6
    assert session.query_params["activation"] == "relu"


@pytest.mark.usefixtures("embedded")
def test_the_answer_ahead_of_an_embedded_page_is_the_picture_alone():
    (live,) = sent(opened(layer="linear"), "live")
    assert live["link"]["embed"] == "true"


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("page", ["train", "models", "checkup"])
def test_other_pages_can_be_embedded(page: str):
    session = opened_page(page)
    assert_sound(session)
    assert not session.title
    assert not session.sidebar.children
    beside = {"model", "seed", "optimizer"} | ({"layer"} if page != "models" else set())
    assert not beside & keys(session)


# --- The dialog


def shared(session: AppTest) -> list[str]:
    """Press the button, and return what the dialog offers to copy."""
    session.button(key=widget_key("share")).click().run()
    assert not session.exception
    return [code.value for code in session.code]


def test_the_dialog_writes_link_frame_image_and_command():
    link = {"layer": "linear", "units": "3", "cell": "outputs.1.2"}
    address, frame, image, command = shared(opened(**link, hide="seed"))
    assert dict(parse_qsl(urlsplit(address).query)) == {**link, "hide": "seed"}
    (source,) = re.findall(r'src="([^"]*)"', frame)
    query = dict(parse_qsl(urlsplit(html.unescape(source)).query))
    assert query == {**link, "hide": "seed", "embed": "true"}
    assert image == "![Linear: inputs · kernel + bias = outputs](linear.svg)"
    words = shlex.split(command)
    assert words[:4] == ["python", "-m", "layerscope", "render"]
    assert dict(parse_qsl(urlsplit(words[4]).query)) == link
    assert words[5:] == ["-o", "linear.svg"]


def test_the_command_for_a_training_names_its_page():
    link = {"layer": "dense", "steps": "3", "step": "2", "show": "gradient"}
    session = opened_page("train", **link)
    image, command = shared(session)[-2:]
    assert image.endswith("(dense-step-2-gradient.svg)")
    words = shlex.split(command)
    assert urlsplit(words[4]).path == "/train"
    assert dict(parse_qsl(urlsplit(words[4]).query)) == link


def test_the_link_of_the_dialog_is_of_what_was_turned_last():
    session = opened(layer="linear")
    session.slider(key="units").set_value(2).run()
    assert shared(session)[0].endswith("?layer=linear&units=2")


def test_a_picture_of_ones_own_array_has_a_note_in_place_of_a_promise():
    session = opened(layer="linear", input="table", features="3", batch="2")
    shared(session)
    assert any("your own array" in info.value for info in session.info)
