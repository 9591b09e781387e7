"""What the sublayers of a layer are called on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras

from layers.checkup.examination.layer_under_test import BATCH, LayerUnderTest, temporarily_set
from layers.checkup.examination.object_graph import sublayer_path
from layers.checkup.fixes.sublayer_shapes import Called
from layers.checkup.shapes import Shape, map_shapes


def larger_inputs(tested: LayerUnderTest) -> tuple[LayerUnderTest, LayerUnderTest]:
    """Return the same layer on larger inputs: with all lengths larger, and with the batch only.

    The batch is three times as long and the others twice, so that they can be told apart.
    """

    def resized(batch: int, others: int) -> LayerUnderTest:
        def larger(shape: Shape) -> Shape:
            lengths = [length or BATCH for length in shape]
            return tuple(n * (others if at else batch) for at, n in enumerate(lengths))

        return replace(tested, shape=map_shapes(larger, tested.shape))

    return resized(3, 2), resized(3, 1)


def sublayer_calls(tested: LayerUnderTest, layer: Any) -> dict[str, Called]:
    """Call the layer, and return the shapes of every sublayer by its path.

    They are in the order in which the sublayers return.
    """
    shapes: dict[int, Called] = {}
    original = keras.layers.Layer.__call__

    def recorder(inner: Any, *arguments: Any, **named: Any) -> Any:
        outputs = original(inner, *arguments, **named)
        shape = getattr(arguments[0], "shape", None) if arguments else None
        if shape is not None:
            after = getattr(outputs, "shape", None)
            called = Called(tuple(shape), None if after is None else tuple(after))
            shapes.setdefault(id(inner), called)
        return outputs

    with temporarily_set(keras.layers.Layer, "__call__", recorder):
        tested.call(layer)
    inside = {id(inner): inner for inner in layer._flatten_layers(include_self=False)}
    paths = {key: sublayer_path(layer, inner) for key, inner in inside.items()}
    return {
        paths[key]: called
        for key, called in shapes.items()
        if paths.get(key, "").startswith("self.")
    }
