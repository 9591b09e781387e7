"""Links rendered, TensorFlow and all: the files say the run's own numbers."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from layers.catalog.registry import NAMES, get
from layers.forward import run as run_layer
from layerscope.__main__ import main
from layerscope.refusal import CANNOT_DRAW, CANNOT_WRITE, DIFFERS, WRONG_REQUEST
from tests.layerscope.test_refusals import refused
from tests.pictures import read

LINK = "/?layer=linear&features=3&units=2&batch=2&seed=5&cell=outputs.1.0"


@pytest.fixture(scope="module")
def trace():
    """Return the run that LINK asks for, made without the command."""
    return run_layer(get("linear"), {"features": 3, "units": 2}, batch=2, seed=5, source="normal")


def test_an_svg_says_the_numbers_of_the_run(tmp_path, trace):
    target = tmp_path / "linear.svg"
    assert main(["render", LINK, "-o", str(target)]) == 0
    root = read.parsed(target.read_text())
    for name in ("inputs", "kernel", "bias", "outputs"):
        values = np.atleast_2d(trace[name])
        shown = read.numbers(root, name, 44)
        assert len(shown) == values.size
        for at, text in shown.items():
            assert float(text.replace("−", "-")) == pytest.approx(float(values[at]), abs=0.0051)
    low, high = (
        f"{end:.3g}".replace("-", "−") for end in (trace["outputs"].min(), trace["outputs"].max())
    )
    assert f"outputs, 2 × 2, values {low} to {high}" in root[1].text
    product = float(trace["inputs"][1].astype(float) @ trace["kernel"][:, 0].astype(float))
    assert f"= {product:.6g}".replace("-", "−") in root[1].text
    assert list(tmp_path.iterdir()) == [target]


def test_npz_and_json_hold_all_tensors_exactly(tmp_path, trace):
    for ending in ("npz", "json"):
        assert main(["render", LINK, "-o", str(tmp_path / f"x.{ending}")]) == 0
    arrays = np.load(tmp_path / "x.npz")
    document = json.loads((tmp_path / "x.json").read_text())
    assert set(arrays) == set(document["tensors"]) == set(trace.tensors)
    for name, tensor in trace.tensors.items():
        np.testing.assert_array_equal(arrays[name], tensor.values)
        told = document["tensors"][name]
        np.testing.assert_array_equal(np.array(told["values"], "float32"), tensor.values)
        assert told["axes"] == list(tensor.axes)
    assert document["pin"]["cell"] == "outputs.1.0"


def test_one_tensor_to_standard_output_and_its_words(capfdbinary):
    assert main(["render", LINK, "-o", "-", "--only", "kernel", "--alt", "--theme", "dark"]) == 0
    out, err = capfdbinary.readouterr()
    assert [
        f.get("data-tensor") for f in read.parsed(out).iter(f"{read.SVG}g") if f.get("data-tensor")
    ] == ["kernel"]
    assert err.decode().startswith("Linear. kernel, 3 × 2, values ")
    assert main(["render", LINK, "-o", "-", "--format", "npz", "--only", "bias"]) == 0
    assert list(np.load(io.BytesIO(capfdbinary.readouterr()[0]))) == ["bias"]


def test_alt_alone_is_printed(capsys):
    assert main(["render", LINK, "--alt", "--caption", "Two units."]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Linear. inputs · kernel + bias = outputs. inputs, 2 × 3, values ")
    assert said.endswith("Two units.\n")


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_has_every_kind_of_picture(name, ending, tmp_path):
    target = tmp_path / f"x.{ending}"
    assert main(["render", f"/?layer={name}", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(
        {"svg": b"<svg ", "png": b"\x89PNG", "pdf": b"%PDF"}[ending]
    )


def test_another_process_writes_the_same_bytes(tmp_path):
    for ending in ("svg", "png", "pdf", "json", "npz"):
        assert main(["render", LINK, "-o", str(tmp_path / f"here.{ending}")]) == 0
    recipes = "".join(
        f"[[picture]]\nname = 'there.{ending}'\nlink = '{LINK}'\n"
        for ending in ("svg", "png", "pdf", "json", "npz")
    )
    (tmp_path / "pictures.toml").write_text(recipes)
    command = [sys.executable, "-W", "error", "-m", "layerscope", "render"]
    ran = subprocess.run(
        [*command, str(tmp_path / "pictures.toml")],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONHASHSEED": "7",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        cwd=tmp_path,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    for ending in ("svg", "png", "pdf", "json", "npz"):
        assert (tmp_path / f"here.{ending}").read_bytes() == (
            tmp_path / f"there.{ending}"
        ).read_bytes()


@pytest.mark.parametrize(
    ("link", "received"),
    [
        ("/?layer=linaer", "'linaer'"),
        ("/?layer=linear&unit=3", "Try `units`"),
        ("/?layer=linear&units=many", "'many'"),
        ("/?layer=linear&units=0", "'0'"),
        ("/?layer=linear&cell=outputs.9.9", "`outputs.9.9`"),
        ("/?layer=linear&cell=nothing.0", "`nothing.0`"),
        ("/?layer=linear&edits=bias.99=1", "bias.99"),
        ("/?layer=linear&input=upload", "'upload'"),
        ("/?layer=own.Mine", "`own.Mine` alone. Add `--layers"),
    ],
)
def test_what_a_link_asks_for_and_there_is_not(link, received, capsys, tmp_path):
    status, said = refused(capsys, "render", link, "-o", str(tmp_path / "x.svg"))
    assert status == WRONG_REQUEST
    assert received in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-o", "x.png", "--theme", "auto"], WRONG_REQUEST),
        (["-o", "x.svg", "--only", "nothing"], WRONG_REQUEST),
        (["-o", "nowhere/x.svg"], CANNOT_WRITE),
    ],
)
def test_what_cannot_be_written(options, expected, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, "render", LINK, *options)[0] == expected
    assert list(tmp_path.iterdir()) == []


def test_a_vector_picture_that_would_be_too_large_offers_a_png(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    link = "/?layer=mlp_block&features=256&width_1=256&width_2=256&width_3=256&batch=64"
    monkeypatch.setattr("pictures.files.LARGEST_VECTOR", 100_000)
    for ending in ("svg", "pdf"):
        status, said = refused(capsys, "render", link, "-o", f"x.{ending}")
        assert status == CANNOT_DRAW
        assert "at most 100,000 bytes" in said
        assert "Write a PNG" in said
    assert list(tmp_path.iterdir()) == []
    assert main(["render", link, "-o", "x.png", "--scale", "1"]) == 0


def test_check_says_which_numbers_moved(capsys, tmp_path):
    recipe = "[[picture]]\nname = 'x.{}'\nlink = '{}'\n"
    path = tmp_path / "pictures.toml"

    def write(seed):
        link = LINK.replace("seed=5", f"seed={seed}")
        path.write_text(
            "".join(recipe.format(e, link) for e in ("svg", "png", "json", "npz", "pdf"))
        )

    write(5)
    assert main(["render", str(path), "--check"]) == DIFFERS
    assert capsys.readouterr().err.count("it is not there") == 5
    assert main(["render", str(path)]) == 0
    assert main(["render", str(path), "--check"]) == 0
    assert capsys.readouterr().err == ""
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    write(6)
    before["pictures.toml"] = path.read_bytes()
    assert main(["render", str(path), "--check"]) == DIFFERS
    lines = {Path(line.split(": ")[0]).name: line for line in capsys.readouterr().err.splitlines()}
    assert "inputs at row 0, column 0 was " in lines["x.svg"]
    assert "inputs.0.0 was " in lines["x.json"]
    assert "inputs.0.0 was " in lines["x.npz"]
    assert "sentence 1" in lines["x.png"] or "sentence 3" in lines["x.png"]
    assert "x.pdf" in lines
    assert before == {file.name: file.read_bytes() for file in tmp_path.iterdir()}


def test_an_authors_own_layer_is_drawn(tmp_path):
    module = tmp_path / "mine.py"
    module.write_text(
        "import keras\n\n\nclass Twice(keras.layers.Layer):\n    def call(self, inputs):\n"
        "        return 2.0 * inputs\n"
    )
    target = tmp_path / "twice.npz"
    link = "/?layer=own.Twice"
    assert main(["render", link, "--layers", str(module), "-o", str(target)]) == 0
    arrays = np.load(target)
    np.testing.assert_array_equal(arrays["outputs"], 2 * arrays["inputs"])


def test_a_module_that_cannot_be_read(capsys, tmp_path):
    options = ["-o", str(tmp_path / "x.svg"), "--layers", str(tmp_path / "none.py")]
    assert refused(capsys, "render", "/?layer=own.Twice", *options)[0] == WRONG_REQUEST
