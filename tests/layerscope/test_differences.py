"""What moved between two files, and files that are not what they are called."""

import io
import json

import numpy as np
import pytest

from layerscope.differences import differences


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def as_json(**arrays):
    tensors = {name: {"values": np.asarray(values).tolist()} for name, values in arrays.items()}
    return json.dumps({"tensors": tensors}).encode()


WHOLE = {".npz": npz(kernel=np.arange(3.0)), ".json": as_json(kernel=[0.0, 1.0, 2.0])}


@pytest.mark.parametrize("ending", WHOLE)
def test_the_cell_that_moved_is_named(ending):
    other = {".npz": npz, ".json": as_json}[ending](kernel=np.array([0.0, 1.5, 2.0]))
    assert differences(ending, WHOLE[ending], WHOLE[ending]) == ""
    assert differences(ending, WHOLE[ending], other) == "kernel.1 was 1 and is 1.5"


@pytest.mark.parametrize(
    ("ending", "there"),
    [
        (".npz", b""),
        (".npz", WHOLE[".npz"][:40]),
        (".npz", WHOLE[".npz"][:-30]),
        (".npz", b"PK\x03\x04 and no more"),
        (".npz", b"words"),
        (".npz", b"\x93NUMPY\x01\x00"),
        (".json", b""),
        (".json", b"[]"),
        (".json", b"5"),
        (".json", b"null"),
        (".json", b"\xff\xfe\x00"),
        (".json", b'{"tensors": []}'),
        (".json", b'{"tensors": {"kernel": 1}}'),
        (".json", b'{"tensors": {"kernel": {"values": [[1], [2, 3]]}}}'),
        (".json", WHOLE[".json"][:-5]),
        (".svg", b""),
        (".svg", b"<svg"),
    ],
)
def test_a_file_that_was_cut_off_or_is_another_is_said_to_be_no_such_file(ending, there):
    new = WHOLE.get(ending, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert differences(ending, there, new) == "it is no such file as is written here"
