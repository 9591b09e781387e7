"""Links to the Train page, rendered: the files say the numbers of that step."""

from __future__ import annotations

import io
import json
import pickle

import numpy as np
import pytest

from layers.api import train as api
from layers.api.explore import describe
from layers.training.subject import Subject
from layerscope.__main__ import main
from layerscope.formats import Options, written
from layerscope.link import parameters
from layerscope.offline import offline_step_html
from layerscope.refusal import WRONG_REQUEST
from layerscope.run import run
from pictures.describe import names_of
from pictures.page import numbers_in
from tests.layerscope.test_refusals import refused
from tests.pictures import read
from views.explore.link import choice_from_link
from views.train.examples import EXAMPLES
from views.train.link import read_settings, subject_of, trainable
from views.train.step import Trained, step_shown

LINK = "/train?layer=dense&steps=20&learning_rate=0.1&step=7"
GRADIENT = f"{LINK}&show=gradient&cell=gradient/kernel.0.1"
UPDATE = f"{LINK}&optimizer=adam&show=update&cell=update/kernel.0.1"


@pytest.fixture(scope="module")
def moment():
    """Return the step that LINK shows, trained without the command."""
    return history().moment(7)


def history(**how):
    given = {"steps": 20, "learning_rate": 0.1} | how
    return api.train(Subject(name="dense", source="normal"), given).history


def test_an_svg_says_the_gradients_of_the_step_and_the_arithmetic(tmp_path, moment):
    target = tmp_path / "x.svg"
    assert main(["render", GRADIENT, "-o", str(target)]) == 0
    root = read.parsed(target.read_text())
    for name in ("kernel", "bias"):
        values = np.atleast_2d(moment.gradients[name])
        shown = read.numbers(root, f"gradient/{name}", 36)
        assert len(shown) == values.size
        for at, text in shown.items():
            assert float(text.replace("−", "-")) == pytest.approx(float(values[at]), abs=0.0051)
    said = root[1].text
    assert f"= {moment.gradients['kernel'][0, 1]:.6g}. Measured: ".replace("-", "−") in said
    assert said.startswith("gradient/inputs , targets , gradient/kernel , gradient/bias → Dense →")


def test_npz_and_json_hold_values_gradients_and_updates(tmp_path):
    taken = history(optimizer="adam").moment(7)
    for ending in ("npz", "json"):
        assert main(["render", UPDATE, "-o", str(tmp_path / f"x.{ending}")]) == 0
    arrays = np.load(tmp_path / "x.npz")
    document = json.loads((tmp_path / "x.json").read_text())
    assert set(arrays) == set(document["tensors"])
    for name in ("kernel", "bias"):
        np.testing.assert_array_equal(arrays[name], taken.weights[name])
        np.testing.assert_array_equal(arrays[f"gradient/{name}"], taken.gradients[name])
        np.testing.assert_array_equal(arrays[f"update/{name}"], taken.updates[name])
    assert document["title"] == "Dense, step 7: each tensor's update"
    assert document["pin"]["cell"] == "update/kernel.0.1"
    assert "updated/kernel = " in document["pin"]["sentence"]


@pytest.mark.parametrize("show", ["value", "gradient", "update", "change"])
def test_every_kind_of_file_has_every_kind_of_picture(show):
    made = run(f"{LINK}&show={show}")
    begins = {".svg": b"<svg ", ".png": b"\x89PNG", ".pdf": b"%PDF", ".html": b"<!doctype html>"}
    for ending, start in begins.items():
        assert written(made, ending, Options()).lower().startswith(start.lower())
    found = numbers_in(written(made, ".html", Options()).decode())
    assert set(names_of(made.block)) - set(found) <= {"targets", "loss", "inputs", "outputs", "sum"}
    for name, values in found.items():
        np.testing.assert_array_equal(values, made.tensors[name].values)


@pytest.mark.xdist_group("warm_python")
def test_another_process_writes_the_same_bytes(warm_python, tmp_path):
    endings = ("svg", "png", "pdf", "json", "npz", "html")
    recipe = "[[picture]]\nname = '{}.{}'\nlink = '{}'\n"
    links = {"gradient": GRADIENT, "update": UPDATE}
    text = [recipe.format(name, end, link) for name, link in links.items() for end in endings]
    folders = [tmp_path / "here", tmp_path / "there"]
    for folder in folders:
        folder.mkdir()
        (folder / "pictures.toml").write_text("".join(text))
    assert main(["render", str(folders[0] / "pictures.toml")]) == 0
    ran = warm_python.run(["layerscope", "render", "pictures.toml"], cwd=folders[1])
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    for file in sorted(folders[0].iterdir()):
        assert (folders[1] / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_train_takes_away_is_what_the_command_writes():
    link = parameters(GRADIENT)
    choice = choice_from_link(tuple(map(trainable, describe())), link, as_computed=False)
    subject = subject_of(choice, "random", None)
    training = api.train(subject, read_settings(link.read) | {"seed": 0})
    shown = step_shown(
        Trained(choice=choice, subject=subject, training=training),
        *(7, "gradient", link.read),
        lambda function, *arguments: function(*arguments),
    )
    step = pickle.loads(pickle.dumps(shown.step))  # noqa: S301 (ours)
    assert offline_step_html(step, link) == written(run(GRADIENT), ".html", Options())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_of_the_page_is_drawn(example):
    text = "&".join(f"{name}={value}" for name, value in example.link.items())
    made = run(f"/train?{text}")
    assert written(made, ".png", Options()).startswith(b"\x89PNG")


def test_one_tensor_alone(capfdbinary):
    assert main(["render", GRADIENT, "-o", "-", "--only", "gradient/kernel"]) == 0
    drawn = [g.get("data-tensor") for g in read.parsed(capfdbinary.readouterr()[0]).iter()]
    assert next(filter(None, drawn)) == "gradient/kernel"
    assert "gradient/bias" not in drawn
    assert main(["render", GRADIENT, "-o", "-", "--format", "npz", "--only", "gradient/bias"]) == 0
    assert list(np.load(io.BytesIO(capfdbinary.readouterr()[0]))) == ["gradient/bias"]


@pytest.mark.parametrize(
    ("more", "received"),
    [
        ("&step=99", "'99'"),
        ("&show=nothing", "'nothing'"),
        ("&cell=kernel.9.9", "`kernel.9.9`"),
        ("&cell=gradient/nobody.0", "`gradient/nobody.0`"),
        ("&stpe=3", "Try `step`"),
        ("&targets=upload", "'upload'"),
        ("&steps=1000000", "'1000000'"),
        ("&adam_beta_1=0.5", "`adam_beta_1`"),
        ("&as_computed=true", "`as_computed`"),
        ("&edits=bias.99=1", "bias.99"),
    ],
)
def test_what_a_link_asks_for_and_there_is_not(more, received, capsys, tmp_path):
    link = f"/train?layer=dense&steps=10{more}".replace("&steps=10&steps", "&steps")
    status, said = refused(capsys, "render", link, "-o", str(tmp_path / "x.svg"))
    assert status == WRONG_REQUEST
    assert received in said
    assert list(tmp_path.iterdir()) == []


def test_a_step_after_the_loss_was_no_number_any_more_is_refused(capsys, tmp_path):
    link = "/train?layer=dense&learning_rate=1000000000&steps=50&step={}"
    target = str(tmp_path / "x.svg")
    status, said = refused(capsys, "render", link.format(49), "-o", target)
    assert status == WRONG_REQUEST
    assert "Received '49'" in said
    assert main(["render", link.format(1), "-o", target]) == 0


def test_targets_that_do_not_fit_are_refused(capsys, tmp_path):
    link = "/train?layer=dense&loss=binary_crossentropy"
    status, _ = refused(capsys, "render", link, "-o", str(tmp_path / "x.svg"))
    assert status == WRONG_REQUEST
    assert list(tmp_path.iterdir()) == []
