"""A presenter and those who follow: two browsers, and the streams by plain HTTP."""

from __future__ import annotations

import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import serving
from tests.browser.visit import Visit

SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+\.", re.DOTALL)
FOLLOWED = '.ls-followed [data-tensor="outputs"]'
LIT = """() => [...document.querySelectorAll(
  '[data-tensor="inputs"] ~ .ls-lights [data-kind^="from"]')].length"""
OVER = """() => {
  const frame = document.querySelector(".ls-window").getBoundingClientRect();
  const canvas = document.querySelector('[data-tensor="kernel"] canvas').getBoundingClientRect();
  return { x: (frame.x - canvas.x) / canvas.width, y: (frame.y - canvas.y) / canvas.height };
}"""
SHOWN_STEP = "() => document.querySelector('.ls-steps')?.value"


def presenting(visit: Visit) -> str:
    """Press Present, close the dialog, and return the code."""
    visit.press("present")
    code = visit.page.locator(".ls-room-code").inner_text()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator(".ls-room-code")).to_have_count(0)
    visit.settle()
    return code


def following(visit: Visit, code: str, **more: object) -> Page:
    visit.go(follow=code, **more)
    visit.page.locator(FOLLOWED).wait_for(timeout=60_000)
    return visit.page


def place_over(visit: Visit) -> dict[str, float]:
    """Return where the frame stands over its picture, in parts of that."""
    return visit.page.evaluate(OVER)


def told(visit: Visit) -> str:
    return visit.page.locator(".ls-audience-bar [role=status]").inner_text()


def test_a_follower_sees_what_the_presenter_does(visitor: Callable[..., Visit]):
    presenter, follower = visitor().open(layer="linear", seed=31), visitor(1280, 720)
    page = following(follower, presenting(presenter))
    expect(page.locator("h1")).to_have_text("Linear")
    presenter.slider("units").press("ArrowRight")
    follower.has_shape("outputs", 8, 6)
    presenter.settle()
    assert {name: z.tolist() for name, z in follower.drawn().items()} == {
        name: z.tolist() for name, z in presenter.drawn().items()
    }
    outputs = presenter.graph("outputs").locator("xpath=..")
    outputs.hover(position={"x": 10, "y": 10})
    page.wait_for_function(LIT)
    presenter.page.mouse.move(2, 2)
    page.wait_for_function(f"() => !({LIT})()")
    outputs.click(position={"x": 10, "y": 10})
    expect(page.locator(".ls-arithmetic")).to_contain_text("outputs at batch 0, units 0")
    presenter.page.get_by_label("One step on").click()
    expect(page.locator(".ls-below .ls-said")).to_have_text("outputs: cell 1 of 48")
    late = following(visitor(1280, 720), follower.link()["follow"])
    expect(late.locator(".ls-below .ls-said")).to_have_text("outputs: cell 1 of 48")
    presenter.page.get_by_label("End the play").click()
    expect(page.locator(".ls-below .ls-said")).to_have_text("")
    page.locator(FOLLOWED).locator("xpath=..").click(position={"x": 10, "y": 60})
    assert "Look around" in told(follower), "a follower changes nothing"
    assert presenter.complaints == follower.complaints == []


def test_a_follower_looks_around_and_comes_back(visitor: Callable[..., Visit]):
    presenter, follower = visitor().open(layer="linear", seed=32), visitor(1280, 720)
    code = presenting(presenter)
    page = following(follower, code)
    page.get_by_role("button", name="Look around").click()
    page.locator(".st-key-units").wait_for()
    follower.settle()
    assert follower.link() == {"layer": "linear", "seed": "32"}
    follower.slider("units").press("ArrowRight")
    follower.has_shape("outputs", 8, 6)
    follower.settle()
    presenter.has_shape("outputs", 8, 5)
    page.reload()
    follower.has_shape("outputs", 8, 6)
    presenter.slider("batch").press("ArrowRight")
    presenter.has_shape("outputs", 9, 5)
    page.get_by_role("button", name="Follow").click()
    page.locator(FOLLOWED).wait_for()
    follower.has_shape("outputs", 9, 5)
    assert follower.link() == {"follow": code.replace("-", "")}


def test_both_reload_and_nothing_is_lost(visitor: Callable[..., Visit]):
    presenter, follower = visitor().open(layer="linear", seed=33), visitor(1280, 720)
    page = following(follower, presenting(presenter))
    presenter.page.reload()
    presenter.has_shape("outputs", 8, 5)
    presenter.settle()
    expect(presenter.page.locator(".ls-room-bar")).to_contain_text("1 follower")
    presenter.slider("units").press("ArrowRight")
    presenter.has_shape("outputs", 8, 6)
    follower.has_shape("outputs", 8, 6)
    page.reload()
    follower.has_shape("outputs", 8, 6)
    page.context.set_offline(True)
    presenter.slider("units").press("ArrowRight")
    presenter.has_shape("outputs", 8, 7)
    page.context.set_offline(False)
    follower.has_shape("outputs", 8, 7)


def test_a_training_is_followed_step_by_step(visitor: Callable[..., Visit]):
    presenter, follower = visitor(), visitor(1280, 720)
    presenter.page.goto(f"{presenter.address}/train?layer=dense&steps=5")
    presenter.graph("kernel").first.wait_for(timeout=60_000)
    presenter.settle()
    code = presenting(presenter)
    follower.go(follow=code)
    expect(follower.page.locator("h1")).to_have_text("Train Dense", timeout=60_000)
    presenter.page.get_by_label("One training step forward").click()
    at = presenter.page.evaluate(SHOWN_STEP)
    follower.page.wait_for_function(f"() => ({SHOWN_STEP})() === '{at}'")
    presenter.settle()
    follower.page.wait_for_timeout(500)
    for name, values in presenter.drawn().items():
        assert follower.drawn()[name].tolist() == values.tolist(), name


def test_the_frame_and_the_drawing_on_the_models_page_are_followed(visitor: Callable[..., Visit]):
    presenter, follower = visitor(), visitor(1280, 720)
    presenter.page.goto(f"{presenter.address}/models?layer=dense")
    frame = presenter.page.locator(".ls-window")
    frame.wait_for(timeout=60_000)
    presenter.settle()
    follower.go(follow=presenting(presenter))
    followed = follower.page.locator(".ls-followed .ls-window")
    followed.wait_for(timeout=60_000)
    tree = follower.page.locator(".ls-words-tree").bounding_box()
    picture = follower.graph("kernel").bounding_box()
    assert tree
    assert picture
    assert tree["x"] + tree["width"] < picture["x"], "the layers stand beside the pictures"
    follower.page.set_viewport_size({"width": 420, "height": 900})
    lines = "(tree) => tree.clientHeight / parseFloat(getComputedStyle(tree).lineHeight)"
    found = follower.page.locator(".ls-words-tree").evaluate(lines)
    assert found == pytest.approx(10, abs=1), "a line a layer, and the heading, however narrow"
    follower.page.set_viewport_size({"width": 1280, "height": 720})
    for key, axis in (("ArrowRight", "x"), ("Shift+ArrowDown", "y")):
        frame.press(key)
        presenter.settle()
        assert place_over(presenter)[axis] > 0.005
        follower.page.wait_for_function(
            f"([expected, axis]) => Math.abs(({OVER})()[axis] - expected) < 0.01",
            arg=[place_over(presenter)[axis], axis],
        )
    presenter.page.locator(".ls-tree tr[data-layer=conv2d]").click()
    follower.has_shape("bias", 1, 32)  # a small layer's, which needs no frame
    expect(followed).to_have_count(0)
    presenter.page.goto(f"{presenter.address}/models?show=activations&feed=drawn")
    pad = presenter.page.locator(".ls-draw canvas")
    pad.wait_for(timeout=60_000)
    pad.press("Space")
    drawing = follower.page.locator("[data-drawing]")
    follower.page.wait_for_function(
        "() => /^\\d+ f/.test(document.querySelector('[data-drawing]')?.dataset.drawing)"
    )
    expect(follower.page.locator(".ls-audience-page")).not_to_contain_text("Draw with the pointer")
    assert drawing.get_attribute("data-drawing") == pad.get_attribute("data-drawing")
    pixel = "(canvas, x) => [...canvas.getContext('2d').getImageData(x, 4, 1, 1).data]"
    for x in (4, 60):  # the first cell, which is painted, and one that is not
        assert drawing.evaluate(pixel, x) == pad.evaluate(pixel, x)
    assert drawing.evaluate(pixel, 4) != drawing.evaluate(pixel, 60)
    assert presenter.complaints == follower.complaints == []


def test_a_second_device_presents_and_the_secret_leaves_the_address(
    visitor: Callable[..., Visit], chromium
):
    presenter, follower = visitor().open(layer="linear", seed=34), visitor(1280, 720)
    presenter.press("present")
    presenter.page.locator(".ls-present summary").click()
    link = presenter.page.locator(".ls-present details .ls-room-link").inner_text()
    code = presenter.page.locator(".ls-room-code").inner_text()
    following(follower, code)
    other = chromium.new_context()
    device = Visit(other, presenter.address)
    device.page.goto(link)
    device.page.locator('[data-tensor="outputs"]').wait_for(timeout=60_000)
    device.settle()
    expect(device.page.locator(".ls-room-bar")).to_contain_text("1 follower")
    assert "#" not in device.page.url
    device.slider("units").press("ArrowLeft")
    follower.has_shape("outputs", 8, 4)
    device.settle()
    device.page.wait_for_timeout(800)  # its new link is told as well, and is not the newest then
    presenter.page.keyboard.press("Escape")
    outputs = presenter.graph("outputs").locator("xpath=..")
    for _ in range(20):  # the first move is told before it is known whose page is shown
        outputs.hover(position={"x": 10, "y": 10})
        presenter.page.mouse.move(2, 2)
        presenter.page.wait_for_timeout(100)
        if follower.drawn()["outputs"].shape == (8, 5):
            break
    follower.has_shape("outputs", 8, 5)
    device.page.get_by_role("button", name="Stop presenting").click()
    expect(follower.page.locator(".ls-audience-bar")).to_contain_text("has ended")
    expect(presenter.page.locator(".ls-room-bar")).to_contain_text("has ended")
    presenter.page.reload()
    presenter.page.locator('[data-tensor="outputs"]').wait_for()
    presenter.settle()
    expect(presenter.page.locator(".ls-room-bar")).to_have_count(0)
    other.close()


def test_a_code_that_nobody_has_is_a_sentence(visitor: Callable[..., Visit]):
    follower = visitor(420, 800)
    follower.go(follow="00000000")
    expect(follower.page.locator(".ls-audience-bar")).to_contain_text(
        "Nobody can be followed by", timeout=60_000
    )
    wide = follower.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 420


def test_the_look_for_a_room_is_large_and_answers_to_a_remote(
    reader: Callable[..., Visit], visitor: Callable[..., Visit]
):
    usual = reader(1280, 720).turn(layer="linear")
    large = visitor(1280, 720).open(layer="linear", present=1)
    large.page.wait_for_function("() => document.documentElement.dataset.present")
    large.page.wait_for_timeout(500)

    def height(visit: Visit, selector: str) -> float:
        box = visit.page.locator(selector).first.bounding_box()
        assert box
        return box["height"]

    for what in (".ls-title", '[data-tensor="outputs"]'):
        assert height(large, what) > 1.15 * height(usual, what), what
    assert not large.page.locator(".stSidebar").is_visible()
    assert not large.field("units").is_visible()
    box = large.graph("outputs").bounding_box()
    assert box
    assert box["y"] + box["height"] < 720
    large.page.keyboard.press("PageDown")
    large.page.keyboard.press("PageDown")
    expect(large.page.locator(".ls-below .ls-said")).to_have_text("outputs: cell 2 of 40")
    large.page.keyboard.press("PageUp")
    expect(large.page.locator(".ls-below .ls-said")).to_have_text("outputs: cell 1 of 40")
    large.page.keyboard.press("c")
    expect(large.field("units")).to_be_visible()
    expect(large.page.locator(".stSidebar")).to_be_visible()
    large.go(present=1, lesson="equal_outputs", layer="repeated_dense")
    large.page.locator(".st-key-ls-lesson").wait_for()
    large.settle()
    large.page.wait_for_function("() => document.documentElement.dataset.present")
    large.page.keyboard.press("PageDown")
    expect(large.page.locator(".st-key-ls-lesson")).to_contain_text("step 2 of 4")
    assert large.link()["present"] == "1"


def asked(address: str, *, method: str = "GET", data: bytes | None = None, held_by: str = ""):
    headers = {"X-Presenter": held_by}
    request = urllib.request.Request(address, data=data, method=method, headers=headers)  # noqa: S310
    return urllib.request.urlopen(request, timeout=20)  # noqa: S310


def refused(address: str, **more) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        asked(address, **more)
    return refusal.value.code, refusal.value.read().decode()


def test_the_routes_refuse_in_sentences_and_streams_end_with_their_server(tmp_path: Path):
    with serving(tmp_path / "log") as server:
        rooms = f"{server.address}/layerscope/room"
        room = json.load(asked(rooms, method="POST"))
        address, mine = f"{rooms}/{room['code']}", {"method": "POST", "held_by": room["secret"]}
        for told, expected in (
            ({"method": "POST", "data": b"{}", "held_by": "another's"}, 403),
            ({**mine, "data": b"x" * 300_000}, 413),
            ({**mine, "data": b"["}, 400),
        ):
            status, sentence = refused(address, **told)
            assert status == expected
            assert SENTENCE.fullmatch(sentence), sentence
        assert refused(f"{rooms}/qr", method="POST", data=b"")[0] == 400
        rows = json.load(asked(f"{rooms}/qr", method="POST", data=b"http://example.org/?follow=x"))
        assert len(rows) == len(rows[0])
        stream = asked(address)
        words = {"link": "/", "items": [{"kind": "text", "text": "first"}]}
        asked(address, **mine, data=json.dumps({"page": words}).encode())
        for line in (b"retry: 1000\n", b"\n", b"event: page\n"):
            assert stream.readline() == line
        assert json.loads(stream.readline().removeprefix(b"data: ")) == words
        statuses = [refused(f"{rooms}/{guess:08}")[0] for guess in range(200)]
        assert statuses == sorted(statuses)
        assert set(statuses) == {404, 429}
        server.end(signal.SIGTERM)
        assert b"event: ended\n" in stream.read()
        assert "Traceback" not in server.log.read_text()
