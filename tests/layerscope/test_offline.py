"""A page that answers offline, as text: what is in it, and what cannot get into it."""

import json
import pickle
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from layers.api.explore import describe, explore
from layerscope.__main__ import main
from layerscope.formats import Options, written
from layerscope.link import parameters
from layerscope.offline import offline_html
from layerscope.run import run
from pictures import bundle
from pictures.describe import names_of
from pictures.page import numbers_in
from views.explore.link import choice_from_link

ROOT = Path(__file__).parents[2]
SMALL = ("/?layer=linear", "/?layer=repeated_dense")
LARGEST = 300_000
HOSTILE = "</script><script>document.title='x'</script><style>*{}</style>\u2028\"'><img src=x>"


def data_in(text):
    found = re.search(r'id="layerscope-page">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


class Tags(HTMLParser):
    """Collects a page's tags with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def named(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module", params=SMALL)
def made(request):
    return run(request.param)


def test_a_small_page_is_small_and_asks_for_nothing(made):
    text = written(made, ".html", Options()).decode()
    assert len(text.encode()) <= LARGEST
    tags = Tags(text)
    addresses = [
        value for _, attrs in tags.tags for name, value in attrs.items() if name in ("src", "href")
    ]
    assert all(value.startswith("data:") for value in addresses)
    assert tags.named("html") == [{"lang": "en", "data-theme": "auto"}]
    (policy,) = [each["content"] for each in tags.named("meta") if "http-equiv" in each]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert f"<title>{made.title}</title>" in text


def test_its_numbers_are_those_of_the_run(made):
    found = numbers_in(written(made, ".html", Options()).decode())
    assert set(names_of(made.block)) <= set(found)
    for name, values in found.items():
        np.testing.assert_array_equal(values, made.tensors[name].values)


def test_the_theme_and_one_tensor_alone(made):
    options = Options(theme="dark", only="kernel", caption=HOSTILE)
    text = written(made, ".html", options).decode()
    tags = Tags(text)
    assert tags.named("html") == [{"lang": "en", "data-theme": "dark"}]
    assert [attrs.get("type") for attrs in tags.named("script")] == ["application/json", None]
    assert tags.named("img") == []
    data = data_in(text)
    assert [each["figure"]["name"] for each in data["figures"]] == ["kernel"]


@pytest.mark.xdist_group("warm_python")
def test_another_process_writes_the_same_bytes(warm_python):
    here = written(run(SMALL[0]), ".html", Options())
    command = ["layerscope", "render", SMALL[0], "-o", "-", "--format", "html"]
    ran = warm_python.run(command, cwd=ROOT)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.encode() == here


def test_check_says_which_numbers_moved(capsys, tmp_path):
    recipes = tmp_path / "pictures.toml"
    recipes.write_text(f"[[picture]]\nname = 'a.html'\nlink = '{SMALL[0]}'\n")
    assert main(["render", str(recipes)]) == 0
    assert main(["render", str(recipes), "--check"]) == 0
    recipes.write_text(f"[[picture]]\nname = 'a.html'\nlink = '{SMALL[0]}&seed=2'\n")
    assert main(["render", str(recipes), "--check"]) == 1
    assert re.search(r"a\.html: inputs\.0\.0 was \S+ and is \S+;", capsys.readouterr().err)
    (tmp_path / "a.html").write_text("<html>")
    assert main(["render", str(recipes), "--check"]) == 1
    assert "it is no such file" in capsys.readouterr().err


def test_sliders_and_time_steps_are_in_the_page():
    text = written(run("/?layer=lstm&time=2"), ".html", Options()).decode()
    data = data_in(text)
    sliders = {each["name"]: (each["most"], each["value"]) for each in data["sliders"]}
    assert sliders["time"] == (3, 2)
    assert len(data["pictures"]) == 4
    planes = [set(each["planes"]) for each in data["figures"] if each["sliders"] == ["at_batch"]]
    assert planes
    assert all(each == {"0", "1"} for each in planes)
    assert "Not in this page" not in text


def test_a_run_too_large_says_what_is_not_in_its_page():
    text = written(run("/?layer=linear&features=64&units=64&batch=32"), ".html", Options()).decode()
    assert "Not in this page, for want of room: the arithmetic of outputs." in text


def test_scripts_that_import_each_other_or_otherwise_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(bundle, "BROWSER", tmp_path)
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = b;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = a;\n')
    with pytest.raises(ValueError, match=r"a\.js → b\.js → a\.js"):
        bundle.bundled("a.js")
    (tmp_path / "c.js").write_text("export class C {}\n")
    with pytest.raises(ValueError, match="export class C"):
        bundle.bundled("c.js")


def test_what_explore_takes_away_is_what_the_command_writes(made):
    link = parameters(made.link)
    choice = choice_from_link(describe(), link)
    explored = explore(**choice.arguments())
    layer, explored = pickle.loads(pickle.dumps((choice.layer, explored)))  # noqa: S301 (ours)
    assert offline_html(layer, explored, link) == written(made, ".html", Options())
