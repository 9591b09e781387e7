"""Pictures as files: the bytes of the command, for whoever was sent the picture, and no others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from pages.shared import downloads
from tests.pages.session import SENTENCE, opened, opened_page, sent
from tests.pages.test_bad_links import TEXT
from tests.warm import WarmPython

LINK = {"layer": "linear", "units": "3", "cell": "outputs.1.2", "edits": "inputs.0.0=2"}
LINK_TEXT = f"/?{urlencode(LINK)}"
QUERY = ("visitor", "picture", "id", "block", "format", "theme", "scale", "only")


def asked(**query: object) -> Response:
    """Return what the route answers."""
    scope = {"type": "http", "headers": [], "query_string": urlencode(query).encode()}
    return asyncio.run(downloads.answer(Request(scope)))


def picture(session: AppTest, place: str = "picture") -> dict[str, str]:
    """Return how the browser names a picture that it was sent."""
    (files,) = (own for own in sent(session, "files") if own["picture"] == place)
    (known_as,) = {*downloads._kept[files["visitor"], place]} & {*sent(session, "id", of=str)}
    return {"visitor": files["visitor"], "picture": place, "id": known_as}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """Return how a browser names the picture of ``LINK``."""
    return picture(opened(**LINK))


@pytest.fixture
def by_command(warm_python: WarmPython, tmp_path: Path) -> Callable[..., bytes]:
    """Return what makes a file by the command, in a process of its own: it loads TensorFlow."""

    def make(ending: str, *options: str, link: str = LINK_TEXT) -> bytes:
        target = tmp_path / f"x{ending}"
        command = ["layerscope", "render", link, "-o", str(target), *options]
        assert warm_python.run(command, cwd=tmp_path).returncode == 0
        return target.read_bytes()

    return make


@pytest.mark.xdist_group("warm_python")
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        (".svg", {"theme": "light"}),
        (".png", {"theme": "dark", "scale": 3}),
        (".pdf", {"theme": "dark"}),
        (".svg", {"theme": "light", "only": "kernel"}),
    ],
)
def test_the_file_is_the_commands_byte_for_byte(
    shown: dict[str, str], by_command: Callable[..., bytes], ending: str, options: dict
):
    answer = asked(**shown, format=ending[1:], **options)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == downloads._TYPES[ending]
    name = "linear-kernel-10x3" if "only" in options else "linear"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}{ending}"'
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    assert answer.body == by_command(ending, *words)


@pytest.mark.xdist_group("warm_python")
def test_the_file_of_a_step_is_the_commands_byte_for_byte(by_command: Callable[..., bytes]):
    link = {"layer": "dense", "steps": "5", "step": "3", "show": "gradient"}
    link["cell"] = "gradient/kernel.0.1"
    answer = asked(**picture(opened_page("train", **link), "step"), format="svg", theme="light")
    assert answer.status_code == 200
    path = f"/train?{urlencode(link)}"
    assert answer.body == by_command(".svg", "--theme", "light", link=path)


@pytest.mark.parametrize("only", ["terms of outputs at batch 1, units 2"])
def test_the_figure_of_a_pins_terms_is_a_file(shown: dict[str, str], only: str):
    answer = asked(**shown, only=only)
    assert answer.status_code == 200
    assert 'filename="terms-outputs.1.2.svg"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("page", "place", "block"),
    [("train", "curve", 0), ("train", "step", 0), ("models", "weights", 0), ("", "picture", -1)],
)
def test_pictures_of_every_page_are_files(page: str, place: str, block: int):
    named = picture(opened_page(page) if page else opened(layer="linear"), place)
    blocks = json.loads(downloads._kept[named["visitor"], place][named["id"]])
    at = block % len(blocks)
    for kind in ("svg", "png", "pdf"):
        answer = asked(**named, format=kind, block=at)
        assert answer.status_code == 200, answer.body
        assert len(answer.body) > 500


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"id": "0" * 16}, "no longer keeps"),
        ({"visitor": "somebody"}, "no longer keeps"),
        ({"picture": "nothing"}, "no longer keeps"),
        ({"format": "exe"}, "'exe'"),
        ({"theme": "pink"}, "'pink'"),
        ({"theme": "auto", "format": "png"}, "Received auto"),
        ({"scale": "9", "format": "png"}, "Received 9"),
        ({"scale": "nan", "format": "png"}, "'nan'"),
        ({"scale": "1e9", "format": "png"}, "'1e9'"),
        ({"only": "nothing"}, "'nothing'"),
        ({"block": "99"}, "number 99"),
        ({"block": "1"}, "number 1"),
        ({"block": "-1"}, "'-1'"),
    ],
)
def test_what_cannot_be_is_a_sentence(shown: dict[str, str], change: dict[str, str], word: str):
    answer = asked(**shown | change)
    assert answer.status_code == 400
    sentence = bytes(answer.body).decode()
    assert SENTENCE.fullmatch(sentence), sentence
    assert word in sentence
    assert answer.headers["content-type"].startswith("text/plain")


@given(query=some.dictionaries(some.sampled_from(QUERY), TEXT, max_size=5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_no_query_whatever_breaks_the_route(query: dict[str, str]):
    assert asked(**query).status_code == 400


def test_only_the_newest_of_each_picture_are_kept():
    for number in range(10):
        downloads.keep("one", "picture", f"{number}", "[]")
        downloads.keep("one", "other", "same", "[]")
    assert list(downloads._kept["one", "picture"]) == ["7", "8", "9"]
    downloads.keep("one", "picture", "7", "[1]")
    assert list(downloads._kept["one", "picture"].items())[-1] == ("7", "[1]")
    assert list(downloads._kept["one", "other"]) == ["same"]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch):
    few = type(downloads._kept)(10_000, getsizeof=downloads._kept.getsizeof)
    monkeypatch.setattr(downloads, "_kept", few)
    monkeypatch.setattr(downloads, "_MOST_KEPT", 10_000)

    def visit(number: int) -> None:
        for turn in range(300):
            downloads.keep(f"{(7 * number + turn) % 20}", "p", f"{turn}", "x" * (turn * 97 % 4000))

    with ThreadPoolExecutor(8) as visitors:
        assert all(answer is None for answer in visitors.map(visit, range(8)))
    assert 0 < few.currsize <= 10_000
    assert max(sum(map(len, own.values())) for own in few.values()) <= 2500
    assert all(few.values())  # what holds nothing would never be dropped
    downloads.keep("v" * 10_000, "p", "x", "[]")
    assert max(len(visitor) for visitor, _ in few) <= 32
