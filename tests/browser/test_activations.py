"""A layer's maps answer in a browser: a pixel is pointed at, framed with its window, and chosen."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from tests.browser.test_cells import SOURCES, assert_lit, click, lit, point, walk_to_the_first_cell
from tests.browser.test_models import complaints, turn
from tests.browser.visit import Visit

SMALL = {"image": 12, "filters_1": 6, "filters_2": 4, "hidden_units": 70}
LINES = 64


def at_work(visit: Visit, **link: object) -> Visit:
    """Go to a link, and wait until the chosen cell is framed."""
    turn(visit, show="activations", **link)
    visit.page.locator(".ls-choosing [data-kind=pin]").first.wait_for(state="attached")
    visit.settle()
    return visit


def corners(visit: Visit, name: str, side: int, count: int) -> list[tuple[int, int]]:
    """Return the corner of every channel's map in a picture, which may have borders between."""
    drawn = visit.drawn()[name]
    step = side + 1 if np.isnan(drawn[:, side]).all() else side
    across = (drawn.shape[1] + step - side) // step
    return [(step * (at // across), step * (at % across)) for at in range(count)]


@pytest.mark.parametrize(("strides", "padding"), [(1, "same"), (2, "same"), (2, "valid")])
def test_a_window_is_framed_in_every_channel_and_cut_at_the_edges(
    reader: Callable[..., Visit], strides: int, padding: str
):
    link = {**SMALL, "strides_2": strides, "kernel_2": 3, "padding": padding, "image": 20}
    visit = at_work(reader(), layer="conv2d_1", **link)
    side = 10 if padding == "same" else 8
    outputs = -(-side // strides) if padding == "same" else (side - 3) // strides + 1
    before = {(1, "same"): 1, (2, "same"): 0, (2, "valid"): 0}[strides, padding]
    places = ((0, 0, 0), (3, outputs - 1, 1), (2, 1, outputs - 1))
    for width, (channel, y, x) in itertools.product((1400, 420), places):
        visit.resize(width, 1000)
        visit.settle()
        maps = corners(visit, "outputs", outputs, 4)
        down, along = maps[channel]
        point(visit, "outputs", down + y, along + x)
        top, left = (at * strides - before for at in (y, x))
        window = max(0, top), min(side, top + 3), max(0, left), min(side, left + 3)
        boxes = [
            [window[0] + r, window[1] + r, window[2] + c, window[3] + c]
            for r, c in corners(visit, "inputs", side, 6)
        ]
        assert_lit(visit, "inputs", *boxes, kinds=SOURCES)
        tip = visit.page.locator(".ls-tip").inner_text()
        assert tip.startswith(f"outputs y {y}, x {x}, channel {channel}: ")
        main = visit.page.get_by_test_id("stMain")
        assert main.evaluate("(main) => main.scrollWidth <= main.clientWidth")
    assert complaints(visit) == []


def test_pointing_asks_the_server_nothing_and_a_click_chooses(visit: Visit):
    sent = []

    def keep(frame):
        sent.append(frame)

    visit.page.on("websocket", lambda socket: socket.on("framesent", keep))
    at_work(visit, layer="conv2d", **SMALL)
    assert_lit(visit, "input", [4, 9, 4, 9], kinds=SOURCES)  # of the cell in the middle
    asked = len(sent)
    (down, along) = corners(visit, "outputs", 12, 6)[5]
    point(visit, "outputs", down + 3, along + 11)
    assert_lit(visit, "input", [1, 6, 9, 12], kinds=SOURCES)
    assert len(sent) == asked
    assert "y" not in visit.link()
    click(visit, "outputs", down + 3, along + 11)
    visit.page.wait_for_url("**channel=5**")
    visit.settle()
    link = visit.link()
    assert (link["y"], link["x"], link["channel"]) == ("3", "11", "5")
    assert visit.slider("channel").input_value() == "5"
    visit.page.get_by_text("outputs at y 3, x 11, channel 5 = ").wait_for()
    visit.page.mouse.move(0, 0)
    visit.settle()
    assert_lit(visit, "input", [1, 6, 9, 12], kinds=SOURCES)
    assert_lit(visit, "outputs", [down + 3, down + 4, along + 11, along + 12], kinds=["pin"])
    drawn = visit.drawn()
    padded = np.pad(drawn["input"], 2)
    np.testing.assert_array_equal(drawn["window"], padded[3:8, 11:16])
    # What comes in is pointed at, too, and chooses nothing.
    click(visit, "input", 0, 0)
    visit.settle()
    assert visit.link() == link
    assert_lit(
        visit,
        "outputs",
        *[[r, r + 3, c, c + 3] for r, c in corners(visit, "outputs", 12, 6)],
        kinds=["to"],
    )
    visit.page.keyboard.press("Escape")
    assert visit.link() == link
    assert complaints(visit) == []


def test_keys_walk_the_maps_over_their_borders_and_choose(reader: Callable[..., Visit]):
    visit = at_work(reader(), layer="max_pooling2d", **SMALL)
    visit.page.locator('.ls-plot:has([data-tensor="outputs"])').focus()
    walk_to_the_first_cell(visit)
    for _ in range(6):
        visit.page.keyboard.press("ArrowRight")  # the sixth steps over the border
    visit.page.keyboard.press("ArrowDown")
    status = visit.page.locator(".ls-status").first
    assert status.inner_text().startswith("outputs y 1, x 0, channel 1: ")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**channel=1**")
    visit.settle()
    assert (visit.link()["y"], visit.link()["x"]) == ("1", "0")
    (down, along) = corners(visit, "inputs", 12, 6)[1]
    window = visit.drawn()["inputs"][down + 2 : down + 4, along : along + 2]
    row, column = np.unravel_index(np.argmax(window), (2, 2))
    taken = [down + 2 + row, down + 3 + row, along + column, along + 1 + column]
    assert_lit(visit, "inputs", taken, kinds=SOURCES)  # the largest, in its channel alone
    assert complaints(visit) == []


@pytest.mark.parametrize("width", [1400, 420])
def test_frames_of_averaged_maps_stand_on_the_averages(reader: Callable[..., Visit], width: int):
    link = {**SMALL, "image": 64, "filters_1": 64, "layer": "max_pooling2d"}
    visit = at_work(reader(width), **link)
    (down, along) = corners(visit, "outputs", 32, 64)[10]
    click(visit, "outputs", down + 5, along + 30)
    visit.page.wait_for_url("**channel=10**")
    visit.settle()
    assert (visit.link()["y"], visit.link()["x"]) == ("5", "30")
    assert len(lit(visit, "inputs", *SOURCES)) == 1
    (found,) = lit(visit, "inputs", *SOURCES)
    # 64 × 64, averaged over 2 × 2.
    top, left = corners(visit, "inputs", 32, 64)[10]
    middle = [(found[0] + found[1]) / 2, (found[2] + found[3]) / 2]
    # A frame around cells of a pixel or two stands around them.
    np.testing.assert_allclose(middle, [top + 5.5, left + 30.5], atol=0.3)
    assert complaints(visit) == []


def test_no_frame_of_the_last_layer_stays_on_the_networks_input(reader: Callable[..., Visit]):
    visit = at_work(reader(), layer="conv2d", **SMALL)
    assert lit(visit, "input", *SOURCES)
    visit.page.locator(".ls-tree tr[data-layer=flatten]").click()
    visit.page.wait_for_url("**layer=flatten**")
    visit.graph("inputs").wait_for()
    visit.settle()
    assert lit(visit, "input", *SOURCES) == []
    plot = visit.page.locator('.ls-plot:has([data-tensor="input"])')
    assert plot.get_attribute("role") == "group", "its cells do not answer any more"


def test_a_vector_is_pointed_at_in_its_lines(reader: Callable[..., Visit]):
    visit = at_work(reader(), layer="dense", **SMALL)
    assert visit.drawn()["outputs"].shape == (2, LINES)
    point(visit, "outputs", 1, 3)
    # 3 × 3 × 4 numbers come in, all of them to each unit.
    assert_lit(visit, "inputs", [0, 1, 0, 36], kinds=SOURCES)
    assert "unit 67" in visit.page.locator(".ls-tip").inner_text()
    point(visit, "outputs", 1, 20)  # past the end
    assert visit.page.locator(".ls-tip").count() == 0
    click(visit, "outputs", 1, 3)
    visit.page.wait_for_url("**unit=67**")
    at_work(visit, layer="flatten", **SMALL)
    point(visit, "outputs", 0, 4 * (3 * 2 + 1) + 3)  # y 2, x 1, channel 3
    (down, along) = corners(visit, "inputs", 3, 4)[3]
    assert_lit(visit, "inputs", [down + 2, down + 3, along + 1, along + 2], kinds=SOURCES)
    point(visit, "inputs", down + 2, along + 1)
    assert_lit(visit, "outputs", [0, 1, 31, 32], kinds=["to"])


def test_frames_follow_a_change_of_strides(reader: Callable[..., Visit]):
    visit = at_work(reader(), layer="conv2d", **SMALL)
    visit.page.get_by_text("The network's fields").click()
    box = visit.field("strides_1").locator("input")
    box.fill("2")
    box.press("Enter")
    visit.page.wait_for_url("**strides_1=2**")
    visit.settle()
    assert_lit(visit, "input", [5, 10, 5, 10], kinds=SOURCES)  # of y 3, x 3: 2 × 3 − 1
    (down, along) = corners(visit, "outputs", 6, 6)[1]
    point(visit, "outputs", down + 5, along)
    assert_lit(visit, "input", [9, 12, 0, 4], kinds=SOURCES)
    assert complaints(visit) == []
