"""The process that reads files: what hangs or kills it is a sentence, and the next file is read."""

from __future__ import annotations

import io
import os
import struct
import sys
import time
import zipfile
from collections.abc import Iterator

import h5py
import numpy as np
import pytest

from layers.inputs.fields import BadInputError
from layers.model_files import read, reader
from tests.layers.model_files.families import opened, source
from tests.layers.model_files.test_hostile import SENTENCE


@pytest.fixture(autouse=True, scope="module")
def ended() -> Iterator[None]:
    yield
    reader.end()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "good.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.arange(6, dtype="f4").reshape(2, 3)
    return source(path)


def test_files_are_read_in_one_process_of_their_own(file):
    pid = reader.run("x", os.getpid)
    assert pid != os.getpid()
    np.testing.assert_array_equal(
        reader.apply([(file, "/layers/dense/vars/0")], reader.whole), [[0, 1, 2], [3, 4, 5]]
    )
    assert reader.run("x", os.getpid) == pid
    # What a file's bytes are handed to must start in a moment, and TensorFlow does not.
    assert reader.run("x", eval, "'tensorflow' in __import__('sys').modules") is False


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(60)", "within 0.5 seconds"),
        ("import os; os.abort()", "a crash of the library"),
        ("bytes(2**31)", "bytes of memory"),
    ],
    ids=["hangs", "crashes", "takes too much memory"],
)
def test_a_file_that_takes_the_process_with_it_is_a_sentence(monkeypatch, file, code, words):
    if "bytes(" in code and sys.platform != "linux":
        pytest.skip("the limit is the kernel's")
    reader.run("x", os.getpid)
    monkeypatch.setattr(reader, "TIME_LIMIT", 0.5 if "sleep" in code else 30)
    started = time.monotonic()
    with pytest.raises(BadInputError, match=words) as refusal:
        reader.run("bad.h5", exec, code)
    assert SENTENCE.fullmatch(str(refusal.value))
    assert "`bad.h5`" in str(refusal.value)
    assert time.monotonic() - started < 30
    monkeypatch.setattr(reader, "TIME_LIMIT", 30)
    assert reader.run(file.name, read.index, file).parameters == 6


def test_an_array_in_memory_needs_no_process(monkeypatch):
    monkeypatch.setattr(reader, "run", None)
    np.testing.assert_array_equal(reader.apply([np.ones(3)], reader.whole), np.ones(3))


def test_half_a_character_in_a_name_becomes_a_question_mark(tmp_path):
    """JSON can write half of a surrogate pair, and no page can."""
    archive = tmp_path / "odd.keras"
    config = (
        r'{"class_name": "Sequential", "config": {"name": "m", "layers": '
        r'[{"class_name": "Dense", "config": {"name": "a\ud800b", "note": "\uDFFF"}}]}}'
    )
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = np.ones(3, "f4")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("config.json", config)
        file.writestr("model.weights.h5", weights.getvalue())
    (layer,) = opened(archive).layers
    assert (layer.name, layer.path, layer.settings["note"]) == ("a?b", "a?b", "?")
    plain = tmp_path / "odd.safetensors"
    header = rb'{"a\ud800.w": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}'
    plain.write_bytes(struct.pack("<Q", len(header)) + header + b"\x01\x02")
    (layer,) = opened(plain).layers
    assert layer.path == "a?"
    with read.array(source(plain), layer.weights[0].where) as array:
        assert reader.whole(array).tolist() == [1, 2]


def test_a_name_of_bytes_that_are_no_text_is_refused(tmp_path):
    path = tmp_path / "odd.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_group(b"layers/d\xff")
    with pytest.raises(BadInputError) as refusal:
        opened(path)
    assert SENTENCE.fullmatch(str(refusal.value))
