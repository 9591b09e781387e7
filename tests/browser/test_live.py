"""A dimension that is turned: its picture comes ahead of the page's own update, and stays."""

from __future__ import annotations

from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.test_page import assert_shows

COUNT = """() => {
  window.widths = [];
  const graph = document.querySelector('[data-tensor="outputs"]');
  const seen = () => window.widths.push(graph._fullData[0].z[0].length);
  new MutationObserver(seen).observe(graph, { attributeFilter: ["aria-label"] }); }"""


def test_a_key_press_is_drawn_before_the_page_has_run(visitor):
    visit = visitor().open(layer="linear", seed=11)
    visit.page.route("**/layerscope/live/**", lambda route: route.abort())
    held = visit.page.evaluate("() => document.querySelectorAll('[data-tensor]').length")
    visit.slider("units").press("ArrowRight")  # without answers, the page's own update draws it
    visit.has_shape("outputs", 8, 6)
    visit.page.unroute("**/layerscope/live/**")
    with visit.page.expect_response("**/layerscope/live/**") as answer:
        visit.slider("units").press("ArrowRight")
    assert answer.value.ok
    visit.has_shape("outputs", 8, 7)
    visit.settle()
    assert visit.link() == {"layer": "linear", "units": "7", "seed": "11"}
    assert visit.page.evaluate("() => document.querySelectorAll('[data-tensor]').length") == held
    assert visit.complaints == [] or all("ERR_FAILED" in said for said in visit.complaints)


def test_the_question_leaves_before_the_slider_has_moved(visitor):
    visit = visitor().open(layer="linear", seed=18, units=2)
    visit.page.evaluate("""() => {
      const { fetch } = window;
      window.asked = [];
      window.fetch = (url, ...more) => {
        if (!/prefetch/.test(url)) {
          const slider = document.querySelector(".st-key-units input[type=range]");
          window.asked.push([new URL(url, location).searchParams.get("units"), slider.value]);
        }
        return fetch(url, ...more);
      };
    }""")
    slider = visit.slider("units")
    for key, units in (("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowLeft", 1)):
        slider.press(key)
        visit.has_shape("outputs", 8, units)
        visit.settle()
    slider.press("ArrowLeft")  # there is no lower number
    visit.settle()
    asked = visit.page.evaluate("window.asked")
    # Who goes on in one direction is answered by what was prefetched, and asks nothing. A number is
    # asked for again where the page's own update has come before the answer.
    first = dict(reversed(asked))
    assert first
    assert first.items() <= {"3": "2", "2": "3", "1": "2"}.items()
    assert visit.link()["units"] == "1"


def test_the_step_after_a_step_is_there_before_it_is_asked_for(visitor):
    visit = visitor().open(layer="linear", seed=15, features=4)
    prefetched = "**/layerscope/live/**prefetch=*"
    with visit.page.expect_response(prefetched) as answer:
        visit.slider("units").press("ArrowRight")
    assert "units=7" in answer.value.url
    visit.settle()
    asked = []
    visit.page.on("request", lambda request: asked.append(request.url))
    with visit.page.expect_response(prefetched) as answer:
        visit.slider("units").press("ArrowRight")
        visit.has_shape("outputs", 8, 7)
    visit.settle()
    assert "units=8" in answer.value.url
    assert not [url for url in asked if "/live/" in url and "prefetch" not in url]
    assert visit.link() == {"layer": "linear", "features": "4", "units": "7", "seed": "15"}
    assert_shows(visit, "linear", {"features": 4, "units": 7}, seed=15, source="normal")


def test_what_is_foreseen_is_not_shown_where_another_way_is_taken(visitor):
    visit = visitor().open(layer="linear", seed=16)
    with visit.page.expect_response("**/layerscope/live/**prefetch=*"):
        visit.slider("units").press("ArrowRight")
    visit.settle()
    visit.slider("batch").press("ArrowRight")
    visit.has_shape("outputs", 9, 6)
    visit.slider("units").press("ArrowLeft")
    visit.has_shape("outputs", 9, 5)
    visit.settle()
    assert visit.link() == {"layer": "linear", "batch": "9", "seed": "16"}
    assert_shows(visit, "linear", batch=9, seed=16, source="normal")


def test_pictures_follow_the_hand_while_it_drags(visitor):
    visit = visitor().open(layer="linear", seed=12)
    visit.page.evaluate(COUNT)
    box = visit.slider("units").locator("xpath=..").bounding_box()
    assert box
    page = visit.page
    handle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*handle)
    page.mouse.down()
    for step in range(1, 80):  # a busy machine takes its time for each picture
        page.mouse.move(handle[0] + 2 * step, handle[1])
        page.wait_for_timeout(100)
        during = page.evaluate("() => new Set(window.widths).size")
        if during >= 3:
            break
    beside = page.get_by_label("Units, typed").input_value()
    assert beside == visit.slider("units").input_value() != "5"
    page.mouse.up()
    assert during >= 3  # Streamlit's own slider reports the end of a drag alone
    visit.settle()
    page.wait_for_timeout(1200)
    visit.settle()
    width = int(visit.link().get("units", 5))
    assert visit.drawn()["outputs"].shape == (8, width)


def test_quick_presses_end_with_the_last_one_and_its_own_numbers(visitor):
    visit = visitor().open(layer="repeated_dense", seed=13)
    for _ in range(8):
        visit.slider("units").press("ArrowRight")
    visit.has_shape("outputs", 4, 13)
    visit.settle()
    visit.page.wait_for_timeout(1200)  # no late update brings an older picture back
    visit.settle()
    assert visit.drawn()["outputs"].shape == (4, 13)
    assert_shows(visit, "repeated_dense", {"units": 13}, seed=13)


def test_an_example_loaded_after_turning_shows_its_own_picture(visitor):
    visit = visitor().open(layer="linear", seed=14)
    visit.slider("units").press("ArrowRight")
    visit.has_shape("outputs", 8, 6)
    visit.pick("Centre zero")
    visit.has_shape("mask", 10, 10)
    visit.settle()
    visit.page.wait_for_timeout(1200)
    assert set(visit.drawn()) == {"inputs", "mask", "outputs"}


def test_quick_presses_in_the_box_beside_a_slider_are_all_counted(visitor):
    visit = visitor().open(layer="repeated_dense", seed=13)
    box = visit.page.get_by_label("Units, typed")
    expect(box).to_have_value("5")
    box.focus()
    for _ in range(6):
        visit.page.keyboard.press("ArrowUp")
    visit.has_shape("outputs", 4, 11)
    visit.settle()
    assert box.input_value() == visit.slider("units").input_value() == "11"
    assert box.evaluate("(node) => node === document.activeElement")
    visit.slider("units").press("ArrowLeft")
    visit.has_shape("outputs", 4, 10)
    visit.settle()
    assert box.input_value() == "10"


def test_after_a_picture_ahead_the_page_is_sent_what_changed_and_nothing_else(visitor):
    visit = visitor()
    kinds: list[str] = []

    def note(frame: bytes | str) -> None:
        message = ForwardMsg.FromString(frame if isinstance(frame, bytes) else frame.encode())
        element = message.delta.new_element.WhichOneof("type")
        kinds.append(element or message.WhichOneof("type") or "")

    visit.page.on("websocket", lambda socket: socket.on("framereceived", note))
    visit.open(layer="linear", seed=18)
    runs = []
    for units in range(6, 16):  # where the picture comes after the run has begun, all is sent
        kinds.clear()
        visit.slider("units").press("ArrowRight")
        visit.has_shape("outputs", 8, units)
        visit.page.wait_for_url(f"**units={units}*")
        visit.settle()
        runs.append([*kinds])
    assert ["bidi_component", "page_info_changed", "script_finished"] in runs
    assert visit.page.get_by_label("Units, typed").input_value() == "15"
    visit.field("use_bias").locator("label").first.click()  # which no run has sent again
    visit.graph("bias").wait_for(state="detached")
    assert visit.link() == {"layer": "linear", "seed": "18", "units": "15", "use_bias": "false"}
    assert not visit.complaints


def test_a_picture_that_the_page_never_confirms_gives_way_to_the_pages_own(visitor):
    visit = visitor().open(layer="linear", seed=17)
    visit.page.evaluate(
        """() => document.dispatchEvent(
          new CustomEvent("layerscope:turned", { detail: { turned: { units: "6" } } }))"""
    )
    visit.has_shape("outputs", 8, 6)
    assert visit.page.locator("[data-ahead]").count() == 1
    assert visit.slider("units").input_value() == "6"
    visit.has_shape("outputs", 8, 5)  # which is in the link
    assert visit.slider("units").input_value() == "5"
    assert visit.page.get_by_label("Units, typed").input_value() == "5"
    visit.settle()
    assert visit.link() == {"layer": "linear", "seed": "17"}
