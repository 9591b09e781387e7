"""Large files and large models: what is read is what is shown, and no more is held."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from layers.model_files import hdf5
from layers.model_files.read import array
from tests.layers.model_files.families import opened, source

MEGABYTE = 2**20
ROWS, COLUMNS = 13_000, 10_000  # 520 MB as float32

MEASURE = """
import json, resource, sys
from pathlib import Path
from layers.networks.running import runnable
from layers.api import models as models_api
from layers.model_files import reader
from layers.model_files.model import FileSource

def memory(what):
    if not Path("/proc/self/status").exists():  # elsewhere only the peak since the start is told
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return 1024 * int(line.split()[1])

# The readings run in this process, so that their memory is measured with the rest.
reader.run = lambda name, function, *arguments, **named: function(*arguments, **named)
path = Path(sys.argv[1])
before = memory("VmRSS")
if Path("/proc/self/clear_refs").exists():
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the imports
source = FileSource(path=str(path), name=path.name, stamp=(0, 0))
model = models_api.open_model(source)
layer = next(layer for layer in model.layers if layer.weights)
weight = layer.weights[0]
view = models_api.view_weight(source, weight)
cells = models_api.window(source, weight, part=0, row=12_000, column=9_000, span=32)
models_api.count(source, (weight,), ((-4, 4),))
print(json.dumps({
    "above": memory("VmHWM") - before,
    "size": view.statistics.size,
    "picture": view.nbytes,
    "corner": float(cells.values[0, 0]),
}))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> dict[str, Path]:
    """Make a file of 520 MB in three formats; random numbers, a slice at a time."""
    folder = tmp_path_factory.mktemp("large")
    draw = np.random.default_rng(0)
    weights = folder / "large.weights.h5"
    with h5py.File(weights, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.attrs["name"] = "dense"
        kernel = group.create_dataset("0", (ROWS, COLUMNS), "f4")
        for row in range(0, ROWS, 1000):
            kernel[row : row + 1000] = draw.standard_normal((1000, COLUMNS), "f4")
        kernel[12_000, 9_000] = 42
    layer = {"class_name": "Dense", "config": {"name": "dense", "units": COLUMNS}}
    config = {"class_name": "Sequential", "config": {"layers": [layer]}}
    archive = folder / "large.keras"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("config.json", json.dumps(config))
        file.write(weights, "model.weights.h5")
    head = {"dense.kernel": {"dtype": "F32", "shape": [ROWS, COLUMNS]}}
    head["dense.kernel"]["data_offsets"] = [0, 4 * ROWS * COLUMNS]
    plain = folder / "large.safetensors"
    with plain.open("wb") as stream, h5py.File(weights) as file:
        text = json.dumps(head).encode()
        stream.write(len(text).to_bytes(8, "little") + text)
        for row in range(0, ROWS, 1000):
            stream.write(file["layers/dense/vars/0"][row : row + 1000].tobytes())
    return {path.suffix: path for path in (weights, archive, plain)}


@pytest.mark.xdist_group("large")
@pytest.mark.parametrize("form", [".h5", ".keras", ".safetensors"])
def test_half_a_gigabyte_is_shown_within_200_megabytes(large, form):
    path = large[form]
    assert path.stat().st_size > 500_000_000
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["size"] == ROWS * COLUMNS
    assert found["corner"] == 42
    assert found["above"] > 0
    assert found["above"] <= 200 * MEGABYTE
    assert found["picture"] <= 4 * 256 * 256 * 4  # four reductions, whatever the weight's size
    path.unlink()


def many(path: Path, count: int) -> Path:
    with h5py.File(path, "w") as file:
        for at in range(count):
            group = file.create_group(f"layers/dense_{at}/vars")
            group.attrs["name"] = f"dense_{at}"
            group["0"] = np.full((2, 3), at, "f4")
    return path


def test_showing_one_layer_touches_no_other_however_many_there_are(tmp_path, monkeypatch):
    touched = []
    child = hdf5.SafeHdf5.child

    def counted(self, group, key):
        touched.append(key)
        return child(self, group, key)

    steps = {}
    for count in (10, 1000):
        path = many(tmp_path / f"{count}.weights.h5", count)
        layer = opened(path).layers[-1]
        monkeypatch.setattr(hdf5.SafeHdf5, "child", counted)
        touched.clear()
        with array(source(path), layer.weights[0].where) as numbers:
            assert numbers.read((slice(0, 1), slice(0, 1))) == count - 1
        steps[count] = len(touched)
        monkeypatch.undo()
    assert steps[10] == steps[1000]
