"""A visitor's session on the Models page, opened by a link."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.pages.session import ROOT


def visited(**link: object) -> AppTest:
    """Open /models at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    # AppTest learns of pages by a first run, in which the link would be read by another page. A
    # browser names the page with its first message; this is the name that it sends.
    session._page_hash = calc_hash("models")
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()
