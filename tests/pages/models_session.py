"""A visitor's session on the Models page, opened by a link."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.shared.session import widget_key
from tests.pages.session import ROOT, sent


def visited(**link: object) -> AppTest:
    """Open /models at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    # AppTest learns of pages by a first run, in which the link would be read by another page. A
    # browser names the page with its first message; this is the name that it sends.
    session._page_hash = calc_hash("models")
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()


def summary(session: AppTest) -> dict[str, dict]:
    """Return the rows of the summary by path, as the browser is sent them."""
    for component in session.get("bidi_component"):
        data = json.loads(zlib.decompress(component.proto.bytes))
        if "chosen" in data:
            return {row["path"]: row for row in data["rows"]}
    return {}


def uploaded(path: Path, *, name: str = "", **link: object) -> AppTest:
    """Open the page and bring it a model file."""
    session = visited(model="upload", **link)
    bring(session, path, name=name)
    return session


def bring(session: AppTest, path: Path, *, name: str = "", key: str = "model_file") -> None:
    """Bring a file to an upload."""
    kind = "application/octet-stream"
    session.file_uploader(key=widget_key(key)).upload(
        name or path.name, path.read_bytes(), kind
    ).run()


def facts(session: AppTest) -> dict[str, str]:
    """Return the counts above the summary."""
    return dict(pair for counts in sent(session, "counts", of=list) for pair in counts)


def texts(session: AppTest) -> str:
    """Return all sentences that the component draws."""
    return " ".join(sent(session, "sentence", of=str))
