"""The documents, held to what is there: tables, commands, and "add a layer" followed literally."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layers.catalog.registry import NAMES

ROOT = Path(__file__).parents[1]

SHOW = """
import subprocess, sys
from streamlit.testing.v1 import AppTest

page = AppTest.from_file("app.py", default_timeout=120)
page.query_params["layer"] = "scale"
page.query_params["features"] = "4"
page.run()
assert not page.exception and not page.error, (page.exception, page.error)
assert page.radio(key="layer").value == "scale"
page.session_state["ls.code"] = True
page.run()
shown = page.code[0].value
assert "class Scale" in shown
command = [sys.executable, "-I", "-c", shown]
ran = subprocess.run(command, capture_output=True, text=True, check=True)
assert ran.stdout.split()[0].startswith("[[2."), ran.stdout
from pages.shared.workers import workers
workers().shutdown(wait=False)
print("shown")
"""


def test_readme_lists_every_registered_layer_and_no_other():
    rows = re.findall(r"^\| \[`(\w+)`\]\((\S+)\)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(NAMES)
    for _, path in rows:
        assert (ROOT / path).is_file()


def test_documents_name_only_make_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md", "docs/deploy.md"):
        text = (ROOT / document).read_text()
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named
        assert named <= targets


def test_documents_link_only_to_files_that_exist():
    for document in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/pictures.md",
        "docs/present.md",
        "docs/deploy.md",
    ):
        blocks = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
        text = blocks.sub("", (ROOT / document).read_text())
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / document).parent / target).exists(), f"{document} links to {target}"


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """Return a copy of the project to which CONTRIBUTING's layer was added as it says."""
    copy = tmp_path_factory.mktemp("layerscope") / "project"
    ignored = shutil.ignore_patterns(".venv", ".git", "node_modules", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=ignored)
    text = (copy / "CONTRIBUTING.md").read_text()
    (file,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (line,) = re.findall(r"```\n( +\S+\n)```", text)
    path = re.search(r"\*\*1\. The file\*\*, `([^`]+)`", text)
    assert path
    (copy / path[1]).write_text(file)
    registry = copy / "layers" / "catalog" / "registry.py"
    before = registry.read_text()
    registry.write_text(before.replace("NAMES = (\n", f"NAMES = (\n{line}", 1))
    assert len(registry.read_text().splitlines()) == len(before.splitlines()) + 1
    return copy


@pytest.mark.xdist_group("extended")
def test_a_layer_added_as_contributing_says_keeps_the_contract(extended):
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-k", "scale", "-p", "no:randomly"),
            *("tests/layers/catalog/test_contract.py", "layers/catalog/scale.py"),
        ],
        cwd=extended,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert re.search(r"\b[1-9]\d* passed", ran.stdout)


@pytest.mark.xdist_group("extended")
def test_a_layer_added_as_contributing_says_is_on_the_page_with_its_code(extended):
    ran = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=extended,
        env={**os.environ, "LAYERSCOPE_WORKERS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip().endswith("shown"), ran.stderr[-3000:]
