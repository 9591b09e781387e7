"""What an author's layer does, where its numbers give it away: guessed, and then held to them."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from layers.catalog.spec import Weight
from layers.steps import ACTIVATIONS, Activation, AddBias, MatMul, Multiply, Op
from layers.trace import Step

_CLOSE = 1e-4
"""Of the largest output: float32 sums in any order agree far better, other operations far worse."""


def guessed_steps(layer: keras.layers.Layer, axes: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps that come to the layer's own outputs on random inputs; none where none do.

    Tried are a product with a weight along the last axis, or cell by cell, with or without a bias
    and an activation.
    """
    shape = (layer.get_build_config() or {}).get("input_shape")
    if not shape or None in shape:
        return ()
    draw = np.random.default_rng(0)
    inputs = [draw.normal(size=shape).astype("float32") for _ in range(2)]
    with _other_numbers(layer, draw) as weights:
        outputs = [np.asarray(layer(each)) for each in (*inputs, inputs[0])]
    if not np.array_equal(outputs[0], outputs[2]):
        return ()  # it has state, or draws numbers
    for chain in _chains(weights):
        if all(_agree(chain, weights, x, y) for x, y in zip(inputs, outputs, strict=False)):
            return _steps(chain, axes)
    return ()


@contextmanager
def _other_numbers(
    layer: keras.layers.Layer, draw: np.random.Generator
) -> Generator[dict[str, np.ndarray]]:
    """Give the weights random numbers for a while: a zero bias would go with anything."""
    kept = layer.get_weights()
    try:
        for variable in layer.weights:
            variable.assign(draw.normal(size=variable.shape).astype(variable.dtype))
        yield {weight.name: weight.variable.numpy() for weight in named_weights(layer)}
    finally:
        layer.set_weights(kept)


Chain = tuple[tuple[Op, str], ...]
"""Operations one after the other, each with the weight that it takes, or with none."""


def _chains(weights: dict[str, np.ndarray]) -> Generator[Chain]:
    for name, kernel in weights.items():
        first: Op = MatMul() if kernel.ndim == 2 else Multiply()
        others = [bias for bias, values in weights.items() if values.ndim == 1 and bias != name]
        for bias in (*others, ""):
            linear: Chain = ((first, name), *(((AddBias(), bias),) if bias else ()))
            yield linear
            for activation in ACTIVATIONS:
                if activation != "linear":
                    yield (*linear, (Activation(activation), ""))
    for activation in ACTIVATIONS:
        if activation != "linear":
            yield ((Activation(activation), ""),)


def _agree(chain: Chain, weights: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> bool:
    values: Any = x.astype("float64")
    try:
        with np.errstate(all="ignore"):
            for op, weight in chain:
                values = op.evaluate(values, weights[weight]) if weight else op.evaluate(values)
    except ValueError:  # the shapes do not go together
        return False
    if values.shape != y.shape or not np.isfinite(y).all():
        return False
    return bool(np.abs(values - y).max(initial=0) <= _CLOSE * max(1e-3, np.abs(y).max(initial=0)))


def _steps(chain: Chain, axes: tuple[str, ...]) -> tuple[Step, ...]:
    steps, came = [], "inputs"
    out = axes
    for position, (op, weight) in enumerate(chain):
        last = position == len(chain) - 1
        if isinstance(op, MatMul):
            out = (*axes[:-1], "units")
        follows_bias = not last and isinstance(chain[position + 1][0], AddBias)
        result = "outputs" if last else "product" if follows_bias else "pre_activation"
        steps.append(
            Step(
                op=op,
                operands=(came, weight) if weight else (came,),
                result=result,
                axes=out,
                symbol={"outputs": "H", "product": "P", "pre_activation": "Z"}[result],
                shown=not follows_bias,
            )
        )
        came = result
    return tuple(steps)


def named_weights(layer: keras.layers.Layer) -> tuple[Weight, ...]:
    """Name what Keras tracks: by its path in the layer, made unlike any other."""
    weights: list[Weight] = []
    for variable in layer.weights:
        # Keras numbers the layers inside anew each time: dense, dense_1, dense_2, …
        *inside, own = variable.path.lower().split("/")[1:] or [variable.name.lower()]
        path = [re.sub(r"_\d+$", "", part) for part in inside]
        name = re.sub(r"\W+", "_", "_".join([*path, own])).strip("_") or "weight"
        name = name if name[0].isalpha() else f"w_{name}"
        taken = [w.name for w in weights] + ["inputs", "outputs", "product", "pre_activation"]
        name = next(n for n in _numbered(name) if n not in taken)
        rank = len(variable.shape)
        axes = {0: (), 1: ("entries",), 2: ("rows", "columns")}.get(
            rank, tuple(f"axis {axis}" for axis in range(rank))
        )
        weights.append(
            Weight(name=name, variable=variable, axes=axes, symbol=rf"\mathrm{{{_plain(name)}}}")
        )
    return tuple(weights)


def _numbered(name: str) -> Generator[str]:
    yield name
    for number in range(2, 10_000):
        yield f"{name}_{number}"


def _plain(name: str) -> str:
    return name.replace("_", r"\_")
