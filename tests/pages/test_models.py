"""The Models page: the post's network, files of one's own, and every view of them."""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from layers.api import models as models_api
from layers.model_files.model import WeightEntry
from layers.networks.small_cnn import FIELDS, CnnSource, checked
from pages.models import progress, weights
from pages.shared.session import widget_key
from pages.shared.workers import workers
from tests.layers.model_files.make import FILES, make
from tests.pages.models_session import bring, facts, summary, texts, uploaded, visited
from tests.pages.session import (
    assert_one_complaint,
    assert_sound,
    complaints,
    drawn,
    figures,
    opened,
    sent,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """Return model files that Keras saved, by name."""
    folder = make(tmp_path_factory.mktemp("models"))
    return {name: folder / name for name in FILES}


def weight(path: str, **values) -> np.ndarray:
    """Return a whole weight of the post's network, straight from a worker."""
    source = CnnSource(tuple(checked(values).items()), 0)
    index = workers().submit(models_api.open_model, source).result()
    layer, _, name = path.rpartition("/")
    entry: WeightEntry = next(w for w in index.layer(layer).weights if w.name == name)
    data = workers().submit(models_api.npy, source, entry).result().data
    return np.load(io.BytesIO(data))


def notes(session: AppTest) -> str:
    return " ".join(note.value for note in session.info)


# --- The post's network


def test_the_summary_has_the_posts_numbers():
    session = visited()
    assert_sound(session)
    rows = summary(session)
    assert [(row["name"], row["kind"]) for row in rows.values()] == [
        ("conv2d", "Conv2D"),
        ("max_pooling2d", "MaxPooling2D"),
        ("conv2d_1", "Conv2D"),
        ("max_pooling2d_1", "MaxPooling2D"),
        ("dropout", "Dropout"),
        ("flatten", "Flatten"),
        ("dense", "Dense"),
        ("dropout_1", "Dropout"),
        ("dense_1", "Dense"),
    ]
    counted = {name: row.get("parameters", 0) for name, row in rows.items()}
    assert [n for n in counted.values() if n] == [832, 8256, 4_097_000, 1001]
    assert [row["shape"] for row in rows.values()] == [
        [-1, 32, 32, 32],
        [-1, 16, 16, 32],
        [-1, 16, 16, 64],
        [-1, 8, 8, 64],
        [-1, 8, 8, 64],
        [-1, 4096],
        [-1, 1000],
        [-1, 1000],
        [-1, 1],
    ]
    assert facts(session)["Parameters"] == "4,107,089"
    assert facts(session)["Trainable"] == "4,107,089"
    assert facts(session)["Non-trainable"] == "0"
    assert weight("conv2d/kernel").shape == (5, 5, 1, 32)
    assert weight("conv2d/bias").shape == (32,)
    assert session.query_params == {}


def test_the_kernel_is_drawn_filter_by_filter():
    session = visited()
    kernel = weight("conv2d/kernel")
    picture = drawn(session)["kernel"]
    assert picture.shape == (4 * 6 - 1, 8 * 6 - 1)
    for out in range(32):
        top, left = 6 * (out // 8), 6 * (out % 8)
        tile = picture[top : top + 5, left : left + 5]
        np.testing.assert_array_equal(tile, kernel[:, :, 0, out])
    assert np.isnan(picture[5]).all()
    figure = figures(session)["kernel"]
    assert "in × height down, out × width across" in figure["caption"]
    assert figure["spec"]["data"][0]["text"][0][6] == "in 0, height 0, out 1, width 0"
    np.testing.assert_array_equal(drawn(session)["bias"], np.zeros((1, 32)))


def test_a_layer_without_weights_says_so_and_why():
    session = visited(layer="max_pooling2d")
    assert_sound(session)
    assert "No weights" in notes(session)
    assert "nothing to learn" in notes(session)
    assert "kernel" not in figures(session)


def test_a_softmax_over_one_unit_is_pointed_out():
    assert "always 1" in notes(visited())
    assert "use a sigmoid" in notes(visited())
    assert "always 1" not in notes(visited(out_activation="sigmoid"))
    assert "always 1" not in notes(visited(out_units=2))


def test_filters_can_be_sorted_by_their_norm():
    session = visited(sort="true")
    kernel = weight("conv2d/kernel")
    order = np.argsort(-np.sqrt((kernel**2).sum(axis=(0, 1, 2))), kind="stable")
    tile = drawn(session)["kernel"][:5, :5]
    np.testing.assert_array_equal(tile, kernel[:, :, 0, order[0]])
    label = figures(session)["kernel"]["spec"]["data"][0]["text"][0][0]
    assert f"out {order[0]}," in label
    assert session.query_params == {"sort": "true"}


def test_every_field_changes_the_network():
    before = summary(visited())
    for field in FIELDS:
        if field.name in {"dropout_1", "dropout_2", "out_activation"}:
            continue  # they have no weights and change no shape
        value = {"padding": "valid", "image": 16}.get(field.name, 3)
        session = visited(**{field.name: value})
        assert_sound(session)
        assert summary(session) != before, field.name
        assert session.query_params == {field.name: str(value)}


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"padding": "valid", "kernel_1": 9, "image": 8}, ["convolution 1", "9 × 9", "8 × 8"]),
        ({"image": 2, "pool": 4}, ["pooling 1", "4 × 4"]),
        ({"image": 64, "pool": 1, "filters_2": 128}, ["16,777,216 parameters"]),
    ],
)
def test_what_cannot_be_built_is_a_sentence(link, words):
    session = visited(**link)
    assert_one_complaint(session, *words)
    assert session.query_params == {name: str(value) for name, value in link.items()}


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"layer": "nope"}, ["`layer`", "9 layers", "layer=conv2d"]),
        ({"layer": "<img src=x>"}, ["`layer`", "<img src=x>"]),
        ({"weight": "gamma"}, ["`weight`", "kernel, bias"]),
        ({"reduction": "sum", "layer": "dense"}, ["`reduction`", "mean, extreme"]),
        ({"row": 99999, "layer": "dense"}, ["`row`", "0 to 4064"]),
        ({"model": "../../etc/passwd"}, ["`model`"]),
        ({"show": "everything"}, ["`show`"]),
        ({"image": "1e9"}, ["`image`"]),
        ({"nonsense": "1"}, ["`nonsense`"]),
    ],
)
def test_a_link_that_asks_for_what_there_is_not_gets_a_sentence_and_the_default(link, words):
    session = visited(**link)
    (sentence,) = complaints(session)
    for word in words:
        assert word in sentence
    assert not session.exception
    assert "kernel" in figures(session)


def test_the_link_reproduces_the_picture():
    link = {"layer": "dense", "reduction": "max", "row": "100", "column": "7", "seed": "3"}
    one, other = visited(**link), visited(**link)
    assert_sound(one)
    assert one.query_params == link
    for name, picture in drawn(one).items():
        np.testing.assert_array_equal(picture, drawn(other)[name])
    assert not np.array_equal(drawn(visited(layer="dense"))["kernel"], drawn(one)["kernel"])


# --- Large weights


def blocks(values: np.ndarray, how) -> np.ndarray:
    return how(how(values.reshape(256, 16, 250, 4), axis=3), axis=1)


@pytest.mark.parametrize(
    ("reduction", "how"), [("mean", np.mean), ("min", np.min), ("max", np.max)]
)
def test_a_large_weight_is_reduced_and_says_how(reduction, how):
    session = visited(layer="dense", reduction=reduction)
    assert_sound(session)
    kernel = weight("dense/kernel")
    expected = blocks(kernel.astype("float64"), how)
    # The mean is rounded to float32 once here, and twice there.
    np.testing.assert_allclose(drawn(session)["kernel"], expected, rtol=1e-5, atol=1e-8)
    figure = figures(session)["kernel"]
    assert f"{reduction} of 16 × 4 blocks" in figure["caption"]
    assert f"{reduction} of 16 × 4 blocks" in figure["alt"]


def test_the_window_shows_the_true_cells():
    session = visited(layer="dense", row=1234, column=500, span=20)
    kernel = weight("dense/kernel")
    np.testing.assert_array_equal(drawn(session)["kernel window"], kernel[1234:1254, 500:520])
    session.slider(key="row").set_value(4000).run()
    np.testing.assert_array_equal(drawn(session)["kernel window"], kernel[4000:4020, 500:520])
    assert "rows 4000 to 4019" in figures(session)["kernel window"]["caption"]
    assert session.query_params["row"] == "4000"


def test_a_picture_is_at_most_a_megabyte_whatever_the_weight():
    session = visited(layer="dense")
    sizes = [len(component.proto.bytes) for component in session.get("bidi_component")]
    assert sum(sizes) < 10**6


@pytest.mark.parametrize(
    ("link", "chunk"),
    [({"layer": "dense"}, 100_000), ({"layer": "conv2d_1", "sort": "true"}, 5_000)],
)
def test_a_very_large_weight_is_read_in_shares_that_come_to_the_same(monkeypatch, link, chunk):
    whole = visited(**link)
    said = []

    class Place:
        def progress(self, share, text=""):
            said.append((share, text))
            return self

        def empty(self):
            said.append("gone")

    monkeypatch.setattr(weights, "READ_AT_ONCE", 10_000)
    monkeypatch.setattr(weights, "CHUNK_BYTES", chunk)
    monkeypatch.setattr(progress, "SHOWN_AFTER", -1.0)
    monkeypatch.setattr(progress.st, "empty", Place)
    session = visited(**link)
    assert_sound(session)
    for name, picture in drawn(whole).items():
        np.testing.assert_array_equal(drawn(session)[name], picture, err_msg=name)
    assert texts(session) == texts(whole)
    shares = [share for share, _ in (one for one in said if one != "gone")]
    assert 1.0 in shares
    assert "parts of kernel" in said[1][1]
    assert said[-1] == "gone"


def test_choosing_another_layer_keeps_the_rest():
    session = visited(seed=5)
    session.selectbox(key="layer").set_value("conv2d_1").run()
    assert_sound(session)
    assert session.query_params == {"seed": "5", "layer": "conv2d_1"}
    assert drawn(session)["kernel"].shape == (32 * 3 - 1, 64 * 3 - 1)


# --- Files


@pytest.mark.parametrize("name", FILES)
@pytest.mark.xdist_group("files")
def test_a_file_is_opened_and_all_its_layers_are_shown(files, name):
    session = uploaded(files[name])
    assert_sound(session)
    assert int(facts(session)["Parameters"].replace(",", "")) > 0
    for path, row in summary(session).items():
        session.selectbox(key="layer").set_value(path).run()
        assert complaints(session) == []
        if row.get("parameters"):
            assert drawn(session)


@pytest.mark.xdist_group("files")
def test_gates_and_heads_have_pictures_of_their_own(files):
    session = uploaded(files["recurrent.h5"], layer="lstm")
    names = {"kernel input gate", "kernel forget gate", "kernel output gate"}
    assert names | {"bias forget gate"} <= set(figures(session))
    session = uploaded(files["attention.keras"], layer="multi_head_attention")
    assert {"query/kernel head 0", "query/kernel head 1"} <= set(figures(session))


@pytest.mark.xdist_group("files")
def test_nested_models_are_rows_with_depth(files):
    rows = summary(uploaded(files["nested.keras"]))
    assert rows["middle"]["model"]
    assert rows["middle/inner/first"]["depth"] == 2


@pytest.mark.xdist_group("files")
def test_the_link_waits_for_the_file(files):
    session = visited(model="upload", layer="dense_1")
    assert_one_complaint(session, "no link carries")
    bring(session, files["dense.keras"])
    assert_sound(session)
    assert session.selectbox(key="layer").value == "dense_1"
    assert session.query_params == {"model": "upload", "layer": "dense_1"}


@pytest.mark.xdist_group("files")
def test_names_with_markup_in_them_are_text(files):
    session = uploaded(files["custom.keras"])
    assert_sound(session)
    (name,) = [row["name"] for row in summary(session).values() if row["kind"] == "Lambda"]
    assert name == "<b>**twice**"
    session.selectbox(key="layer").set_value(name).run()
    assert complaints(session) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a model", ["starts with"]),
        (b"PK\x03\x04 torn", ["whole zip"]),
        (b"\x89HDF\r\n\x1a\n torn", ["whole HDF5"]),
        (struct.pack("<Q", 10**12) + b"{}", ["header"]),
    ],
)
@pytest.mark.xdist_group("files")
def test_a_file_that_is_none_is_a_sentence_and_can_be_replaced(files, tmp_path, data, words):
    bad = tmp_path / "bad.keras"
    bad.write_bytes(data)
    session = uploaded(bad)
    assert_one_complaint(session, "`bad.keras`", *words)
    bring(session, files["dense.keras"])
    assert_sound(session)


@pytest.mark.xdist_group("files")
def test_a_path_that_leads_out_of_the_zip_is_a_sentence(files, tmp_path):
    bad = tmp_path / "bad.keras"
    bad.write_bytes(files["dense.keras"].read_bytes())
    with zipfile.ZipFile(bad, "a") as file:
        file.writestr("../../evil", "x")
    assert_one_complaint(uploaded(bad), "`bad.keras`", "../../evil")


def weights_file(path: Path, weights: dict[str, np.ndarray]) -> Path:
    with h5py.File(path, "w") as file:
        for name, values in weights.items():
            group = file.create_group(f"layers/{name}/vars")
            group.attrs["name"] = name
            group["0"] = values
    return path


def test_two_thousand_weights_are_listed_and_counted(tmp_path):
    many = {f"dense_{at}": np.full((2, 2), at, "f4") for at in range(2000)}
    session = uploaded(weights_file(tmp_path / "many.weights.h5", many), show="histograms")
    assert_sound(session)
    assert len(summary(session)) == 2000
    assert "of 2,000 weights" in texts(session)
    session.selectbox(key="layer").set_value("dense_1999").run()
    assert_sound(session)


def test_nan_infinities_and_nothing_at_all_are_marked(tmp_path):
    holes = np.array([[np.nan, np.inf], [0, 2]], "f4")
    path = weights_file(
        tmp_path / "odd.weights.h5", {"dense": holes, "dense_1": np.zeros((0, 3), "f4")}
    )
    session = uploaded(path)
    assert_sound(session)
    marks = figures(session)["kernel"]["spec"]["data"][1]
    assert (marks["x"], marks["y"]) == ([0, 1], [0, 0])
    assert "1 NaN; 1 infinite" in figures(session)["kernel"]["alt"]
    assert "1 of 4 numbers are NaN, 1 infinite" in texts(session)
    session.selectbox(key="layer").set_value("dense_1").run()
    assert_sound(session)
    session.radio(key="show").set_value("histograms").run()
    assert_sound(session)
    assert "⚠ 25 % NaN" in figures(session)["dense kernel histogram"]["caption"]


def test_a_number_type_that_is_not_known_is_said_beside_the_others(tmp_path):
    path = weights_file(tmp_path / "odd.weights.h5", {"dense": np.ones((2, 2), "c8")})
    session = uploaded(path)
    assert_one_complaint(session, "complex64")


@pytest.mark.xdist_group("files")
def test_the_servers_folder_is_offered_by_name_only(files, monkeypatch):
    folder = next(iter(files.values())).parent
    monkeypatch.setenv("LAYERSCOPE_MODELS", str(folder))
    session = visited(model="folder", model_name="nested.keras")
    assert_sound(session)
    assert "middle" in summary(session)
    assert session.selectbox(key="model_name").options == sorted(FILES)
    session = visited(model="folder", model_name="../nested.keras")
    (sentence,) = complaints(session)
    assert "`model_name`" in sentence
    assert not session.exception


@pytest.mark.xdist_group("files")
def test_an_upload_is_deleted_with_the_session(files):
    session = uploaded(files["dense.keras"])
    path = session.session_state["ls.session"].uploaded_models["model_file"].path
    assert path.read_bytes() == files["dense.keras"].read_bytes()
    bring(session, files["nested.keras"])
    assert not path.exists()


# --- Histograms, activations, comparison


def test_histograms_have_a_scale_each_or_share_one():
    kernel = weight("conv2d/kernel")
    session = visited(show="histograms")
    assert_sound(session)
    shown = figures(session)
    assert len(shown) == 8
    own = shown["conv2d kernel histogram"]["spec"]["data"][0]["y"]
    assert own == np.histogram(kernel, bins=41)[0].tolist(), "from its least to its largest number"
    session.toggle(key="common_scale").set_value(True).run()
    assert_sound(session)
    assert session.query_params["common_scale"] == "true"
    shown = figures(session)
    ranges = {tuple(f["spec"]["layout"]["xaxis"]["range"]) for f in shown.values()}
    assert len(ranges) == 1
    (low, high) = ranges.pop()
    expected = np.histogram(kernel, bins=41, range=(low, high))[0]
    assert shown["conv2d kernel histogram"]["spec"]["data"][0]["y"] == expected.tolist()
    assert "100 % zero" in shown["conv2d bias histogram"]["caption"]


@pytest.mark.parametrize("layer", ["conv2d", "max_pooling2d", "conv2d_1", "flatten", "dense"])
@pytest.mark.parametrize("feed", ["picture", "normal"])
def test_a_cells_arithmetic_in_numpy_is_tensorflows(layer, feed):
    session = visited(show="activations", layer=layer, feed=feed)
    assert_sound(session)
    said = texts(session)
    source = CnnSource(tuple(checked({}).items()), 0)
    job = workers().submit(models_api.output_npy, source, layer, feed, seed=0)
    outputs = np.load(io.BytesIO(job.result().data))
    (pin,) = sent(session, "pin")
    index = tuple(int(at) for at in pin["cell"].removeprefix("outputs.").split("."))
    middle = [length // 2 for length in outputs.shape[1:3]] if outputs.ndim == 4 else []
    assert index == (0, *middle, 0)
    sums = re.search(r"outputs at [^=]*=(?:[^=]*=)* (\S+), from", said)
    assert sums
    by_hand = float(sums[1].replace("−", "-"))
    np.testing.assert_allclose(by_hand, outputs[index], rtol=1e-2, atol=1e-6)
    assert "by TensorFlow" not in said  # they agree in the digits that are shown
    assert "NumPy check of all cells: largest difference" in said


def test_a_picture_that_goes_in_is_grey_and_numbers_of_both_signs_are_not():
    (picture, normal) = (
        figures(visited(show="activations", feed=feed))["input"] for feed in ("picture", "normal")
    )
    ends = [(each["spec"]["data"][0]["zmin"], each["palette"]) for each in (picture, normal)]
    assert ends[0] == (0, "grey")
    assert ends[1][0] < 0
    assert ends[1][1] == "signed"


def test_the_products_are_the_window_times_the_filter():
    session = visited(show="activations", layer="conv2d", y=0, x=31, channel=5)
    pictures = drawn(session)
    kernel = weight("conv2d/kernel")
    np.testing.assert_array_equal(pictures["filter"], kernel[:, :, 0, 5])
    assert (pictures["window"][:2] == 0).all()  # the padding
    np.testing.assert_allclose(
        pictures["products"], pictures["window"] * pictures["filter"], rtol=1e-5
    )


def test_what_the_browser_lights_is_what_python_works_out():
    """The table that is sent, read by the rule in the page, gives the window in the sentence."""
    session = visited(
        show="activations", layer="conv2d_1", strides_2=2, kernel_2=3, image=28, y=0, x=6, channel=3
    )
    assert_sound(session)
    (links,) = sent(session, "links")
    assert links["answer"] == ["inputs", "outputs"]
    assert links["tensors"]["inputs"] == {
        "shape": [1, 14, 14, 32],
        "axes": ["", "y", "x", "channel"],
    }
    assert links["steps"][0]["from"][0] == ["inputs", [0, [1, 3, 2], [2, 3, 2], None]]
    assert sent(session, "pin") == [{"cell": "outputs.0.0.6.3"}]
    assert "inputs at y 0 to 2, x 12 to 13, channel 0 to 31" in texts(session)


def test_the_pictures_say_where_a_slice_or_a_line_stands():
    session = visited(show="activations", layer="flatten")
    shown = figures(session)
    assert shown["inputs"]["slices"] == {"tile": [8, 8], "step": [9, 9], "across": 8}
    assert shown["outputs"]["line"] == 64
    assert shown["outputs"]["spec"]["data"][0]["hoverinfo"] == "skip"
    session = visited(show="activations", layer="conv2d")
    (links,) = sent(session, "links")
    assert links["answer"] == ["input", "outputs"]
    assert links["steps"][0]["from"][0][0] == "input"  # the network's own is the layer's
    session = visited(show="activations", layer="conv2d", image=64, filters_1=64)
    assert figures(session)["outputs"]["block"] == [2, 2]
    assert "averaged over 2 × 2" in figures(session)["outputs"]["title"]


@pytest.mark.xdist_group("files")
def test_every_tensor_of_a_network_of_open_size_can_be_pointed_at(files):
    session = uploaded(files["lines.keras"], show="activations")
    assert_sound(session)
    for path, row in summary(session).items():
        session.selectbox(key="layer").set_value(path).run()
        assert_sound(session)
        said = texts(session)
        assert "NumPy check of all cells" in said, row["kind"]
        (links,) = sent(session, "links")
        shape = links["tensors"]["outputs"]["shape"]
        # Of five axes, no picture says where a cell stands.
        assert ("outputs" in links["answer"]) == (len(shape) < 5)
        (pin,) = sent(session, "pin")
        assert len(pin["cell"].split(".")) == len(shape) + 1
        figure = figures(session)["outputs"]
        long = [length for length in shape if length > 1]
        assert figure.get("line", 0) == (min(64, *long) if len(long) == 1 else 0)
    session = uploaded(files["lines.keras"], show="activations", layer="conv2d", y=29, x=0)
    assert_sound(session)
    assert "input at y 29 to 31, x 0 to 2, channel 0" in texts(session)


def test_a_layer_that_only_passes_on_says_so_and_its_cells_can_be_chosen():
    session = visited(show="activations", layer="dropout", y=1, x=2, channel=3)
    assert_sound(session)
    said = texts(session)
    assert re.search(r"outputs at y 1, x 2, channel 3 = (\S+), from inputs at y 1, x 2, chan", said)
    assert sent(session, "pin") == [{"cell": "outputs.0.1.2.3"}]
    (links,) = sent(session, "links")
    assert links["steps"] == [{"result": "outputs", "from": [["inputs", [None, 1, 2, 3]]]}]


def test_a_picture_of_ones_own_is_fed():
    stream = io.BytesIO()
    np.save(stream, np.linspace(0, 1, 50 * 40, dtype="f4").reshape(50, 40))
    session = visited(show="activations", feed="upload")
    assert_one_complaint(session, "no link carries")
    upload = session.file_uploader(key=widget_key("picture_file"))
    upload.upload("own.npy", stream.getvalue(), "application/octet-stream").run()
    assert_sound(session)
    assert drawn(session)["input"].shape == (32, 32)


def test_what_is_drawn_here_is_fed():
    session = visited(show="activations", feed="drawn")
    assert_sound(session)
    assert (drawn(session)["input"] == 0).all()
    ours = np.zeros((32, 32), "float32")
    ours[3:9, 4] = 1
    session.session_state["ls.session"].drawn_image = ours
    session.run()
    np.testing.assert_array_equal(drawn(session)["input"], ours)
    session = visited(show="activations", feed="drawn", image=16)
    assert drawn(session)["input"].shape == (16, 16)


@pytest.mark.xdist_group("files")
def test_a_network_with_a_layer_that_is_not_stock_is_not_run_and_says_which(files):
    session = uploaded(files["custom.keras"], show="activations")
    assert_one_complaint(session, "<b>**twice**", "Lambda")
    session = uploaded(files["nested.keras"], show="activations", layer="middle/last")
    assert_sound(session)
    assert "NumPy check of all cells" in texts(session)


@pytest.mark.xdist_group("files")
def test_two_files_are_compared(files, tmp_path):
    session = uploaded(files["dense.keras"], show="comparison", other="upload")
    assert_one_complaint(session, "no link carries")
    changed = tmp_path / "changed.keras"
    with zipfile.ZipFile(files["dense.keras"]) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".h5"):
                stream = io.BytesIO(data)
                with h5py.File(stream, "a") as file:
                    file["layers/dense/vars/0"][2, 3] += 5
                data = stream.getvalue()
            new.writestr(name, data)
    bring(session, changed, key="other_file")
    assert_sound(session)
    assert "3 pairs of weights with the same name and shape: 2 equal, 1 different" in texts(session)
    (rows,) = [t["rows"] for t in tables(session) if t["label"] == "What differs"]
    assert rows == [["dense / kernel", "6 × 5", "6 × 5", "5", "0.913", "1"]]
    difference = drawn(session)["kernel difference"]
    assert np.flatnonzero(difference).tolist() == [2 * 5 + 3]
    np.testing.assert_allclose(difference[2, 3], -5, rtol=1e-6)


def tables(session: AppTest) -> list[dict]:
    found = []
    for blocks_ in sent(session, "blocks", of=list):
        found += [block for block in blocks_ if block.get("kind") == "table"]
    return found


# --- The house


def test_both_pages_are_in_the_menu_and_keep_out_of_each_others_way():
    session = opened(layer="repeated_dense", units=7)
    assert_sound(session)
    session.switch_page("pages/models/page.py").run()
    assert_sound(session)
    assert session.selectbox(key="layer").value == "conv2d"
    session.switch_page("pages/explore/page.py").run()
    assert_sound(session)
    assert session.slider(key="units").value == 7
    assert session.radio(key="layer").value == "repeated_dense"


def test_no_tensorflow_came_into_this_process():
    visited()
    assert "tensorflow" not in sys.modules
    assert "keras" not in sys.modules


def test_the_browser_is_told_of_every_row_once():
    data = json.dumps(list(summary(visited()).values()))
    assert data.count('"path": "dense"') == 1
