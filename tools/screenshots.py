"""``python -m tools.screenshots``: the README's pictures of whole pages, taken from the real ones.

Its pictures of a layer need no browser: see docs/pictures.toml.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from tests.browser.chromium import find

ROOT = Path(__file__).parents[1]
SIZE = ViewportSize(width=1400, height=1290)
MARGIN = 16
PICTURES = {
    "models": ("/models?out_activation=sigmoid", ".st-key-ls-download_weight"),
    "checkup": (
        "/checkup?layer=repeated_dense_as_posted",
        "[data-testid=stExpander] >> nth=4",
    ),
}
"""File name in ``docs/`` → the link that it shows, and the last thing of the page in it."""


def main() -> None:
    """Serve the app on a free port, and take every picture at twice the pixels."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"headless": "true", "port": str(port), "address": "127.0.0.1"}
    server = subprocess.Popen(  # noqa: S603 (our own app)
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *(f"--server.{name}={value}" for name, value in options.items()),
        ],
        cwd=ROOT,
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
            for name, (link, last) in PICTURES.items():
                _open(page, f"http://127.0.0.1:{port}{link}", last)
                page.screenshot(path=ROOT / "docs" / f"{name}.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _open(page: Page, address: str, last: str) -> None:
    """Go to a page, and make the window as high as what is to be in the picture."""
    page.set_viewport_size(SIZE)
    for _ in range(60):
        try:
            page.goto(address)
            break
        except Error as error:  # the port is not served yet
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(500)
    page.locator("[data-tensor] > canvas").first.wait_for(timeout=120_000)
    page.wait_for_timeout(2500)
    box = page.locator(last).first.bounding_box()
    if box is None:
        raise RuntimeError(f"There is no {last} at {address}.")
    height = int(box["y"] + box["height"]) + MARGIN
    page.set_viewport_size({**SIZE, "height": height})
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
