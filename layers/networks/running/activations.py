"""One layer's inputs and output in a network run on one input, recorded."""

from __future__ import annotations

import math

import keras
import numpy as np

from block_reduction import block_size, reduce_blocks
from layers.inputs import images
from layers.inputs.fields import BadInputError
from layers.model_files.planes import LONG, SIDE
from layers.networks.cell_arithmetic import arithmetic, window
from layers.networks.feature_maps import AXES, Activation, Maps
from layers.networks.running.run import recorded, run
from layers.networks.running.runnable import RunnableModel, Source, runnable_model
from layers.networks.running.wiring import LayerCall
from layers.traces.cells import StepCells, step_cells
from layers.traces.trace import Step, Trace

MAXIMUM_CELLS = 2**16
"""Cells of one layer's maps that are sent; larger maps are averaged over squares."""
MAXIMUM_STEPS = 300
"""Operations of a layer whose cells answer; with more, none do."""


def activate(
    source: Source,
    path: str,
    feed: str | np.ndarray,
    *,
    seed: int,
    cell: tuple[int, ...],
    number: int = 1,
) -> Activation:
    """Run a network on an input, and return one layer's inputs and output.

    Args:
        source: the network.
        path: the layer's.
        feed: one of ``layers.inputs.images.FEEDS``, or an array.
        seed: of normal numbers.
        cell: an index of the output, without the batch; cut to the output's shape.
        number: which of its calls, counted from 1.

    Raises:
        BadInputError: a network that cannot be run, or a layer without a call in it.
    """
    network = runnable_model(source)
    call, arrays = _call(network, path, number), _arrays(network, feed, seed)
    trace = recorded(network, arrays, call.name, axes=AXES)
    name = trace.output_names[0]
    outputs = trace[name]
    at = (0, *_cut(cell, outputs.shape[1:]))
    steps = _from_inputs(trace, name)
    shown = {*trace.input_names, name}
    shapes = {each for step in steps for each in (*step.step.operands, step.step.result)} | shown
    return Activation(
        network_input=maps(arrays[0]),
        inputs={each: maps(trace[each]) for each in trace.input_names},
        outputs=maps(outputs),
        output_name=name,
        cell=at[1:],
        steps=steps,
        shapes={each: trace[each].shape for each in trace.tensors if each in shapes},
        arithmetic=arithmetic(trace, name, at) if outputs.size else (),
        window=window(trace, name, at) if outputs.size else {},
        computed=float(outputs[at]) if outputs.size else math.nan,
        difference=_difference(trace),
        unexplained=trace.unexplained,
    )


def output(
    source: Source, path: str, feed: str | np.ndarray, *, seed: int, number: int = 1
) -> np.ndarray:
    """Return one layer's whole output, batch first; arguments and errors as ``activate``."""
    network = runnable_model(source)
    call = _call(network, path, number)
    return run(network, _arrays(network, feed, seed))[call.name]


def _call(network: RunnableModel, path: str, number: int) -> LayerCall:
    """Return one of a layer's calls."""
    calls = [call for call in network.calls if call.path == path and call.inputs]
    if not calls:
        raise BadInputError(
            "Nothing can be shown of this layer: expected one that computes. Received "
            f"{path[:60]!r}, which is a model or an input. Choose a layer within it."
        )
    return calls[min(max(number, 1), len(calls)) - 1]


def _arrays(network: RunnableModel, feed: str | np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """Return the inputs of a network: what was chosen, and normal numbers for the others."""
    return tuple(
        images.feed(shape, feed if at == 0 else "normal", seed, _tokens(network, at))
        for at, shape in enumerate(network.input_shapes)
    )


def _from_inputs(trace: Trace, result: str) -> tuple[StepCells, ...]:
    """Return the steps that lead from the layer's inputs to a result; nothing if too many."""
    dependent = set(trace.input_names)
    for step in trace.steps:
        if dependent.intersection(step.operands):
            dependent.add(step.result)
    wanted, steps = {result}, list[Step]()
    for step in reversed(trace.steps):
        if step.result in wanted and step.result in dependent:
            wanted.update(step.operands)
            steps.insert(0, step)
    if len(steps) > MAXIMUM_STEPS:
        return ()
    return tuple(step_cells(trace, step) for step in steps)


def _difference(trace: Trace) -> float:
    """Return the largest difference between NumPy and TensorFlow; NaN if nothing was redone."""
    if trace.steps and not any(step.op.explained for step in trace.steps):
        return math.nan
    return trace.disagreement()


def maps(tensor: np.ndarray) -> Maps:
    """Return a tensor of a batch of one as pictures, averaged over blocks where it is large."""
    shape = tensor.shape[1:]
    values = tensor[0].astype("float32")
    block = (1, 1)
    if not values.size:
        values = np.zeros((1, 0, 0), "float32")
    elif sum(length > 1 for length in shape) <= 1:
        values = values.reshape(1, 1, -1)
        block = block_size((1, values.size), (1, LONG))
    elif values.ndim != 3:
        values = values.reshape(1, -1, shape[-1])
        block = block_size((values.shape[1], values.shape[2]), (SIDE, SIDE))
    else:
        values = values.transpose(2, 0, 1)
        side = 1
        while values.size / side**2 > MAXIMUM_CELLS and max(values.shape[1:]) > side:
            side += 1
        block = (side, side)
    if block != (1, 1):
        values = reduce_blocks(values, block, ["mean"])["mean"]
    values.setflags(write=False)
    return Maps(values=values, shape=tuple(shape), block=block)


def _cut(cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    filled = (*cell, *(0 for _ in shape))[: len(shape)]
    return tuple(min(max(0, at), max(0, n - 1)) for at, n in zip(filled, shape, strict=True))


def _tokens(network: RunnableModel, position: int) -> int | None:
    """Return the vocabulary's size of an input that an embedding takes; None for other inputs."""
    names = [call.name for call in network.calls if call.config.class_name == "InputLayer"]
    name = names[position] if names else ""
    for call in network.calls:
        if name in call.inputs and isinstance(
            network.layers.get(call.path), keras.layers.Embedding
        ):
            return int(network.layers[call.path].input_dim)
    return None
