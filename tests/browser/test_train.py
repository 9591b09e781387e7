"""The Train page in a browser: a link to a step, a step forward, the switch, a pinned gradient."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from tests.browser.test_cells import SOURCES, arithmetic, click, lit, point
from tests.browser.visit import Visit
from tests.pages.test_train import trained


def test_a_step_is_linked_walked_and_pinned(visit: Visit):
    training = trained("dense", learning_rate=0.1)
    history = training.history
    visit.page.goto(
        f"{visit.address}/train?layer=dense&learning_rate=0.1&step=3", wait_until="commit"
    )
    visit.page.locator('[data-tensor="kernel"]').wait_for(timeout=60_000)
    visit.settle()
    assert visit.sentences() == []
    np.testing.assert_array_equal(visit.drawn()["kernel"], history.weights["kernel"][3])

    visit.page.get_by_role("button", name="One training step forward").click()
    visit.page.wait_for_url("**step=4*")
    visit.settle()
    np.testing.assert_array_equal(visit.drawn()["kernel"], history.weights["kernel"][4])

    visit.page.get_by_role("radio", name="Gradient").click()
    visit.page.locator('[data-tensor="gradient/kernel"]').wait_for()
    visit.settle()
    gradient = history.gradients["kernel"][4]
    np.testing.assert_allclose(visit.drawn()["gradient/kernel"], gradient, rtol=1e-5, atol=1e-7)

    point(visit, "gradient/kernel", 0, 1)
    assert lit(visit, "gradient/outputs", *SOURCES)  # its second column
    click(visit, "gradient/kernel", 0, 1)
    visit.page.wait_for_url("**cell=gradient%2Fkernel.0.1*")
    arithmetic(visit).get_by_text("Measured: Moving kernel[0, 1] by 0.001").wait_for()
    # On a page's own path Streamlit first looks for its server beneath that path.
    assert [each for each in visit.complaints if "/train/_stcore/" not in each] == []


LONG = "/train?layer=dense&shape=256,64&units=64&optimizer=adam&steps=10000&seed={}"


def test_a_training_is_stopped_at_once_and_keeps_its_steps(visit: Visit):
    stop = visit.page.get_by_role("button", name="Stop training")
    said = visit.page.get_by_text("The training was stopped after")
    too_long = visit.page.get_by_text("stopped for its time")
    has_steps = visit.page.get_by_text(" of 10,000 steps, loss ")
    visit.page.goto(visit.address + LONG.format(1), wait_until="commit")
    has_steps.wait_for(timeout=60_000)
    stop.click()
    said.wait_for(timeout=60_000)
    assert too_long.count() == 0
    expect(visit.page.locator('[data-tensor="kernel"]')).to_be_visible()
    visit.settle()
    # Now one that a control of the picture's own begins.
    slider = visit.page.get_by_role("slider", name="Units").first
    slider.focus()
    slider.press("ArrowRight")
    has_steps.wait_for(timeout=60_000)
    stop.click()
    stop.wait_for(state="detached", timeout=60_000)
    visit.settle()
    expect(said).to_be_visible()
    assert too_long.count() == 0


KERNEL_IS = """(wanted) => {
  const z = document.querySelector("[data-tensor=kernel]")?._fullData?.[0]?.z;
  return z && Math.abs(z[0][0] - wanted) < 1e-6;
}"""


def test_steps_are_played_scrubbed_and_told_to_the_page(visit: Visit):
    kernel = trained("dense", learning_rate=0.1).history.weights["kernel"]
    page = visit.page
    page.goto(f"{visit.address}/train?layer=dense&learning_rate=0.1&step=16", wait_until="commit")
    page.locator(".ls-steps").wait_for(timeout=60_000)
    page.locator('[data-tensor="kernel"]').wait_for(timeout=60_000)
    visit.settle()
    assert page.locator(".ls-time .ls-said").inner_text().startswith("Step 16 of 19, loss ")

    page.get_by_role("button", name="Play the training").click()
    page.wait_for_url("**step=19*")  # it ends by itself, and the link says where
    page.wait_for_function(KERNEL_IS, arg=float(kernel[19][0, 0]))
    visit.settle()

    slider = page.locator(".ls-steps")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    page.wait_for_function(KERNEL_IS, arg=float(kernel[17][0, 0]))
    page.wait_for_url("**step=17*")
    visit.settle()

    # While it is dragged the picture follows, and the page hears of it when the hand lets go.
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2, steps=4)
    page.wait_for_function(KERNEL_IS, arg=float(kernel[0][0, 0]))
    assert "step=17" in page.url
    page.mouse.up()
    page.wait_for_function("() => !location.search.includes('step=')")
    visit.settle()
    np.testing.assert_array_equal(visit.drawn()["kernel"], kernel[0])
    assert [each for each in visit.complaints if "/train/_stcore/" not in each] == []


def test_a_play_yields_to_a_click_elsewhere(visit: Visit):
    page = visit.page
    page.goto(f"{visit.address}/train?layer=dense&steps=400", wait_until="commit")
    page.locator(".ls-steps").wait_for(timeout=60_000)
    page.locator('[data-tensor="kernel"]').wait_for(timeout=60_000)
    visit.settle()
    page.get_by_role("button", name="Play the training").click()
    page.wait_for_function("() => Number(document.querySelector('.ls-steps').value) >= 2")
    click(visit, "kernel", 0, 1)
    page.get_by_role("button", name="Play the training").wait_for()
    page.wait_for_url("**cell=kernel.0.1*")
    page.wait_for_url("**step=*")
    shown = page.locator(".ls-steps").input_value()
    assert visit.link()["step"] == shown


PLANE_MARKS = """() => {
  const traces = document.querySelector("[data-tensor=loss_plane]")?._fullData;
  return traces && [traces[1].x, traces[1].y, traces[4].x, traces[4].y].map((each) => [...each]);
}"""


def test_the_plane_marks_the_step_that_the_slider_shows(visit: Visit):
    page = visit.page
    link = "/train?layer=dense&learning_rate=0.1&step=16&plane=principal"
    page.goto(visit.address + link, wait_until="commit")
    page.locator('[data-tensor="loss_plane"]').wait_for(timeout=60_000)
    visit.settle()
    marked = f"""(at) => {{
      const found = ({PLANE_MARKS})();
      return found && found[2][0] === found[0][at] && found[3][0] === found[1][at];
    }}"""
    page.wait_for_function(marked, arg=16)
    slider = page.locator(".ls-steps").first
    slider.press("ArrowLeft")
    page.wait_for_function(marked, arg=15)
    page.wait_for_url("**step=15*")
    visit.settle()
    page.wait_for_function(marked, arg=15)
    assert visit.link()["plane"] == "principal"
