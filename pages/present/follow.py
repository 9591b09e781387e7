"""A follower's page: what a presenter shows, as it is shown."""

from __future__ import annotations

from pages.present.rooms import plain
from pages.shared.component import mount

CODE = "follow"
"""The link's parameter that names the presenter's code."""


def show_followed(code: str) -> None:
    """Show what the presenter of a code shows; the browser asks for it, and says why not."""
    mount("audience", {"code": plain(code)}, key="audience")
