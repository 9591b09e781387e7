"""The Check-up page in a browser: opened by its link, read, and picked from, on any screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from layers.checkup.pairs import NAMES, POSTED
from tests.browser.visit import Visit
from tests.pages.test_checkup import examined, watched


def look(visit: Visit, **link: object) -> Visit:
    """Go to the page and wait for both sides at work."""
    visit.turn("/checkup", **link)
    visit.page.locator('[data-tensor="repaired outputs saved"]').wait_for(timeout=90_000)
    visit.settle()
    return visit


FINDING = "[data-testid=stExpander]:not([data-testid=stExpander] [data-testid=stExpander])"
"""One that stands in no other, as the whole source does."""


def finding(visit: Visit, title: str):
    return visit.page.locator(FINDING, has_text=title).first


def test_a_deep_link_shows_the_report_and_the_layer_at_work(reader: Callable[..., Visit]):
    visit = look(reader(), layer="repeated_dense_as_posted")
    assert visit.sentences() == []
    assert visit.page.get_by_text("Page not found").count() == 0
    report = examined("repeated_dense" + POSTED)
    assert visit.page.locator(FINDING).count() == len(report.findings)
    repaired = watched("repeated_dense")
    drawn = visit.drawn()
    np.testing.assert_array_equal(
        drawn["repaired gradient of self.kernel"], repaired.variables[0].gradient
    )
    np.testing.assert_array_equal(drawn["repaired change of weights"], repaired.changes)
    assert not drawn["posted change of weights"].any()
    assert "posted gradient of self.w" not in drawn


def test_a_finding_opens_to_the_code_before_and_after(reader: Callable[..., Visit]):
    visit = look(reader(), layer="repeated_dense_as_posted")
    frozen = finding(visit, "Copy of a weight")
    assert not frozen.get_by_text("w_repeated = tf.repeat").first.is_visible()
    frozen.locator("summary").first.press("Enter")
    frozen.get_by_text("-        self.w_repeated").first.wait_for()
    shown = frozen.inner_text()
    assert "Gradient of self.w: None; adding 1 to self.w changed the output by 0." in shown
    assert "-        self.w_repeated = tf.repeat(self.w, self.output_dim, axis=-1)" in shown


def test_picking_another_layer_changes_the_page(visit: Visit):
    look(visit)
    assert visit.link() == {"layer": NAMES[0]}
    visit.field("layer").locator("label", has_text="Running sum").last.click()
    visit.page.wait_for_url("**layer=running_sum")
    visit.page.get_by_text("Nothing found by").wait_for()
    visit.settle()
    assert visit.page.get_by_test_id("stExpander").count() == 0


def test_a_telephone_scrolls_in_one_direction_only(reader: Callable[..., Visit]):
    visit = look(reader(420, 900), layer="mlp_block_as_posted")
    width = visit.page.evaluate("document.querySelector('.stMain').scrollWidth")
    assert width <= 420
    for graph in visit.page.locator("[data-tensor]").all():
        assert graph.get_attribute("aria-label")
