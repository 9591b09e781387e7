"""A bad link in the real page: its sentence, its picture, and nothing in it obeyed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from tests.browser.test_page import assert_shows
from tests.browser.visit import Visit

HOSTILE = {
    "units": "<img src=x onerror=alert(1)>",
    "features": "![x](http://evil.example/x.png)",
    "seed": "[b](http://evil.example) www.evil.example",
    "batch": "**b** $x^2$",
    "<script>alert(1)</script>": "1",
    "![x](http://evil.example/y.png)": "1",
    "a\n\n# b\n\n- c": "`",
}
FORBIDDEN = "img, a, script, strong, h1, li, math"


def test_a_bad_link_shows_its_sentence_and_the_picture(visit: Visit):
    visit.open(layer="linear", units=1_000_000, features=4)
    (sentence,) = visit.sentences()
    for word in ("units", "from 1 to 256", "1000000"):
        assert word in sentence
    assert_shows(visit, "linear", {"features": 4}, source="normal")
    assert visit.link() == {"layer": "linear", "features": "4"}
    visit.slider("features").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.has_shape("inputs", 8, 5)
    visit.settle()
    assert visit.sentences() == []
    assert visit.complaints == []


def test_markup_in_a_link_is_shown_and_not_obeyed(visit: Visit):
    visit.page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
    visit.open(layer="linear", **HOSTILE)
    shown = " ".join(visit.sentences()).replace("\u2060", "")
    for name, text in HOSTILE.items():
        assert (text if len(text) > 1 else " ".join(name.split())) in shown
    assert len(visit.sentences()) == len(HOSTILE)
    assert visit.page.get_by_test_id("stAlert").locator(FORBIDDEN).count() == 0
    assert not {address for address in visit.outside if "evil" in address}
    assert visit.complaints == []
    assert_shows(visit, "linear", source="normal")


def test_a_mistake_in_a_shape_leaves_the_picture_and_what_was_typed(visit: Visit):
    visit.open(layer="nd_dense", shape="3,5")
    box = visit.field("shape").locator("input")
    box.fill("3, x")
    box.press("Enter")
    visit.page.get_by_test_id("stAlert").first.wait_for()
    visit.settle()
    assert "3, x" in visit.sentences()[0]
    assert box.input_value() == "3, x"
    assert_shows(visit, "nd_dense", {"shape": (3, 5)})


def test_the_answer_ahead_of_the_page_is_a_picture_or_a_plain_no(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear")

    def status(**link: str) -> int:
        query = urlencode({"layer": "linear", **link})
        return visit.page.request.get(f"{visit.address}/layerscope/live/explore?{query}").status

    assert status(units="7") == 200
    for link in ({"units": "many"}, {"layer": "<b>"}, {"input": "upload"}, {"seed": "9" * 5000}):
        assert status(**link) == 400
