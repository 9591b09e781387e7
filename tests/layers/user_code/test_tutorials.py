"""Layers as tutorials write them open without a typed shape, and are explained in full."""

from functools import cache
from pathlib import Path

import pytest

from layers.api import explore as explore_api
from layers.inputs.fields import BadInputError
from layers.user_code import user_module
from layers.user_code.input_shapes import default_shape

FILE = Path(__file__).with_name("tutorials.py")
MODULE = explore_api.OwnModule(str(FILE), FILE.read_text("utf-8"))
RANKS = {
    "Patches": 4,
    "PatchEncoder": 2,
    "CBAM": 4,
    "ChannelAttention": 4,
    "ConvNeXtBlock": 4,
    "DropPath": 2,
    "Encoder": 4,
    "RotaryEmbedding": 3,
    "SinePositions": 3,
    "TemporalBlock": 3,
    "TransformerBlock": 3,
    "WindowAttention": 4,
}
"""Of the first input, by the text of a layer alone."""


@cache
def described():
    return {layer.title: layer for layer in explore_api.describe_own(MODULE)}


def explored(layer, values):
    return explore_api.explore(
        layer.name,
        values,
        batch=None,
        seed=0,
        source=layer.default_input,
        constant=1.0,
        own=MODULE,
    )


@pytest.mark.parametrize("name", described())
def test_a_layer_opens_at_its_defaults_or_at_shapes_that_are_found(name):
    layer = described()[name]
    try:
        run = explored(layer, {})
    except BadInputError:
        shapes = explore_api.fitting_shapes(layer.name, layer.check({}), MODULE)
        assert shapes
        run = explored(layer, shapes)
    assert run.trace.unexplained == ()
    assert run.disagreement < 1e-4
    assert run.trace.steps


@pytest.mark.parametrize("name", RANKS)
def test_the_rank_of_an_input_is_read_from_the_text(name):
    layers = {spec.title: spec.classes[0] for spec in user_module.load(*_source()).specs}
    assert len(default_shape(layers[name])) == RANKS[name]


def _source():
    return MODULE.path, MODULE.source


NOTHING_FITS = """
import keras


class Never(keras.layers.Layer):
    def call(self, x):
        raise ValueError("no")
"""


def test_where_no_shape_helps_nothing_is_proposed():
    module = explore_api.OwnModule("/nowhere/never.py", NOTHING_FITS)
    (layer,) = explore_api.describe_own(module)
    assert explore_api.fitting_shapes(layer.name, layer.check({}), module) == {}
