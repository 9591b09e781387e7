"""The Train page in a browser: a link to a step, a step forward, the switch, a pinned gradient."""

from __future__ import annotations

import numpy as np

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

    visit.page.get_by_role("button", name="Forward").click()
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
