"""TensorFlow starts without what nobody needs, and leaves the process as any import does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import gc, json, sys
from layers.tensorflow_start import import_tensorflow
if {collects}: gc.enable()
else: gc.disable()
import_tensorflow(ours={ours})
found = {{"pandas": "pandas" in sys.modules, "collects": gc.isenabled()}}
found["kept"] = gc.get_freeze_count() > 0
import pandas, keras, tensorflow
from keras.src.trainers.data_adapters import array_slicing
found["table"] = pandas.DataFrame({{"a": [1, 2]}}).shape
found["keras"] = array_slicing.pandas is not None
layer = keras.layers.Dense(2)
found["outputs"] = tuple(layer(tensorflow.ones((1, 3))).shape)
print(json.dumps(found))
"""


@pytest.mark.parametrize(("ours", "collects"), [(True, True), (False, True), (True, False)])
def test_pandas_is_left_out_of_our_processes_and_is_there_for_who_imports_it(
    ours: bool, collects: bool
):
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(ours=ours, collects=collects)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "pandas": not ours,
        "collects": collects,
        "kept": ours,
        "table": [2, 1],
        "keras": not ours,
        "outputs": [1, 2],
    }
