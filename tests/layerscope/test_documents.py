"""Tiny sites, really built by Sphinx and by MkDocs."""

import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from layerscope.__main__ import _parser
from layerscope.documents import drawn
from layerscope.link import parameters
from layerscope.recipes import read as read_recipes
from layerscope.refusal import Refusal
from pictures.page import numbers_in
from tests.pictures import read

ROOT = Path(__file__).parents[2]
LINK = "/?layer=linear&features=3&units=2&batch=2&cell=outputs.1.0"


class Figures(HTMLParser):
    """Collects a page's images and the text of its captions."""

    def __init__(self):
        super().__init__()
        self.images, self.captions, self.inside = [], [], False

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))
        if tag == "figcaption":
            self.inside = True
            self.captions.append("")

    def handle_endtag(self, tag):
        self.inside &= tag != "figcaption"

    def handle_data(self, data):
        if self.inside:
            self.captions[-1] += data


def figures(page):
    parser = Figures()
    parser.feed(page.read_text("utf-8"))
    return parser


@pytest.fixture
def sphinx(warm_python):
    """Return what builds a site of Sphinx."""

    def build(folder, pages, *, conf=""):
        return warm_python.run(written_for_sphinx(folder, pages, conf), cwd=folder)

    return build


@pytest.fixture
def mkdocs(warm_python):
    """Return what builds a site of MkDocs."""

    def build(folder, pages, *, extra=""):
        return warm_python.run(written_for_mkdocs(folder, pages, extra), cwd=folder)

    return build


def written_for_sphinx(folder, pages, conf=""):
    """Write a site's sources, and return the command that builds it."""
    (folder / "conf.py").write_text(f'extensions = ["layerscope.sphinx_extension"]\n{conf}')
    for name, text in pages.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return ["sphinx", "-W", "--keep-going", "-q", ".", "out"]


def written_for_mkdocs(folder, pages, extra=""):
    """Write a site's sources, and return the command that builds it."""
    hook = ROOT / "layerscope" / "mkdocs_hook.py"
    (folder / "mkdocs.yml").write_text(f"site_name: Tiny\nhooks: [{hook}]\n{extra}")
    for name, text in pages.items():
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / name).write_text(text)
    return ["mkdocs", "build", "--strict", "-q"]


def started(command, folder):
    """Run a command in an interpreter of its own, as its users start it."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.xdist_group("warm_python")
def test_sphinx_builds_a_site_with_directive_and_role(sphinx, tmp_path):
    pages = {
        "index.rst": f"""
Tiny
====

.. toctree::

   sub/page

.. layerscope:: {LINK}
   :caption: A *linear* layer
   :name: picture

See :ref:`the picture <picture>`, and in a line :layerscope:`/?layer=linear&units=1`.
""",
        "sub/page.rst": f"""
Page
====

.. layerscope:: {LINK}
   :only: kernel
   :format: png
   :alt: The "kernel" <b>
""",
    }
    ran = sphinx(tmp_path, pages)
    assert ran.returncode == 0, ran.stderr
    page = figures(tmp_path / "out" / "index.html")
    picture, inline = page.images
    assert picture["alt"].startswith("Linear. inputs · kernel + bias = outputs. inputs, 2 × 3, ")
    assert "A linear layer" in page.captions[0]
    root = read.parsed((tmp_path / "out" / picture["src"]).read_text("utf-8"))
    assert len(read.numbers(root, "kernel", 44)) == 6
    assert "bias, 1, value 0" in inline["alt"]
    (other,) = figures(tmp_path / "out" / "sub" / "page.html").images
    assert other["alt"] == 'The "kernel" <b>'
    assert (tmp_path / "out" / "sub" / other["src"]).read_bytes().startswith(b"\x89PNG")


def frames(page):
    """Return where the frames of a page find theirs, and the titles."""
    return re.findall(r'<iframe src="([^"]+)" title="([^"]+)"', page.read_text("utf-8"))


@pytest.mark.xdist_group("warm_python")
def test_sphinx_puts_a_page_that_answers_into_a_frame(sphinx, tmp_path):
    text = f".. layerscope:: {LINK}\n   :format: html\n   :caption: A layer\n"
    pages = {
        "index.rst": f"Tiny\n====\n\n.. toctree::\n\n   sub/page\n\n{text}",
        "sub/page.rst": f"Page\n====\n\n{text}",
    }
    ran = sphinx(tmp_path, pages)
    assert ran.returncode == 0, ran.stderr
    for name in ("index.html", "sub/page.html"):
        page = tmp_path / "out" / name
        ((source, title),) = frames(page)
        assert title.startswith("Linear. inputs · kernel + bias = outputs.")
        assert numbers_in((page.parent / source).read_text("utf-8"))["kernel"].shape == (3, 2)
        assert "A layer" in figures(page).captions[0]


@pytest.mark.xdist_group("warm_python")
def test_mkdocs_puts_a_page_that_answers_into_a_frame(mkdocs, tmp_path):
    block = f"``` layerscope\n{LINK}\n:format: html\n```\n"
    ran = mkdocs(tmp_path, {"index.md": f"# Tiny\n\n{block}", "sub/page.md": f"# Page\n\n{block}"})
    assert ran.returncode == 0, ran.stderr
    for name in ("index.html", "sub/page/index.html"):
        page = tmp_path / "site" / name
        ((source, title),) = frames(page)
        assert title.startswith("Linear. inputs · kernel + bias = outputs.")
        assert numbers_in((page.parent / source).read_text("utf-8"))["kernel"].shape == (3, 2)


@pytest.mark.xdist_group("warm_python")
def test_sphinx_says_at_which_line_what_cannot_be_drawn(sphinx, tmp_path):
    text = "Tiny\n====\n\n.. layerscope:: /?layer=nothing\n\n"
    text += ".. layerscope:: /?layer=linear\n   :only: x\n"
    ran = sphinx(tmp_path, {"index.rst": text})
    assert ran.returncode == 1
    assert re.search(
        r"index\.rst:4: .*`layer` cannot be used: expected .* Received 'nothing'", ran.stderr
    )
    assert re.search(r"index\.rst:6: .*expected one of inputs, kernel, bias, outputs", ran.stderr)
    assert "Traceback" not in ran.stderr


@pytest.mark.xdist_group("warm_python")
def test_mkdocs_builds_a_site_with_fenced_blocks(mkdocs, tmp_path):
    odd = ':only: kernel\n:format: png\n:alt: "><script>'
    pages = {
        "index.md": f"# Tiny\n\n``` layerscope\n{LINK}\n:caption: A <b>linear</b> layer\n```\n",
        "sub/page.md": f"# Page\n\n~~~layerscope\n{LINK}\n{odd}\n~~~\n",
        "plain.md": "# Plain\n\n```python\nlayerscope\n```\n",
    }
    ran = mkdocs(tmp_path, pages)
    assert ran.returncode == 0, ran.stderr
    site = tmp_path / "site"
    page = figures(site / "index.html")
    (picture,) = [image for image in page.images if "layerscope" in image["src"]]
    assert picture["alt"].startswith("Linear. inputs · kernel + bias = outputs. inputs, 2 × 3, ")
    assert page.captions == ["A <b>linear</b> layer"]
    root = read.parsed((site / picture["src"]).read_text("utf-8"))
    assert len(read.numbers(root, "kernel", 44)) == 6
    (other,) = figures(site / "sub" / "page" / "index.html").images
    assert other["alt"] == '"><script>'
    assert (site / "sub" / "page" / other["src"]).read_bytes().startswith(b"\x89PNG")
    assert figures(site / "plain" / "index.html").images == []


@pytest.mark.xdist_group("warm_python")
@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("/?layer=nothing", "Received 'nothing'"),
        ("/?layer=linear\n:colour: red", "Received `colour`"),
        ("/?layer=linear\n:width: wide", "Received 'wide'"),
        ("/?layer=linear\n:format: npz", "Received '.npz'"),
        ("", "Received ''"),
    ],
)
def test_mkdocs_ends_with_a_sentence_that_names_the_page(mkdocs, block, said, tmp_path):
    ran = mkdocs(tmp_path, {"index.md": f"# Tiny\n\n```layerscope\n{block}\n```\n"})
    assert ran.returncode == 1
    assert "index.md: " in ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_picture_is_drawn_once_until_what_it_shows_changes(monkeypatch, tmp_path):
    first = drawn(LINK, {}, folder=tmp_path)

    def again(*_):
        raise AssertionError("It was drawn again.")

    with monkeypatch.context() as context:
        context.setattr("layerscope.documents.run", again)
        assert drawn(LINK, {}, folder=tmp_path) == first
        assert drawn(LINK, {"caption": "Words", "alt": "a"}, folder=tmp_path).path == first.path
        for link, said in ((LINK + "&seed=1", {}), (LINK, {"theme": "dark"})):
            with pytest.raises(AssertionError, match="drawn again"):
                drawn(link, said, folder=tmp_path)
        context.setattr("layerscope.documents._sources", lambda: "another version")
        with pytest.raises(AssertionError, match="drawn again"):
            drawn(LINK, {}, folder=tmp_path)


def test_an_authors_module_is_part_of_what_a_picture_shows(tmp_path):
    module = tmp_path / "mine.py"
    text = "import keras\nclass Mine(keras.layers.Layer):\n    def call(self, x): return {} * x\n"
    link, shown = "/?layer=own.Mine&input=constant", []
    for factor in (2.0, 3.0):
        module.write_text(text.format(factor))
        made = drawn(link, {"only": "outputs"}, folder=tmp_path, layers=str(module))
        root = read.parsed(made.path.read_text("utf-8"))
        shown.append({number for number in read.texts(root) if number in {"2", "3"}})
    assert shown == [{"2"}, {"3"}]
    with pytest.raises(Refusal, match="Received"):
        drawn(link, {}, folder=tmp_path, layers=str(tmp_path / "nowhere.py"))


@pytest.fixture(scope="module")
def examples():
    """Return the code blocks of docs/pictures.md by their language."""
    text = (ROOT / "docs" / "pictures.md").read_text("utf-8")
    found = re.findall(r"^(`{3,})(\w*)\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    return {language: body for _, language, body in reversed(found)}


def test_the_documented_page_of_sphinx_is_built(examples, tmp_path):
    page = f"Tiny\n====\n\n{examples['rst']}"
    command = written_for_sphinx(tmp_path, {"index.rst": page}, examples["python"])
    ran = started(command, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert len(figures(tmp_path / "out" / "index.html").images) == 3


def test_the_documented_page_of_mkdocs_is_built(examples, tmp_path):
    command = written_for_mkdocs(tmp_path, {"index.md": f"# Tiny\n\n{examples['markdown']}"})
    ran = started(command, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert figures(tmp_path / "site" / "index.html").captions == ["One output, and what made it"]


def test_the_documented_recipes_and_commands_are_read(examples, tmp_path):
    path = tmp_path / "pictures.toml"
    path.write_text(examples["toml"])
    assert [recipe.name for recipe in read_recipes(path).recipes] == ["linear.svg", "kernel.png"]
    commands = [shlex.split(line)[3:] for line in examples[""].splitlines()]
    sources = [_parser().parse_args(command).source for command in commands]
    shown = [parameters(source)["layer"] for source in sources]
    assert shown == ["linear"] * (len(shown) - 1) + ["dense"]  # the last is a step of a training
