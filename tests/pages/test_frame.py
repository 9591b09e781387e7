"""The frame: sentences are shown as they are, and an error nobody foresaw is one, too."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import literal
from tests.pages.session import assert_one_complaint


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("`units` is 3", r"`units` is 3"),
        ("![x](http://e.e/x.png)", r"\!\[x\]\(http\:" + "\u2060" + r"\/\/e\.e\/x\.png\)"),
        ("`![x](y)``", r"\`\!\[x\]\(y\)\`\`"),
        ("<b>&amp;</b>", r"\<b\>\&amp\;\<\/b\>"),
        ("a\n\n# b", r"a \# b"),
    ],
)
def test_nothing_in_a_sentence_is_markdown_but_code(text: str, written: str):
    assert literal(text) == written


BROKEN = """
from pages.shared.frame import show_unexpected_error

assert show_unexpected_error(RuntimeError("a secret of the server's")) is True
"""


def test_an_error_nobody_foresaw_is_a_sentence_and_its_traceback_stays_on_the_server(
    caplog: pytest.LogCaptureFixture,
):
    session = AppTest.from_string(BROKEN).run()
    sentence = assert_one_complaint(session, "server's log")
    assert "secret" not in sentence
    assert "a secret of the server's" in caplog.text
