"""The server: a frame at once, a picture when TensorFlow is up, and nothing left when it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.server import serving
from tests.browser.test_page import assert_shows
from tests.browser.visit import Visit

FIVE_SECONDS = 5
linux = pytest.mark.skipif(not Path("/proc").exists(), reason="processes are counted in /proc")


def test_a_deep_link_to_a_cold_server_shows_the_frame_the_progress_and_the_picture(
    context: Callable[..., BrowserContext], tmp_path: Path
):
    with serving(tmp_path / "log") as server:
        visit = Visit(context(1400, 1000, "light"), server.address)
        visit.go(layer="nd_dense", shape="2,3,5", units=4)
        progress = visit.page.get_by_test_id("stSpinner")
        expect(progress).to_contain_text("TensorFlow", timeout=30_000)
        expect(visit.page.get_by_text("Layerscope").first).to_be_visible()
        assert visit.page.locator("[data-tensor]").count() == 0, "it came before the picture"
        visit.has_shape("outputs", 3, 4)
        visit.settle()
        assert_shows(visit, "nd_dense", {"shape": (2, 3, 5), "units": 4})
        assert visit.link() == {"layer": "nd_dense", "shape": "2,3,5", "units": "4"}
        expect(progress).to_have_count(0)
        assert visit.complaints == []
        visit.page.close()
        server.end(signal.SIGTERM)
        assert server.left_after(FIVE_SECONDS) == set()
        log = server.log.read_text()
        assert "Traceback" not in log, log


@linux
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_that_ends_while_its_workers_start_leaves_none(
    tmp_path: Path, ending: signal.Signals
):
    with serving(tmp_path / "log") as server:
        deadline = time.monotonic() + 20
        while len(server.processes()) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(server.processes()) >= 2
        time.sleep(1)  # into the import of TensorFlow
        server.end(ending)
        assert server.left_after(FIVE_SECONDS) == set()
