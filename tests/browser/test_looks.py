"""What a stranger's eyes would stumble over: text too pale or too small, a page too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Error

from tests.browser.conftest import sharing
from tests.browser.server import ROOT, Server, serving
from tests.browser.visit import POLLING, Visit

pytestmark = pytest.mark.xdist_group("looks")  # one server with an author's module

LINKS = {
    "equation": "/?layer=repeated_dense&cell=outputs.2.3&edits=inputs.0.0=2",
    "wide": "/?layer=linear&units=128",
    "state": "/?layer=running_sum&calls=3",
    "axes": "/?layer=nd_dense&shape=2,3,4,5,6",
    "bad link": "/?layer=linear&units=9999&nothing=1&cell=nowhere.1",
    "no file": "/?input=upload",
    "own": "/?layer=own.Gate",
    "own, failing": "/?layer=own.Failing",
    "summary": "/models?layer=conv2d_1",
    "reduced": "/models?layer=dense",
    "histograms": "/models?show=histograms",
    "activations": "/models?show=activations&layer=dense",
    "drawn": "/models?show=activations&feed=drawn",
    "comparison": "/models?show=comparison",
    "report": "/checkup?layer=repeated_dense_as_posted",
    "own report": "/checkup?layer=own.Gate",
    "own report, failing": "/checkup?layer=own.Failing",
}
NO_PICTURE = ("no file", "own, failing", "own report, failing")
OWN = '''
import keras


class Gate(keras.layers.Layer):
    """Three kernels with long names, and so a long formula."""

    def build(self, shape):
        for name in ("dense_kernel", "gate_projection_kernel", "output_projection_kernel"):
            setattr(self, name, self.add_weight(name=name, shape=(shape[-1], shape[-1])))

    def call(self, x):
        gate = keras.ops.sigmoid(x @ self.gate_projection_kernel)
        return x @ self.dense_kernel * gate @ self.output_projection_kernel


class Failing(keras.layers.Layer):
    """Multiplies by a kernel that does not fit."""

    def call(self, x):
        return x @ keras.ops.ones((x.shape[-1] + 1, 2))
'''
DONE = """() =>
  document.querySelector(".stApp")?.dataset.testScriptState === "notRunning"
  && document.querySelectorAll(".stMain [data-tensor], .stMain .stAlert").length > 0
  && getComputedStyle(document.querySelector(".stApp")).getPropertyValue("--ls-edge")
  && [...document.querySelectorAll("[data-tensor]")].every((graph) => graph._fullData)
  && !document.querySelector("[data-testid=stProgress], [data-testid=stSpinner]")"""
IS_PAPER = """(paper) =>
  getComputedStyle(document.querySelector(".stApp")).backgroundColor === paper"""
TOO_WIDE = """() => [...document.querySelectorAll(".stApp, .stMain, .stMainBlockContainer")]
  .filter((node) => node.scrollWidth > node.clientWidth)
  .map((node) => `${node.className} is ${node.scrollWidth} wide of ${node.clientWidth}`)"""
TEXTS = """() => {
  const channels = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
    const full = colour.startsWith("color(") ? 255 : 1;
    return [red * full, green * full, blue * full, alpha];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]);
  const ground = (node) => node
    ? over(channels(getComputedStyle(node).backgroundColor), ground(node.parentElement))
    : [255, 255, 255];
  const opacity = (node) =>
    node ? Number(getComputedStyle(node).opacity) * opacity(node.parentElement) : 1;
  const found = [];
  for (const node of document.querySelectorAll(".stApp *")) {
    const words = (child) => child.nodeType === 3 && /[^\\s\\u200b]/.test(child.data);
    const own = [...node.childNodes].some(words);
    const { width, height } = node.getBoundingClientRect();
    if (!own || width < 2 || height < 2 || !node.checkVisibility() || !opacity(node)) continue;
    if (node.closest("[disabled], [data-testid=stIconMaterial], style, script")) continue;
    if (node.closest(".stSlider") && !node.closest("label")) continue; // stands beside its thumb
    const { color, fontSize } = getComputedStyle(node);
    const [r, g, b, a] = channels(color);
    const below = ground(node);
    found.push([node.textContent.trim().slice(0, 40), parseFloat(fontSize),
      over([r, g, b, a * opacity(node)], below), below]);
  }
  return found;
}"""
PALETTES = """async (source) => {
  const { colourOf, inkOf, themeOf } = await import(
    `data:text/javascript,${encodeURIComponent(source)}`);
  const node = document.body.appendChild(document.createElement("div"));
  const numbers = (colour) => {
    node.style.color = colour;
    return getComputedStyle(node).color.match(/[\\d.]+/g).map(Number);
  };
  const shown = {};
  for (const [name, paper] of [["light", "#ffffff"], ["dark", "#0f131a"]]) {
    node.style.setProperty("--st-background-color", paper);
    const theme = themeOf(node);
    shown[name] = {
      plain: ["paper", "text", "quiet", "bar", "mark"].map((one) => numbers(theme[one])),
      cells: ["signed", "mask", "grey"].flatMap((palette) => Array.from({ length: 201 }, (_, at) =>
        [colourOf, inkOf].map((of) => numbers(of(theme[palette])(at / 200))))),
    };
  }
  node.remove();
  return shown;
}"""


def contrast(one: list[float], other: list[float]) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""

    def luminance(colour: list[float]) -> float:
        parts = [c / 255 for c in colour[:3]]
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app with a module of an author's."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.py").write_text(OWN)
    with serving(folder / "log", LAYERSCOPE_LAYERS=str(folder / "mine.py")) as server:
        yield server


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[dict[bool, Visit]]:  # noqa: ARG001 (it ends after them)
    """Keep the pages of this server."""
    with sharing() as pages:
        yield pages


def look(visit: Visit, name: str) -> Visit:
    """Go to a link and wait until all of it is there."""
    link = urlsplit(LINKS[name])
    show = visit.go if name in NO_PICTURE else visit.turn
    show(link.path, **dict(parse_qsl(link.query)))
    visit.page.locator(".stMain h1").first.wait_for(timeout=60_000)
    visit.page.wait_for_timeout(200)
    visit.page.wait_for_function(DONE, timeout=60_000, polling=POLLING)
    return visit


@pytest.mark.parametrize("name", LINKS)
def test_every_text_can_be_read_and_no_page_is_wider_than_a_telephone(
    reader: Callable[..., Visit], name: str
):
    page = look(reader(), name).page
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(15, 19, 26)")):
        page.emulate_media(color_scheme=scheme)  # the page follows, and so do its pictures
        page.wait_for_function(IS_PAPER, arg=paper)
        page.wait_for_timeout(300)
        texts = page.evaluate(TEXTS)
        assert len(texts) > 10
        assert {text: size for text, size, _, _ in texts if size < 11} == {}
        contrasts = {text: round(contrast(above, below), 2) for text, _, above, below in texts}
        assert {text: figure for text, figure in contrasts.items() if figure < 4.5} == {}, scheme
    page.set_viewport_size({"width": 420, "height": 900})
    page.wait_for_timeout(300)
    with suppress(Error):  # a page is laid out in several steps, and only the last counts
        page.wait_for_function(f"() => ({TOO_WIDE})().length === 0", timeout=3000)
    assert page.evaluate(TOO_WIDE) == []


def test_numbers_can_be_read_on_every_colour_of_a_cell(chromium: Browser):
    page = chromium.new_page()
    source = (ROOT / "browser/theme.js").read_text()
    for scheme, shown in page.evaluate(PALETTES, source).items():
        paper, text, quiet, bar, mark = shown["plain"]
        assert contrast(text, paper) >= 7, scheme
        assert contrast(quiet, paper) >= 4.5, scheme
        assert min(contrast(bar, paper), contrast(mark, paper)) >= 3, scheme
        assert min(contrast(cell, ink) for cell, ink in shown["cells"]) >= 4.5, scheme
    page.close()


def test_what_can_be_chosen_has_an_outline_that_can_be_seen(reader: Callable[..., Visit]):
    outline = """async () => {
      const option = "[data-testid=stRadioOption]:not([data-selected])";
      const node = document.querySelector(`${option} > div > div`);
      await Promise.all(node.getAnimations().map(({ finished }) => finished));
      const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const shown = (...colours) => {
        for (const colour of colours) {
          probe.fillStyle = colour;
          probe.fillRect(0, 0, 1, 1);
        }
        return [...probe.getImageData(0, 0, 1, 1).data];
      };
      const ground = getComputedStyle(document.querySelector(".stSidebar")).backgroundColor;
      return [shown(ground), shown(ground, getComputedStyle(node).borderTopColor)];
    }"""
    for scheme in ("light", "dark"):
        page = look(reader(scheme=scheme), "state").page
        page.locator("[data-testid=stRadioOption]:not([data-selected])").first.wait_for()
        ground, edge = page.evaluate(outline)
        assert contrast(ground, edge) >= 3, scheme


CHOSEN = ["[data-testid=stRadioOption] > div > div:first-child", ".ls-tree tbody tr"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_themes_show_what_is_chosen_and_where_a_slider_stands(
    reader: Callable[..., Visit], scheme: str
):
    visit = reader(1280, 800, scheme)
    page = visit.page
    page.emulate_media(forced_colors="active")
    visit.turn("/models", show="activations")
    page.locator(".ls-tree").wait_for(timeout=60_000)
    page.locator("[data-tensor=window]").wait_for(timeout=60_000)
    for marks in CHOSEN:
        page.locator(marks).nth(1).wait_for()
        pictures = [mark.screenshot() for mark in page.locator(marks).all()[:3]]
        assert len(set(pictures)) > 1, f"the chosen one of {marks} looks like the others"
    grounds = page.locator(".ls-tree tbody tr").evaluate_all(
        "(rows) => rows.map((row) => getComputedStyle(row).backgroundColor)"
    )
    assert len(set(grounds)) == 2
    track = page.locator(".stSlider > [role=group] > * > *").first.screenshot()
    seen = Image.open(BytesIO(track)).convert("RGB").getcolors()
    assert seen is None or len(seen) > 1, "nothing of a slider is seen"


FOCUSED = """() => {
  const node = document.activeElement;
  const choice = "[data-testid=stRadioOption], [data-testid=stCheckbox] label";
  const shown = node.tagName === "INPUT" && node.closest(choice) || node; // not its help button
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(shown);
  const named = node.getAttribute("aria-label") || node.labels?.[0]?.textContent
    || node.textContent.trim() || node.title;
  return [node.closest(".ls-formulas") ? "formula" : node.tagName, named,
    (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none"];
}"""


def test_every_stop_of_the_tab_key_has_a_name_and_most_of_our_own_rings(visitor):
    page = look(visitor(), "state").page
    stops = []
    while not stops or stops[-1][0] != "BODY":
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        assert len(stops) < 100
    kinds = {kind for kind, _, _ in stops}
    assert "formula" not in kinds  # it fits, so it is not to be scrolled
    assert [kind for kind, name, _ in stops if not name] == []
    # Streamlit's selects and sliders show a focus in their own way: by a border, or a halo.
    ringless = {(kind, name[:20]) for kind, name, ring in stops if not ring}
    assert {kind for kind, _ in ringless} <= {"BODY", "MAIN", "INPUT"}, ringless
