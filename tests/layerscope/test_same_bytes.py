"""The same link makes the same bytes, whoever asks for it, from wherever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from layerscope.__main__ import main

ROOT = Path(__file__).parents[2]
LINKS = {
    "equation": "/?layer=linear&units=3&cell=outputs.1.2&edits=inputs.0.0=2",
    "graph": "/?layer=lstm&shape=1,2,2&units=2",
    "image": "/?layer=linear&features=100&batch=64&units=4",
}
ENDINGS = ("svg", "png", "pdf", "json", "npz")
ELSEWHERE = {
    "another place": {
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "POSIX",
        "PYTHONHASHSEED": "12345",
        "HOME": "/nowhere",
        "USER": "somebody",
        "COLUMNS": "40",
    },
    "no UTF-8": {
        "TZ": "America/St_Johns",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "SOURCE_DATE_EPOCH": "1",
    },
}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Return a folder with recipes, and the pictures that this process makes of them."""
    folder = tmp_path_factory.mktemp("here")
    recipe = "[[picture]]\nname = '{}.{}'\nlink = '{}'\n"
    made = [recipe.format(name, end, link) for name, link in LINKS.items() for end in ENDINGS]
    (folder / "recipes.toml").write_text("".join(made))
    assert main(["render", str(folder / "recipes.toml")]) == 0
    return folder


@pytest.mark.xdist_group("same_bytes")
@pytest.mark.parametrize("where", ELSEWHERE)
def test_another_process_elsewhere_makes_the_same_bytes(where, here, tmp_path):
    (tmp_path / "recipes.toml").write_bytes((here / "recipes.toml").read_bytes())
    subprocess.run(
        [sys.executable, "-m", "layerscope", "render", "recipes.toml"],
        cwd=tmp_path,
        env={**os.environ, **ELSEWHERE[where], "PYTHONPATH": str(ROOT)},
        umask=0o077,
        check=True,
    )
    for name in LINKS:
        for ending in ENDINGS:
            file = f"{name}.{ending}"
            assert (tmp_path / file).read_bytes() == (here / file).read_bytes(), file
