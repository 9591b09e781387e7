"""What the browser fetches for the component: its scripts, its style, and the wheel's plotly.js."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set
from functools import cache
from pathlib import Path

import plotly
import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pictures.bundle import modules

_STATIC = Path(__file__).parents[2] / "browser"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_MODULES = "modules.js"
_VERSION = hashlib.sha256(
    f"{plotly.__version__}{modules()}".encode()
    + b"".join(f.read_bytes() for f in sorted(_STATIC.glob("*.css")))
).hexdigest()[:12]
_PATH = f"/layerscope/{_VERSION}"  # changes with the files, so that no browser keeps an old one
_STREAMLIT = "/static/js"
_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
# With it Chromium compiles the file on another core while it arrives, not when it is run.
_EAGER = b"//# allFunctionsCalledOnLoad\n"
_IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def url(name: str) -> str:
    """Return the path of a file of ``browser/``, also where the app is served below another."""
    return f"{base()}{_PATH}/{name}"


def component(name: str) -> str:
    """Return the script of a component, as Streamlit is given it: it fetches the real one.

    Streamlit sends a component's script with every update, so it is short.

    Args:
        name: the component's file in ``browser/``.
    """
    there = f"new URL({url(_MODULES)!r},location.origin)"
    return f'const m=await import({there});\nexport default m.module("{name}").default;'


def base() -> str:
    """Return the prefix of every path where the app is served below another."""
    prefix = st.get_option("server.baseUrlPath").strip("/")
    return f"/{prefix}" if prefix else ""


def below_base(route: Route | Mount) -> Route | Mount:
    """Return a route of ours below the prefix: Streamlit puts only its own there."""
    path = f"{base()}{route.path}"
    if isinstance(route, Mount):
        return Mount(path, route.app)
    return Route(path, route.endpoint, methods=sorted(route.methods or ()))


_HEAD = b"<head>"
# Else Streamlit's script tries `/models/_stcore/…` first, which is not there.
ADDRESS_SCRIPT = b"window.__streamlit = {BACKEND_BASE_URL: new URL('.', location).href}"
_ADDRESS = b"<script>" + ADDRESS_SCRIPT + b"</script>"


class Preload:
    """Middleware that names the component's files and the server's address in every page.

    The browser then fetches the files about a second before the component asks for them, and need
    not try at which address the server answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the header where the answer is a page."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        opened: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    opened.append(message)
                    headers.append("Link", _links())
                    return
            elif opened:
                start, body = opened.pop(), message.get("body", b"")
                message = {**message, "body": body.replace(_HEAD, _HEAD + _ADDRESS, 1)}
                longer = len(message["body"]) - len(body)
                headers = MutableHeaders(scope=start)
                headers["content-length"] = str(int(headers["content-length"]) + longer)
                await send(start)
            await send(message)

        # The page as it is, not compressed: some six thousand bytes.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, sending)


@cache
def _links() -> str:
    first = f"{base()}{_STREAMLIT}"
    scripts = [url(_MODULES), *(f"{first}/{name}" for name in _component_scripts())]
    # Low, because the page's own files are needed first.
    priority = "fetchpriority=low"
    return ", ".join(
        [
            f"<{url('layerscope.css')}>; rel=preload; as=style; {priority}",
            *(f"<{script}>; rel=modulepreload; {priority}" for script in scripts),
        ]
    )


def _component_scripts() -> list[str]:
    """Return Streamlit's own scripts for components, without those that its page names itself.

    Without them a component is drawn later. The list is empty where Streamlit keeps them in another
    place.
    """
    root = Path(st.__file__).parent / "static"
    folder = root / _STREAMLIT.strip("/")
    page = root / "index.html"
    if not page.is_file():
        return []
    named = set(re.findall(r"[\w.-]+\.js", page.read_text("utf-8")))
    found = [_imported(folder, file.name, named) for file in folder.glob("BidiComponent.*.js")]
    return sorted({name for names in found for name in names})


def _imported(folder: Path, name: str, without: Set[str] = frozenset()) -> list[str]:
    """Return a module and all modules that it imports statically."""
    found, left = [], [name]
    while left:
        at = left.pop()
        if at in found or at in without or not (folder / at).is_file():
            continue
        found.append(at)
        left += _IMPORT.findall((folder / at).read_text("utf-8"))
    return found


def _plotly(_: Request) -> Response:
    """Serve plotly.js, which is compressed once like all scripts."""
    content = _EAGER + _PLOTLY.read_bytes()
    return Response(content, media_type="text/javascript", headers=_IMMUTABLE)


def _modules(_: Request) -> Response:
    """Serve all components' scripts as one: a first visit asks once where it asked 45 times."""
    return Response(modules(), media_type="text/javascript", headers=_IMMUTABLE)


ROUTES = [
    Route(f"{_PATH}/plotly.min.js", _plotly),
    Route(f"{_PATH}/{_MODULES}", _modules),
    Mount(_PATH, StaticFiles(directory=_STATIC)),
]
