"""What stands beside the picture, as the page sends it; what is in it: tests/views."""

from __future__ import annotations

import json

from tests.pages.session import opened, registered, sent


def test_every_layer_says_that_the_hand_calculation_agrees():
    for layer in registered():
        sentences = sent(opened(layer=layer, input="normal"), "sentence", of=str)
        (sentence,) = [sentence for sentence in sentences if "NumPy" in sentence]
        assert "largest difference" in sentence or "every digit" in sentence
        assert "run out" not in sentence


def test_what_the_component_is_sent_is_plain_json_without_nan():
    """``JSON.parse`` knows no NaN: a figure that is none goes as a word."""
    session = opened(layer="linear", input="constant", constant=1e6, kernel_initializer="ones")
    assert json.dumps(sent(session, "figure"), allow_nan=False)


def test_code_and_download_wait_until_they_are_opened():
    session = opened(layer="linear")
    assert not session.code
    assert not session.get("download_button")
