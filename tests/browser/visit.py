"""One visitor: a page of the app, driven and read by the fixed names."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request

DRAWN = """() => Object.fromEntries(
  [...document.querySelectorAll("[data-tensor]")]
    .filter((graph) => graph._fullData?.[0]?.type === "heatmap")
    .map((graph) => [graph.dataset.tensor, graph._fullData[0].z.map((row) => Array.from(row))]))"""
STILL = """() =>
  document.querySelector(".stApp")?.dataset.testScriptState === "notRunning"
  && document.querySelectorAll("[data-tensor]").length > 0
  && !document.querySelector("[data-ahead], [data-asking], [data-waking]")"""
HAS_SHAPE = """([name, rows, columns]) => {
  const z = document.querySelector(`[data-tensor="${name}"]`)?._fullData?.[0]?.z;
  return z?.length === rows && z[0].length === columns;
}"""
IN_PLACE = """() => document.getAnimations()
  .every((one) => !(one instanceof CSSTransition) || one.playState !== "running")"""
# Goes to a link within the app, as the browser's own back and forward do.
TURN = """(link) => {
  for (const { _fullData: drawn } of document.querySelectorAll("[data-tensor]")) {
    if (drawn) drawn.before = true;
  }
  history.pushState({}, "", link);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
TURNED = """() => [...document.querySelectorAll("[data-tensor]")]
  .some(({ _fullData: drawn }) => drawn && !drawn.before)"""
AWAY = {"/": "relu", "/models": "dense_1"}
"""What is shown between two links to one layer, which can be one picture. No test turns to it."""

POLLING = 50
"""Milliseconds between looks. Playwright looks at each frame, and so makes a page draw frames."""


class Visit:
    """A visitor's page.

    Attributes:
        outside: the addresses elsewhere that the page asked for; Chromium resolves none of them.
        complaints: what the console was told of errors, but for those requests.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.outside: set[str] = set()
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("requestfailed", self._watch)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, **link: object) -> Visit:
        """Go to a link and wait for its picture."""
        self.go(**link)
        self.page.locator("[data-tensor]").first.wait_for(timeout=60_000)
        self.settle()
        return self

    def go(self, path: str = "/", /, **link: object) -> None:
        """Go to a link."""
        self.page.goto(self._to(path, link), wait_until="commit")

    def turn(self, path: str = "/", /, **link: object) -> Visit:
        """Show the picture of a link: without loading the app, where it is loaded."""
        wanted, shown = self._to(path, link), self.page.url
        if shown == wanted:
            self.settle()
            return self
        if not shown.startswith(f"{self.address}/"):
            self.go(path, **link)
        else:
            layer = str(link.get("layer", ""))
            if urlsplit(shown).path == path and layer in ("", self.link().get("layer", layer)):
                self._turn(self._to(path, {"layer": AWAY[path]}))
            self._turn(wanted)
        self.page.locator("[data-tensor]").first.wait_for(timeout=60_000)
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the server has answered and two frames have been painted."""
        self.page.wait_for_function(STILL, polling=POLLING)
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => setTimeout(() =>"
            " requestAnimationFrame(done), 50)))"
        )

    def resize(self, width: int, height: int) -> None:
        """Give the page another size, and wait until nothing slides to its place any more."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(IN_PLACE, polling=POLLING)

    def has_shape(self, name: str, rows: int, columns: int) -> None:
        """Wait until a tensor is drawn in this shape."""
        self.page.wait_for_function(HAS_SHAPE, arg=[name, rows, columns], polling=POLLING)

    def drawn(self) -> dict[str, np.ndarray]:
        """Return the arrays that Plotly holds, by tensor name."""
        arrays = self.page.evaluate(DRAWN)
        return {name: np.array(rows, "float32") for name, rows in arrays.items()}

    def link(self) -> dict[str, str]:
        """Return the parameters in the address bar."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def field(self, name: str) -> Locator:
        """Return the element of a control, by its field's name."""
        return self.page.locator(f".st-key-{name}")

    def widget(self, name: str) -> Locator:
        """Return the element of a widget that is no field's, by its key."""
        return self.page.locator(f".st-key-ls-{name}")

    def slider(self, name: str) -> Locator:
        """Return a slider's handle."""
        return self.field(name).locator("input[type=range]")

    def graph(self, name: str) -> Locator:
        """Return the element in which Plotly draws a tensor."""
        return self.page.locator(f'[data-tensor="{name}"]')

    def pick(self, title: str) -> None:
        """Pick a layer by its title."""
        self.field("layer").locator("label", has_text=title).first.click()

    def sentences(self) -> list[str]:
        """Return what the page complains of."""
        return [text.strip() for text in self.page.get_by_test_id("stAlert").all_inner_texts()]

    def press(self, name: str) -> None:
        """Press a button, by its key."""
        self.widget(name).get_by_role("button").first.click()

    def _turn(self, address: str) -> None:
        self.page.evaluate(TURN, address)
        self.page.wait_for_function(TURNED, polling=POLLING)
        self.settle()

    def _to(self, path: str, link: dict[str, object]) -> str:
        query = urlencode({name: str(value) for name, value in link.items()})
        return f"{self.address}{path}{query and '?'}{query}"

    def _watch(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in (None, "127.0.0.1"):
            self.outside.add(request.url)

    def _listen(self, message: ConsoleMessage) -> None:
        where: Any = message.location
        if message.type == "error" and where.get("url") not in self.outside:
            self.complaints.append(f"{message.text} ({where.get('url')})")
