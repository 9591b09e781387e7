"""The few functions that pages submit to a worker. TensorFlow is imported inside them only.

Everything that crosses is plain data: field values and arrays in, frozen dataclasses of arrays out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.equation import Sign, expression, latex
from layers.inputs.cells import Edit
from layers.inputs.description import Description
from layers.trace import Trace
from layers.traces.summary import Kept, Parameters, WeightRow, measure, parameters, weight_row


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """All that the Explore page shows of one run.

    ``edits`` are by the stored cells that they changed; ``refused`` says which could not be made.
    """

    trace: Trace
    expression: tuple[str | Sign, ...]
    latex: str
    disagreement: float
    parameters: Parameters
    weights: tuple[WeightRow, ...]
    promises: tuple[Kept, ...]
    notes: tuple[str, ...]
    edits: tuple[Edit, ...]
    refused: tuple[str, ...]
    code: str

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays, for a cache that is bounded by them."""
        tensors = sum(tensor.values.nbytes for tensor in self.trace.tensors.values())
        return tensors + sum(row.values.nbytes for row in self.weights) + len(self.code)


def timed(function: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, float]:
    """Return what a function of this module returns, and the milliseconds it took here."""
    started = time.perf_counter()
    result = function(*arguments, **named)
    return result, 1e3 * (time.perf_counter() - started)


@dataclass(frozen=True)
class OwnModule:
    """The text of an author's module, as it stood when it was last read."""

    path: str
    source: str


def describe() -> tuple[Description, ...]:
    """Return the plain data of every registered layer."""
    from layers.catalog.registry import LAYERS

    return tuple(spec.describe() for spec in LAYERS)


def describe_own(module: OwnModule) -> tuple[Description, ...]:
    """Return the plain data of the layers in an author's module; errors as ``user_module.load``."""
    from layers.user_code.user_module import load

    return tuple(spec.describe() for spec in load(module.path, module.source).specs)


def explore(
    name: str,
    values: dict[str, Any],
    *,
    batch: int | None,
    seed: int,
    source: str | np.ndarray,
    constant: float,
    edits: tuple[Edit, ...] = (),
    own: OwnModule | None = None,
) -> Exploration:
    """Run a layer and sum the run up; arguments and errors as ``layers.runs.run.run``.

    ``own`` is the module that an author's layer is in; what it raises comes as a sentence.
    """
    if own:
        from layers.user_code.user_module import at_work

        with at_work(own.path, own.source, name):
            return _explore(name, values, batch, seed, source, constant, edits, own)
    return _explore(name, values, batch, seed, source, constant, edits, None)


def _explore(
    name: str,
    values: dict[str, Any],
    batch: int | None,
    seed: int,
    source: str | np.ndarray,
    constant: float,
    edits: tuple[Edit, ...],
    own: OwnModule | None,
) -> Exploration:
    from layers.catalog.registry import get
    from layers.runs.code import code
    from layers.runs.edits import put
    from layers.runs.run import prepare, trace
    from layers.user_code import user_module

    spec = user_module.get(own.path, own.source, name) if own else get(name)
    layer, batches = prepare(spec, values, batch=batch, seed=seed, source=source, constant=constant)
    placed, refused = put(spec, layer, batches, edits)
    run = trace(spec, layer, batches)
    return Exploration(
        trace=run,
        expression=expression(run),
        latex=latex(run),
        disagreement=run.disagreement(),
        parameters=parameters(layer),
        weights=tuple(weight_row(weight) for weight in spec.weights(layer)),
        promises=tuple(measure(promise, run) for promise in spec.promises),
        notes=spec.notes(spec.check(values)),
        edits=placed,
        refused=refused,
        code=code(
            spec,
            values,
            layer=layer,
            inputs=batches[-1],
            seed=seed,
            source=source,
            constant=constant,
            edits=placed,
        ),
    )


def read_array(name: str, data: bytes) -> np.ndarray:
    """Return the array in an uploaded file; see ``layers.inputs.uploads``."""
    from layers.inputs.uploads import read_array

    array = read_array(name, data)
    array.setflags(write=False)
    return array


def start() -> None:
    """Import TensorFlow and set it up; once a process, before anything is computed."""
    import tensorflow as tf

    # Tiny tensors: one thread is quicker than handing work to a pool, and sums in a fixed order.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def warm_up() -> None:
    """Start TensorFlow and run every layer once, so that no visitor waits for it."""
    start()
    for description in describe():
        explore(description.name, {}, batch=None, seed=0, source="example", constant=1.0)
