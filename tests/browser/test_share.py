"""Pictures that leave the page: files as the command writes them, frames in other pages, links."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import Server
from tests.browser.test_files import kept
from tests.browser.visit import Visit

LINK = {"layer": "linear", "units": "3", "cell": "outputs.1.2"}
ENDINGS = ("SVG", "PNG", "PDF")
LISTENER = """
window.heights = [];
addEventListener("message", ({ source, data }) => {
  if (data?.type !== "layerscope:height") return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source) frame.height = data.height;
  }
  heights.push(data);
});
"""


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the command has written the pictures of ``LINK``."""
    folder = tmp_path_factory.mktemp("written")
    recipe = "[[picture]]\nname = '{0}.{1}'\nlink = '/?{2}'\ntheme = '{0}'\n"
    recipes = [
        recipe.format(theme, ending.lower(), urlencode(LINK))
        for theme in ("light", "dark")
        for ending in ENDINGS
    ]
    (folder / "recipes.toml").write_text("".join(recipes))
    command = [sys.executable, "-m", "layerscope", "render", str(folder / "recipes.toml")]
    subprocess.run(command, check=True)
    return folder


@pytest.mark.xdist_group("written")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_files_of_the_picture_are_the_commands(
    reader: Callable[..., Visit], written: Path, tmp_path: Path, theme: str
):
    visit = reader(scheme=theme).turn(**LINK)
    for ending in ENDINGS:
        button = visit.page.get_by_label(f"Download the picture “Linear” as {ending}", exact=True)
        button.focus()
        with visit.page.expect_download() as download:
            visit.page.keyboard.press("Enter")
        file = kept(download.value, tmp_path)
        assert file.name == f"linear.{ending.lower()}"
        assert file.read_bytes() == (written / f"{theme}.{ending.lower()}").read_bytes()
    assert visit.complaints == []


def test_the_scale_of_a_png_can_be_chosen(visit: Visit, tmp_path: Path):
    visit.open(**LINK)
    widths = {}
    for scale in ("1", "4"):
        visit.page.get_by_label("Pixels of the PNG").first.select_option(scale)
        with visit.page.expect_download() as download:
            visit.page.get_by_label("Download the picture “Linear” as PNG").click()
        widths[scale] = int.from_bytes(kept(download.value, tmp_path).read_bytes()[16:20], "big")
    assert widths["4"] == 4 * widths["1"]


def test_a_picture_that_the_server_no_longer_keeps_is_a_sentence(reader: Callable[..., Visit]):
    visit = reader().turn(**LINK)
    visit.page.route(
        "**/layerscope/picture?*",
        lambda route: route.continue_(url=route.request.url.replace("visitor=", "visitor=x")),
    )
    visit.page.get_by_label("Download kernel as SVG", exact=True).focus()
    visit.page.keyboard.press("Enter")
    sentence = visit.page.locator(".ls-refusal")
    expect(sentence).to_contain_text("Reload the page, and try again.")
    visit.page.unroute("**/layerscope/picture?*")
    with visit.page.expect_download():
        visit.page.keyboard.press("Enter")
    expect(sentence).to_have_count(0)


def test_the_dialog_opens_and_closes_by_keys_and_follows_its_choices(visit: Visit):
    visit.open(**LINK)
    visit.widget("share").get_by_role("button").focus()
    visit.page.keyboard.press("Enter")
    dialog = visit.page.get_by_role("dialog")
    codes = dialog.get_by_test_id("stCode")
    expect(codes).to_have_count(4)
    assert codes.nth(0).inner_text() == visit.page.url
    dialog.get_by_text("Dark", exact=True).click()
    expect(codes.nth(3)).to_contain_text("-o linear.svg --theme dark")
    expect(codes.nth(1)).to_contain_text("embed_options=dark_theme")
    dialog.get_by_role("combobox").click()
    dialog.get_by_role("combobox").fill("units")
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")  # which closes the list of names
    expect(codes.nth(0)).to_contain_text("&hide=units")
    for number in range(4):
        codes.nth(number).hover()
        expect(codes.nth(number).get_by_role("button")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert visit.link() == LINK
    assert visit.complaints == []


@pytest.fixture
def frame(chromium: Browser, server: Server, tmp_path: Path):
    """Open a page with a frame that listens as the documents say."""
    page = chromium.new_page(viewport={"width": 1100, "height": 800})

    def opened(**link: str) -> Page:
        source = f"{server.address}/?{urlencode({**link, 'embed': 'true'})}".replace("&", "&amp;")
        html = tmp_path / "page.html"
        html.write_text(
            f"<iframe src='{source}' width='100%' height='100'></iframe><script>{LISTENER}</script>"
        )
        page.goto(html.as_uri())
        page.frame_locator("iframe").locator("[data-tensor]").first.wait_for(timeout=60_000)
        return page

    yield opened
    page.close()


FITS = """() => {
  const frame = document.querySelector("iframe");
  return heights.length > 0 && Number(frame.height) === heights.at(-1).height;
}"""


def test_a_frame_tells_its_height_and_has_nothing_but_the_picture(frame):
    page = frame(layer="linear", hide="batch")
    page.wait_for_function(FITS)
    inside = page.frame_locator("iframe")
    expect(inside.locator(".st-key-features")).to_be_visible()
    expect(inside.get_by_test_id("stSidebar")).to_have_count(0)
    expect(inside.get_by_test_id("stToolbar")).to_have_count(0)
    expect(inside.locator("h1, .st-key-batch, .ls-facts, .ls-table, .stExpander")).to_have_count(0)
    expect(inside.locator(".ls-tools-bar")).to_be_visible()
    before = page.evaluate("heights.at(-1).height")
    inside.locator(".st-key-features input[type=range]").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("(before) => heights.at(-1).height !== before", arg=before)
    page.wait_for_function(FITS)
    query = page.frames[1].evaluate("location.search")
    link = {"layer": "linear", "features": "18", "hide": "batch", "embed": "true"}
    page.frames[1].wait_for_function("() => location.search.includes('features=18')")
    assert dict(parse_qsl(urlsplit(page.frames[1].url).query)) == link, query


def test_a_frame_has_no_scroll_bar_once_the_page_around_it_has_listened(frame):
    page = frame(layer="repeated_dense", cell="outputs.0.1")
    page.wait_for_function(FITS)
    page.frames[1].wait_for_function(
        """() => {
          const main = document.querySelector("[data-testid=stMain]");
          return main.scrollHeight <= main.clientHeight + 1;
        }"""
    )


def test_hidden_tools_are_not_there(reader: Callable[..., Visit]):
    visit = reader().turn(layer="linear", hide="play,downloads")
    expect(visit.page.locator(".ls-tools-bar select").first).to_be_attached()
    for label in ("Play the result, cell by cell", "Download the picture “Linear” as SVG"):
        expect(visit.page.get_by_label(label)).to_be_hidden()
    expect(visit.page.get_by_label("Download kernel as PNG", exact=True)).to_be_hidden()
    expect(visit.page.locator("[data-tool=contrast]")).to_be_visible()


def test_a_layer_without_weights_has_no_table_of_them(visit: Visit):
    visit.open(layer="relu")
    visit.page.locator(".ls-facts").wait_for()
    expect(visit.page.locator(".ls-table")).to_have_count(0)
