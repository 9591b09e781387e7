"""A Chromium for the browser tests: find one, or fetch one.

``python -m tests.browser.chromium`` makes sure of it; ``find()`` says where it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# First the one without a window, as Playwright does: the same engine, and a sixth less work a page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# fontconfig brings some font or other; naming one has screenshots look alike everywhere.
DEBIAN_PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")

# Asked in another process: Playwright refuses to start twice in one, and tests run inside it.
WHERE_PLAYWRIGHT_KEEPS_ITS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find() -> Path | None:
    """Return the Chromium to drive: ``CHROMIUM``, one on the PATH, Playwright's own, or None.

    Raises:
        FileNotFoundError: ``CHROMIUM`` names no program.
    """
    if named := os.environ.get("CHROMIUM"):
        if program := shutil.which(named):
            return Path(program)
        raise FileNotFoundError(
            "The browser tests have no browser: expected CHROMIUM to name a program. "
            f"Received {named!r}. Correct it, or unset it to have one found."
        )
    for name in NAMES:
        if program := shutil.which(name):
            return Path(program)
    return _playwrights_own()


def fetch() -> None:
    """Install Debian's package where that is possible, else Playwright's download."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _try("apt-get", "update", "--quiet")
        _try("apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES)
    if find() is None:
        _try(sys.executable, "-m", "playwright", "install", "--no-shell", "chromium")


def _playwrights_own() -> Path | None:
    command = (sys.executable, "-c", WHERE_PLAYWRIGHT_KEEPS_ITS_OWN)
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    program = Path(answer.stdout.strip())
    return program if program.is_file() else None


def _try(*command: str) -> None:
    """Run a command that may fail: whether there is a browser now is all that counts."""
    print("$", *command, flush=True)
    subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)


def main() -> str | None:
    """Make sure of a Chromium; return the sentence that says why there is none."""
    try:
        if find() is None:
            print("No Chromium for the browser tests yet: fetching one, once.")
            fetch()
        found = find()
    except FileNotFoundError as error:
        return str(error)
    if found is None:
        return (
            "The browser tests have no browser: expected a Chromium on the PATH, or to fetch one. "
            "Received neither (see above). Install Chromium or Chrome, or set CHROMIUM to its path."
        )
    print(f"Browser tests drive {found}.")
    return None


if __name__ == "__main__":
    sys.exit(main())
