"""Files that nobody should trust: each refused in a sentence, nothing run, nothing followed."""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.inputs.fields import BadInputError
from layers.model_files import reader
from layers.model_files.read import array
from tests.layers.model_files.families import dense, opened, saved, source, values, whole
from tests.layers.model_files.fuzz import read_damaged
from tests.layers.model_files.test_read import safetensors

SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\d]", re.DOTALL)
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, bytes]:
    """Return honest files of every kind, as bytes."""
    folder = tmp_path_factory.mktemp("good")
    model = dense()
    with pytest.warns(DeprecationWarning, match="__array__"):
        found = {
            form: saved(model, folder / f"model{form}").read_bytes()
            for form in (".keras", ".h5", ".weights.h5")
        }
    found[".safetensors"] = safetensors({"a.weight": ("F32", np.ones((3, 4), "f4"))})
    return found


def written(folder: Path, data: bytes, name: str = "model.keras") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def said(act) -> str:
    """Do something, and return the sentence with which it was refused; empty where it was not."""
    sentence = ""
    try:
        act()
    except BadInputError as refusal:
        sentence = str(refusal)
    assert not sentence or SENTENCE.fullmatch(sentence), sentence
    return sentence


def refused(path: Path, *words: str) -> str:
    sentence = said(lambda: opened(path))
    assert sentence
    for word in words:
        assert word in sentence
    return sentence


def repacked(
    data: bytes, *, leave: str = "", add: dict[str, bytes] | None = None, how: int = 0
) -> bytes:
    """Return a .keras file with members left out, replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", how) as new:
        kept = {n: old.read(n) for n in old.namelist() if n != leave}
        for name, content in {**kept, **(add or {})}.items():
            new.writestr(name, content)
    return stream.getvalue()


def hdf5(fill) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def layer_group(file: h5py.File) -> h5py.Group:
    return file.create_group("layers/dense/vars")


# --- Not a model, or not all of it


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["an empty file"]),
        (b"hello, this is text", ["starts with"]),
        (b"PK\x03\x04", ["whole zip"]),
        (b"\x89HDF\r\n\x1a\n", ["whole HDF5"]),
        (struct.pack("<Q", 2**39) + b"{}", ["header of at most"]),
        (struct.pack("<Q", 2) + b"{]", ["header in JSON"]),
        (struct.pack("<Q", 8) + b'{"a": 1}', ["named tensors"]),
        (struct.pack("<Q", 2) + b"{}", ["layers"]),
        (hdf5(lambda _: None), ["layer_names"]),
        (hdf5(lambda file: file.create_dataset("x", data=[1.0])), ["layer_names"]),
    ],
)
def test_what_is_no_model_is_said(tmp_path, data, words):
    refused(written(tmp_path, data), *words)


@pytest.mark.parametrize("form", [".keras", ".h5", ".weights.h5", ".safetensors"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_a_file_that_was_cut_off_is_said_or_read_as_far_as_it_goes(tmp_path, good, form, share):
    data = good[form]
    path = written(tmp_path, data[: int(len(data) * share)], f"model{form}")
    if said(lambda: opened(path)):
        return
    problems = [weight.problem for layer in opened(path).layers for weight in layer.weights]
    assert form == ".safetensors"  # whose tensors are checked one by one
    assert any(problems)


@pytest.mark.parametrize("member", ["config.json", "model.weights.h5"])
def test_a_member_that_is_absent_is_named(tmp_path, good, member):
    refused(written(tmp_path, repacked(good[".keras"], leave=member)), member)


@pytest.mark.parametrize(
    "text", [b"{", b"[]", b"null", b"{}", b'{"class_name": 3}', b"[" * 100_000, b"\xff\xfe"]
)
def test_a_configuration_that_is_none_is_said(tmp_path, good, text):
    refused(written(tmp_path, repacked(good[".keras"], add={"config.json": text})), "configuration")


# --- Zips


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/etc/evil", "a/../../b", "..\\evil", "C:/evil"]
)
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path, good, name):
    data = repacked(good[".keras"], add={name: b"x"})
    refused(written(tmp_path, data), "inside the zip")
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path, good):
    data = repacked(good[".keras"], add={"bomb": bytes(2**27)}, how=zipfile.ZIP_DEFLATED)
    assert len(data) < 2**20
    refused(written(tmp_path, data), "134,217,728")


def test_a_bomb_that_lies_about_its_size_is_not_believed(tmp_path, good):
    data = bytearray(
        repacked(good[".keras"], add={"config.json": b"{" + b" " * 2**24}, how=zipfile.ZIP_DEFLATED)
    )
    claimed = struct.pack("<I", 2**24 + 1)
    while (at := data.find(claimed)) >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
    refused(written(tmp_path, bytes(data)))


def test_a_deflated_file_is_read_too(tmp_path, good):
    path = written(tmp_path, repacked(good[".keras"], how=zipfile.ZIP_DEFLATED))
    plain = written(tmp_path, good[".keras"], "plain.keras")
    assert opened(path).layers == opened(plain).layers
    ours, theirs = (values(p, opened(p).layers[0]) for p in (path, plain))
    np.testing.assert_array_equal(ours["kernel"], theirs["kernel"])


def test_a_name_twice_in_a_zip_is_refused(tmp_path, good):
    stream = io.BytesIO(good[".keras"])
    with zipfile.ZipFile(stream, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("config.json", "{}")
    refused(written(tmp_path, stream.getvalue()), "twice")


# --- HDF5


def test_links_to_elsewhere_are_never_followed(tmp_path):
    other = tmp_path / "other.h5"
    other.write_bytes(hdf5(lambda f: f.create_dataset("secret", data=[42.0])))
    for link in (h5py.ExternalLink(str(other), "/secret"), h5py.SoftLink("/layers/dense")):

        def fill(file, link=link):
            layer_group(file)["0"] = link

        refused(written(tmp_path, hdf5(fill)), "link to elsewhere", "never followed")


def test_virtual_and_external_datasets_are_never_followed(tmp_path):
    other = tmp_path / "other.h5"
    other.write_bytes(hdf5(lambda f: f.create_dataset("secret", data=np.full(4, 42.0, "f4"))))
    raw = tmp_path / "raw.bin"
    raw.write_bytes(bytes(16))
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        group = layer_group(file)
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource(str(other), "secret", shape=(4,))
        group.create_virtual_dataset("0", layout)
        group.create_dataset("1", (4,), "f4", external=[(str(raw), 0, 16)])
    (layer,) = opened(path).layers
    for weight in layer.weights:
        assert "never followed" in weight.problem
        with pytest.raises(BadInputError), array(source(path), weight.where) as numbers:
            whole(numbers)


@pytest.mark.parametrize("chunks", [None, (1024, 1024)])
def test_a_dataset_that_claims_to_be_huge_is_refused_by_its_header(tmp_path, chunks):
    def fill(file):
        layer_group(file).create_dataset("0", (2**20, 2**20), "f4", chunks=chunks)

    path = written(tmp_path, hdf5(fill), "model.h5")
    assert path.stat().st_size < 2**16
    (layer,) = opened(path).layers
    assert "4,398,046,511,104 bytes" in layer.weights[0].problem
    with pytest.raises(BadInputError), array(source(path), layer.weights[0].where) as numbers:
        whole(numbers)


def test_a_dataset_of_one_repeated_number_packed_small_is_refused(tmp_path):
    def fill(file):
        layer_group(file).create_dataset("0", data=np.zeros(2**25, "f4"), compression="gzip")

    (layer,) = opened(written(tmp_path, hdf5(fill), "model.h5")).layers
    assert "stored in the file" in layer.weights[0].problem


def test_a_compressed_dataset_of_real_numbers_is_read(tmp_path):
    numbers = np.random.default_rng(0).normal(size=(100, 100)).astype("f4")

    def fill(file):
        layer_group(file).create_dataset("0", data=numbers, compression="gzip", shuffle=True)

    path = written(tmp_path, hdf5(fill), "model.h5")
    np.testing.assert_array_equal(values(path, opened(path).layers[0])["kernel"], numbers)


def test_a_group_within_itself_ends(tmp_path):
    def fill(file):
        group = layer_group(file).parent
        group["again"] = group

    refused(written(tmp_path, hdf5(fill), "model.h5"), "deep")


@pytest.mark.parametrize(
    "dtype", [h5py.string_dtype(), np.dtype([("a", "f4"), ("b", "i4")]), "c8", h5py.ref_dtype, "V7"]
)
def test_other_types_are_said_and_the_rest_is_shown(tmp_path, dtype):
    def fill(file):
        group = layer_group(file)
        group.create_dataset("0", (2,), dtype)
        group.create_dataset("1", data=np.ones(3, "f4"))

    path = written(tmp_path, hdf5(fill), "model.h5")
    (layer,) = opened(path).layers
    assert SENTENCE.fullmatch(layer.weights[0].problem)
    assert layer.weights[1].problem == ""
    assert layer.parameters == 5


def test_weights_of_no_size_are_shown(tmp_path):
    def fill(file):
        group = layer_group(file)
        group.create_dataset("0", (0, 4), "f4")
        group.create_dataset("1", (), "f4", data=3.0)

    path = written(tmp_path, hdf5(fill), "model.h5")
    (layer,) = opened(path).layers
    held = values(path, layer)
    assert [v.shape for v in held.values()] == [(0, 4), ()]


# --- What would run on loading


def test_a_model_that_runs_code_on_loading_is_read_and_runs_nothing(tmp_path):
    mark = tmp_path / "it ran"

    name = str(mark)
    evil = keras.layers.Lambda(lambda x: (__import__("os").makedirs(name, exist_ok=True), x)[1])
    model = keras.Sequential([keras.Input((3,)), evil, keras.layers.Dense(2)])
    mark.rmdir()  # building it ran it
    path = saved(model, tmp_path / "model.keras")
    found = opened(path)
    for layer in found.layers:
        values(path, layer)
    assert [layer.kind for layer in found.layers] == ["Lambda", "Dense"]
    assert not mark.exists()
    loaded = keras.models.load_model(path, safe_mode=False)  # so that we know that it would have
    loaded.predict(np.ones((1, 3)), verbose=0)
    assert mark.exists()


def test_a_class_named_in_a_configuration_is_not_imported(tmp_path, good):
    config = {
        "module": "antigravity",
        "class_name": "Popen",
        "registered_name": "subprocess>Popen",
        "config": {
            "name": "x",
            "layers": [
                {"module": "os", "class_name": "system", "config": {"name": "y", "command": "true"}}
            ],
        },
    }
    data = repacked(good[".keras"], add={"config.json": json.dumps(config).encode()})
    found = opened(written(tmp_path, data))
    assert found.layers[0].kind == "system"
    assert "antigravity" not in sys.modules


def test_names_with_markup_in_them_come_through_as_text(tmp_path, good):
    name = '<img src=x onerror="alert(1)"> **b** `c`'
    config = {
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": name, "config": {"name": name}}] * 2},
    }
    data = repacked(good[".keras"], add={"config.json": json.dumps(config).encode()})
    found = opened(written(tmp_path, data))
    assert found.layers[0].name == name
    assert len({layer.path for layer in found.layers}) == len(found.layers)


# --- Fuzz


@pytest.mark.parametrize("form", [".keras", ".h5", ".weights.h5", ".safetensors"])
def test_damaged_headers_are_sentences_or_read(tmp_path, good, form):
    """In the reading process, as in the app: the HDF5 library may hang or crash, and no more."""
    for seed in range(80):
        sentence = said(
            lambda seed=seed: reader.run("damaged", read_damaged, good[form], str(tmp_path), seed)
        )
        assert "no answer" not in sentence, seed
        if form == ".safetensors":
            assert "crash" not in sentence, seed
    reader.end()


@given(header=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_for_a_safetensors_header_are_a_sentence(tmp_path_factory, header):
    path = written(tmp_path_factory.mktemp("fuzz"), struct.pack("<Q", len(header)) + header, "m")
    said(lambda: opened(path))


@pytest.mark.parametrize(
    "tensor",
    [
        {},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 9]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]},
        {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": "2", "data_offsets": [0, 8]},
        {"dtype": "C64", "shape": [1], "data_offsets": [0, 8]},
        {"dtype": [], "shape": [1], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1] * 40, "data_offsets": [0, 4]},
    ],
)
def test_a_tensor_that_lies_is_said_beside_one_that_does_not(tmp_path, tensor):
    head = json.dumps(
        {"bad": tensor, "good.w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    ).encode()
    path = written(tmp_path, struct.pack("<Q", len(head)) + head + bytes(8), "m.safetensors")
    entries = {w.where: w for layer in opened(path).layers for w in layer.weights}
    assert SENTENCE.fullmatch(entries["bad"].problem)
    assert entries["good.w"].problem == ""
