"""``python -m layers.checkup``: what it prints, for people and machines, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layers.checkup.__main__ import main
from layers.checkup.shapes import parse_shapes
from layers.inputs.fields import BadInputError

ROOT = Path(__file__).parents[3]
MODULE = """
import keras
import tensorflow as tf


class MyLayer(keras.layers.Layer):
    def build(self, input_shape):
        self.w = tf.Variable(tf.random.normal((input_shape[-1], 5)))

    def call(self, inputs):
        return tf.matmul(inputs, self.w)


@keras.saving.register_keras_serializable(package="my_module")
class Sound(keras.layers.Layer):
    def __init__(self, units, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units, self.rate = units, rate

    def call(self, query, value):
        return query[:, : self.units] + value[:, : self.units] * self.rate


number = 3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_module.py").write_text(MODULE)
    (folder / "broken_module.py").write_text("def f(:\n")
    (folder / "ends.py").write_text("raise SystemExit(3)\n")
    return folder


def run(folder, *arguments):
    """Run the command in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-m", "layers.checkup", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def command(folder, monkeypatch, capsys):
    """Run the command in this process: (exit status, output, errors)."""

    def call(*arguments):
        monkeypatch.chdir(folder)
        try:
            status = main(list(arguments))
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capsys.readouterr()

    return call


def test_a_broken_layer_is_explained_with_its_line_and_the_lines_to_write(folder):
    ran = run(folder, "my_module:MyLayer", "--input-shape", "8,10")
    assert ran.returncode == 1, ran.stderr
    assert "broken  untracked-variable  self.w, line 8" in ran.stdout
    assert "-        self.w = tf.Variable(tf.random.normal((input_shape[-1], 5)))" in ran.stdout
    assert "+            initializer=keras.initializers.RandomNormal(stddev=1.0)," in ran.stdout
    assert "\x1b" not in ran.stdout, "no colours where it is no terminal"
    assert ran.stderr == ""


def test_machines_get_json(command):
    status, output, _ = command("my_module:MyLayer", "--input-shape", "8,10", "--json")
    assert status == 1
    report = json.loads(output)
    assert report["broken"] is True
    assert report["layer"] == "MyLayer"
    finding = report["findings"][0]
    assert finding["code"] == "untracked-variable"
    assert "add_weight" in finding["fix"]["diff"]
    assert len(report["examinations"]) == 19


def test_a_sound_layer_of_two_inputs_and_an_argument_ends_with_zero(command):
    status, output, _ = command(
        *("my_module:Sound", "--arg", "units=3", "--arg", "rate=0.25"),
        *("--input-shape", "query=8,10", "--input-shape", "value=8,6"),
    )
    assert status == 0, output
    assert "Nothing found by 19 examinations." in output


def assert_refused(status, output, errors, words):
    assert status == 2
    assert output == ""
    assert "Traceback" not in errors
    assert ": expected " in errors
    assert "Received " in errors
    for word in words:
        assert word in errors


def test_a_usage_error_is_one_sentence_and_the_programs_exit_status(folder):
    ran = run(folder, "my_module:MyLayer", "--input-shape", "8,ten")
    assert_refused(ran.returncode, ran.stdout, ran.stderr, ["'8,ten'"])
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        ("my_module:Sound", [], ["units", "--arg units=…"]),
        ("my_module:number", [], ["int", "MyLayer, Sound"]),
        ("my_module:Nothing", [], ["nothing of that name"]),
        ("broken_module:X", [], ["SyntaxError", "broken_module.py, line 1"]),
        ("ends:X", [], ["SystemExit"]),
        ("not_there:X", [], ["ModuleNotFoundError"]),
        ("my_module", [], ["a colon between"]),
        ("my_module:MyLayer", ["--input-shape", "8,0"], ["(8, 0)"]),
        ("my_module:MyLayer", ["--input-shape", "a=8,10", "--input-shape", "8"], ["'a=8,10'"]),
        ("my_module:MyLayer", ["--input-shape", "x=8,10"], ["inputs", "`x`"]),
        ("my_module:MyLayer", ["--dtype", "float99"], ["float32", "'float99'"]),
        ("my_module:MyLayer", ["--arg", "unitz=5"], ["unitz"]),
        ("my_module:Sound", ["--arg", "units=3", "--arg", "unitz=5"], ["unitz"]),
        ("my_module:MyLayer", ["--arg", "5"], ["'5'"]),
        ("my_module:MyLayer", ["--time-limit", "-1"], ["positive", "'-1'"]),
        ("my_module:MyLayer", ["--time-limit", "nan"], ["positive", "'nan'"]),
    ],
)
def test_what_cannot_be_examined_is_a_sentence_and_exit_status_two(command, target, options, words):
    shape = [] if "--input-shape" in options else ["--input-shape", "8,10"]
    assert_refused(*command(target, *shape, *options), words)


def test_shapes_are_read_as_they_are_written():
    assert parse_shapes(["8,10"]) == (8, 10)
    assert parse_shapes(["(8, 10)"]) == (8, 10)
    assert parse_shapes(["8x10x3"]) == (8, 10, 3)
    assert parse_shapes(["4,"]) == (4,)
    assert parse_shapes(["8,10", "8,3"]) == [(8, 10), (8, 3)]
    assert parse_shapes(["a=8,10", "b=8,3"]) == {"a": (8, 10), "b": (8, 3)}
    for text in ("", ",", "8,,10", "8,-1", "x", "8,10;", "9" * 12):
        with pytest.raises(BadInputError):
            parse_shapes([text])
