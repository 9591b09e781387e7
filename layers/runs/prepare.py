"""A built layer and the arguments of its calls, for any number of inputs of any kind."""

from __future__ import annotations

import inspect
import random
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from layers.catalog.spec import LayerSpec
from layers.inputs.description import SEED, InputDescription, MismatchError, Values
from layers.inputs.fields import BadInputError
from layers.inputs.sources import (
    ID_SOURCES,
    IDS_IF_UNSAID,
    SAME,
    SOURCES,
    InputSource,
    check_size,
    format_shape,
)
from layers.runs.refusing import refusing

Sources = str | np.ndarray | Mapping[str, str | np.ndarray] | None
"""What the first input is, or what each is, by its name; None for the layer's own choice."""
_SEEDS_APART = 1000
"""Between the seeds of two inputs: further than calls are counted."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a layer.

    Attributes:
        arrays: the input arrays by name, float32 or int32; one array may stand under two names.
        arguments: the positional arguments: these arrays, or lists of them.
        named: the named arguments: training, masks, switches.
    """

    arrays: Mapping[str, np.ndarray]
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]


def prepare_call(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None = None,
    seed: int = 0,
    sources: Sources = None,
    constant: float = 1.0,
) -> tuple[keras.layers.Layer, tuple[Call, ...]]:
    """Return a layer, built unless it is an author's own, and the arguments of each of its calls.

    Sizes of inputs, outputs and the largest tensor inside are checked before any is allocated.
    No state of the process changes.

    Args:
        spec: which layer.
        values: its fields; what is left out is the default.
        batch: rows at once; None for the layer's default, and where shapes include the batch.
        seed: of the weights, of random draws and of the inputs.
        sources: see ``Sources``; an array has the shape that the fields say.
        constant: the number for ``"constant"``.

    Raises:
        BadInputError: a value that does not fit its field, a size over the limit, values that
            the layer refuses, or a source that there is not.
        MismatchError: an array that does not fit the layer.
    """
    checked, seed = spec.check(values), SEED.parse(seed)
    if not spec.inputs:
        first = sources.get("inputs", "example") if isinstance(sources, Mapping) else sources
        layer, batches = prepare_one(
            spec,
            values,
            batch=batch,
            seed=seed,
            source=spec.default_input if first is None else first,
            constant=constant,
        )
        if not spec.module:
            layer.build(batches[0].shape)
        return layer, tuple(_call(spec, {"inputs": each}, checked) for each in batches)
    chosen = chosen_sources(spec, sources)
    for each in spec.inputs:
        if isinstance(own := chosen[each.name], np.ndarray):
            each.check(own, checked)
        check_size(f"input {each.name}", each.shape(checked))
    layer = _built(spec, checked, seed)
    return layer, tuple(
        _call(spec, _arrays(spec, checked, chosen, seed + call, constant), checked)
        for call in range(checked.get("calls", 1))
    )


def prepare_one(
    spec: LayerSpec,
    values: Values,
    *,
    batch: int | None,
    seed: int,
    source: str | np.ndarray,
    constant: float,
) -> tuple[keras.layers.Layer, list[np.ndarray]]:
    """Return an unbuilt layer of one input, and that input of every call."""
    checked, seed = spec.check(values), SEED.parse(seed)
    if isinstance(source, np.ndarray):
        spec.check_array(source.shape, checked)
        shape = source.shape
    else:
        shape = spec.full_shape(checked, batch)
    check_size("input", shape)
    layer = spec.build(checked, seed)
    if not spec.module:  # an author's own layer may not say
        check_size("output", tuple(layer.compute_output_shape(shape)))
    calls = range(checked.get("calls", 1))
    if isinstance(source, np.ndarray):
        return layer, [source.astype("float32") for _ in calls]
    maker = source_of(spec, source)
    return layer, [maker.make(shape, seed + call, constant) for call in calls]


def source_of(spec: LayerSpec, name: str) -> InputSource:
    """Return the named input: the layer's own for ``"example"``, else one of ``SOURCES``."""
    if name == "example":
        return spec.example_input
    if name in SOURCES:
        return SOURCES[name]
    raise BadInputError(
        f"The input cannot be made: expected example, {', '.join(SOURCES)} or an array. "
        f"Received {name[:60]!r}. Pick one of these."
    )


def chosen_sources(spec: LayerSpec, sources: Sources) -> dict[str, str | np.ndarray]:
    """Return what each declared input is, by its name.

    Raises:
        BadInputError: a source for an input that there is not.
    """
    if not isinstance(sources, Mapping):
        sources = {} if sources is None else {spec.inputs[0].name: sources}
    names = [each.name for each in spec.inputs]
    if unknown := sorted(set(sources) - set(names)):
        raise BadInputError(
            f"{spec.title} cannot be run: expected inputs among {', '.join(names)}. Received "
            f"{', '.join(unknown)[:60]}. Leave out what it does not have."
        )
    return {each.name: sources.get(each.name, each.default_source) for each in spec.inputs}


def input_source(spec: LayerSpec, taken: InputDescription, name: str) -> InputSource:
    """Return the named way to make an input.

    Raises:
        BadInputError: this input has none of that name.
    """
    if name == "example" and taken is spec.inputs[0] and taken.dtype != "int32":
        return spec.example_input
    if name not in taken.sources:
        raise BadInputError(
            f"The input `{taken.name}` cannot be made: expected {', '.join(taken.sources)} or an "
            f"array. Received {name[:60]!r}. Pick one of these."
        )
    return (SOURCES | ID_SOURCES)[name]


def input_seed(position: int, seed: int) -> int:
    """Return the seed of the input at a position, for that of the run."""
    return seed + _SEEDS_APART * position


@contextmanager
def random_state(seed: int) -> Generator[None]:
    """Draw Keras's unseeded numbers in the block as after ``keras.utils.set_random_seed(seed)``.

    Keras takes the seeds that it is not given from Python's ``random``, which is put back.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def _built(spec: LayerSpec, checked: dict[str, Any], seed: int) -> keras.layers.Layer:
    shapes = {each.name: each.shape(checked) for each in spec.inputs}
    if spec.largest:
        check_size("largest tensor inside", spec.largest(checked, tuple(shapes.values())))
    if spec.module:
        return spec.build(checked, seed)
    with random_state(seed), refusing(spec.title):
        layer = spec.build(checked, seed)
        # Shapes go to ``build`` as the arrays to ``call``; a cell's states have no part in it.
        arranged, _ = spec.arrange(shapes, checked | {"masked_steps": 0})
        arranged = arranged[: len(inspect.signature(layer.build).parameters)]
        for shape in _output_shapes(layer, arranged):
            check_size("output", shape)
        if type(layer).build is not keras.layers.Layer.build:  # else it has no weights of its own
            layer.build(*arranged)
    return layer


def _output_shapes(layer: keras.layers.Layer, arranged: tuple[Any, ...]) -> list[tuple[int, ...]]:
    """Return the shapes of all outputs; none where the layer (a cell) does not say."""
    try:
        found = layer.compute_output_shape(*arranged)
    except NotImplementedError:
        return []
    return list(_flat_shapes(found))


def _flat_shapes(nested: Any) -> Generator[tuple[int, ...]]:
    if isinstance(nested, Mapping):
        nested = list(nested.values())
    if all(size is None or isinstance(size, (int, np.integer)) for size in nested):
        yield tuple(int(size or 1) for size in nested)
    else:
        for each in nested:
            yield from _flat_shapes(each)


def _arrays(
    spec: LayerSpec,
    checked: dict[str, Any],
    chosen: Mapping[str, str | np.ndarray],
    seed: int,
    constant: float,
) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for position, each in enumerate(spec.inputs):
        source, shape, most = chosen[each.name], each.shape(checked), each.ids(checked)
        if isinstance(source, np.ndarray):
            arrays[each.name] = source.astype("int32" if each.dtype == "int32" else "float32")
        elif source == SAME and position:
            first = next(iter(arrays.values()))
            if first.shape != shape:
                raise MismatchError(
                    f"The input `{each.name}` cannot be the same array as `{spec.inputs[0].name}`: "
                    f"expected {format_shape(shape)}. Received {format_shape(first.shape)}. Give "
                    "both one shape, or this one an input of its own.",
                    {each.field.name: first.shape} if each.field else None,
                )
            arrays[each.name] = first
        else:
            maker = input_source(spec, each, source)
            number = (most or IDS_IF_UNSAID) if source in ID_SOURCES else constant
            arrays[each.name] = maker.make(shape, input_seed(position, seed), number)
    return arrays


def _call(spec: LayerSpec, arrays: Mapping[str, np.ndarray], checked: dict[str, Any]) -> Call:
    arguments, named = spec.arrange(arrays, checked)
    return Call(arrays=arrays, arguments=arguments, named=named)
