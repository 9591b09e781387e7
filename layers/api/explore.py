"""The few functions that pages submit to a worker. TensorFlow is imported inside them only.

Everything that crosses is plain data: field values and arrays in, frozen dataclasses of arrays out.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers import tensorflow_start
from layers.inputs.cells import Edit
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError
from layers.traces.latex import formulas
from layers.traces.layout import is_chain
from layers.traces.summary import InvariantResult, Parameters, WeightRow, measure
from layers.traces.trace import Trace

_WIDEST = 64
"""The largest of a layer's whole numbers that is tried as the width of an input."""


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """All that the Explore page shows of one run.

    ``edits`` are by the stored cells that they changed; ``refused`` says which could not be made.
    """

    trace: Trace
    formulas: tuple[str, ...]
    disagreement: float
    parameters: Parameters
    weights: tuple[WeightRow, ...]
    invariants: tuple[InvariantResult, ...]
    notes: tuple[str, ...]
    edits: tuple[Edit, ...]
    refused: tuple[str, ...]
    code: str

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays, for a cache that is bounded by them."""
        tensors = sum(tensor.values.nbytes for tensor in self.trace.tensors.values())
        history = 0 if self.trace.history is None else self.trace.history.nbytes
        weights = sum(row.values.nbytes for row in self.weights)
        return tensors + history + weights + len(self.code)


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
    """Return the plain data of every layer in the catalogue, the posts' first."""
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
    others: dict[str, str | np.ndarray] | None = None,
    edits: tuple[Edit, ...] = (),
    own: OwnModule | None = None,
    simplified: bool = True,
) -> Exploration:
    """Run a layer and sum the run up; arguments and errors as ``layers.runs.run.run_whole``.

    Args:
        name: the layer's, as in the link.
        values: its fields.
        batch: rows at once.
        seed: of the weights and of the inputs.
        source: what the first input is.
        constant: the number for ``source="constant"``.
        others: what the other inputs are, by their names.
        edits: numbers put into cells.
        own: the module that an author's layer is in; what it raises is raised as a sentence.
        simplified: whether TensorFlow's operations are rewritten to the textbook's.
    """
    from layers.catalog.registry import get

    given: dict[str, Any] = {"batch": batch, "seed": seed, "source": source, "others": others or {}}
    given |= {"constant": constant, "edits": edits, "simplified": simplified}
    if own is None:
        return _explore(get(name), values, **given)
    from layers.user_code import user_module

    with user_module.at_work(own.path, own.source, name):
        return _explore(user_module.get(own.path, own.source, name), values, **given)


def fitting_shapes(name: str, values: dict[str, Any], own: OwnModule) -> dict[str, str]:
    """Return shapes of its inputs at which an author's layer runs, where it fails at others.

    Args:
        name: the layer's, as in the link.
        values: its fields.
        own: the module that it is in.

    Returns:
        field → the text of its value; empty where the layer runs at none of those that are tried.
    """
    from layers.runs.run import run
    from layers.user_code import user_module
    from layers.user_code.input_shapes import other_shapes

    spec = user_module.get(own.path, own.source, name)
    given = [each.field for each in spec.inputs if each.default_source != "ids"]
    fields = {field.name: field for field in given if field}
    sizes = [value for value in values.values() if type(value) is int and 0 < value <= _WIDEST]
    for tried in other_shapes(list(fields), sizes):
        with suppress(BadInputError), user_module.at_work(own.path, own.source, name):
            run(spec, values | tried, source=None)
            return {each: fields[each].text(shape) for each, shape in tried.items()}
    return {}


def _explore(
    spec: Any,
    values: dict[str, Any],
    *,
    source: str | np.ndarray,
    others: dict[str, str | np.ndarray],
    edits: tuple[Edit, ...],
    simplified: bool,
    **given: Any,
) -> Exploration:
    from layers.runs.run import run_whole
    from layers.runs.weights import parameters, weight_rows

    sources = {spec.inputs[0].name: source, **others} if spec.inputs else source
    done = run_whole(spec, values, source=sources, edits=edits, simplified=simplified, **given)
    trace = done.trace
    return Exploration(
        trace=trace,
        formulas=formulas(trace) if is_chain(trace) else (),
        disagreement=trace.disagreement(),
        parameters=parameters(done.layer),
        weights=weight_rows(done.layer),
        invariants=tuple(measure(invariant, trace) for invariant in spec.invariants),
        notes=spec.notes(spec.check(values)),
        edits=done.placed.edits,
        refused=done.placed.refused,
        code=_code(spec, values, done, sources, **given),
    )


def _code(spec: Any, values: dict[str, Any], done: Any, sources: Any, **given: Any) -> str:
    from layers.runs.call_code import call_code
    from layers.runs.code import code

    given = {"layer": done.layer, "edits": done.placed.edits, **given}
    del given["batch"]
    if not spec.inputs:
        inputs = done.calls[-1].arrays["inputs"]
        return code(spec, values, inputs=inputs, source=sources, **given)
    outputs = len(done.trace.output_names)
    return call_code(spec, values, done.calls[-1], sources=sources, outputs=outputs, **given)


def read_array(name: str, data: bytes) -> np.ndarray:
    """Return the array in an uploaded file; see ``layers.inputs.uploads``."""
    from layers.inputs.uploads import read_array

    array = read_array(name, data)
    array.setflags(write=False)
    return array


def start() -> None:
    """Import TensorFlow and set it up; once a process, before anything is computed."""
    tensorflow_start.import_tensorflow()
    import tensorflow as tf

    # Tiny tensors: one thread is quicker than handing work to a pool, and sums in a fixed order.
    with suppress(RuntimeError):  # whoever has computed before in this process keeps its threads
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def warm_up() -> None:
    """Start TensorFlow and run the posts' layers once, so that no visitor waits for it."""
    tensorflow_start.import_tensorflow(ours=True)
    from layers.catalog.registry import NAMES

    start()
    for name in NAMES:
        explore(name, {}, batch=None, seed=0, source="example", constant=1.0)
    # What stays is left out of collections: loky makes one a second, of 165 ms where it is not.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
