"""What is written to be copied, also of values that mean something to HTML, Markdown or a shell."""

import shlex
import subprocess
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from markdown import markdown

from views.share import Shared

HOSTILE = [
    "plain",
    "a b",
    "'; rm -rf ~; echo '",
    '"$(touch x)`touch y`"',
    "</iframe><script>alert(1)</script>",
    "](evil) ![x](y",
    "a\nb",
    "&amp;%20+#?=",
    "–π🦉",
    "\\",
]


def shared(text, **more):
    return Shared(address="https://example.org/", parameters={"layer": text}, title=text, **more)


class Attributes(HTMLParser):
    """Collects the elements of a document, each with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", HOSTILE)
def test_the_link_says_the_value_and_nothing_else(text):
    link = shared(text, hide=(text, "seed")).link
    assert dict(parse_qsl(urlsplit(link).query)) == {"layer": text, "hide": f"{text},seed"}


@pytest.mark.parametrize("text", HOSTILE)
def test_the_frame_is_one_element_whatever_a_link_says(text):
    ((tag, attributes),) = Attributes(shared(text, theme="dark").frame).found
    assert tag == "iframe"
    assert attributes["title"] == text
    query = dict(parse_qsl(urlsplit(attributes["src"]).query))
    assert query == {"layer": text, "embed": "true", "embed_options": "dark_theme"}


@pytest.mark.parametrize("text", HOSTILE)
def test_the_image_is_one_element_whatever_a_layer_is_called(text):
    written = markdown(shared("x").image("x.svg", text))
    images = [own for tag, own in Attributes(written).found if tag == "img"]
    assert len(images) == 1
    assert images[0]["src"] == "x.svg"
    assert [tag for tag, _ in Attributes(written).found] == ["p", "img"]
    assert images[0]["alt"] == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_the_command_reaches_a_shell_word_for_word(text):
    command = shared(text, theme="light").command(f"{text}.svg", layers=text)
    said = subprocess.run(
        ["sh", "-c", command.replace("python -m", "printf '%s\\0'", 1)],
        capture_output=True,
        check=True,
    ).stdout
    words = said.decode().split("\0")[:-1]
    assert words == shlex.split(command)[3 - 1 :]
    assert dict(parse_qsl(urlsplit(words[2]).query)) == {"layer": text}
    assert words[3:] == ["-o", f"{text}.svg", "--theme", "light", "--layers", text]
