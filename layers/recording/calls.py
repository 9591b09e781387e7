"""What TensorFlow runs while a layer is called: every operation, with the very tensors."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

# Not public: the hook under tf.debugging.experimental.enable_dump_debug_info, unchanged since
# TensorFlow 2.1. tests/layers/recording/test_private_api.py says so if it goes.
from tensorflow.python.eager import context, execute


def assigns(op_type: str) -> bool:
    """Say whether an operation changes the variable that is its first operand."""
    return op_type.startswith(("Assign", "ResourceScatter", "ResourceApply")) and (
        op_type not in ("Assign", "AssignAdd", "AssignSub")
    )


@dataclass(frozen=True, eq=False)
class RecordedCall:
    """One operation that ran: the tensors are TensorFlow's own, so that identity holds.

    Attributes:
        op_type: TensorFlow's name of it.
        inputs: its operands.
        attributes: its settings by name.
        outputs: its results; of an assignment, the variable's new value.
        scope: TensorFlow's name scope, without the last slash: ``"block/query"``.
    """

    op_type: str
    inputs: tuple[Any, ...]
    attributes: Mapping[str, Any]
    outputs: tuple[Any, ...]
    scope: str


@dataclass(eq=False)
class Recorder:
    """Keeps every operation that runs on this thread, outside of graphs that are being traced.

    The tensors are held, because the id of one that is gone is used again.

    Attributes:
        calls: what ran, in order.
        reads: id of an operand that was read from a variable without an operation of its own →
            id of the variable's handle. TensorFlow's fast path reads some variables that way.
        values: id of a variable's handle → the value it had when it was first seen.
    """

    calls: list[RecordedCall] = field(default_factory=list)
    reads: dict[int, int] = field(default_factory=dict)
    values: dict[int, Any] = field(default_factory=dict)
    _made: set[int] = field(default_factory=set)
    _buffers: dict[int, int] = field(default_factory=dict)
    _held: list[Any] = field(default_factory=list)

    def watch(self, handle: Any, dtype: tf.DType) -> None:
        """Know a variable's present value by the memory that it stands in."""
        try:
            value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)
        except tf.errors.OpError:  # not initialised yet
            return
        self.values.setdefault(id(handle), value)
        address = _address(value)
        if not value.shape.rank and address in _shared(value.numpy().item(), dtype):
            # TensorFlow keeps one buffer for a number of Python's, and a variable that starts
            # with it shares it: given one of its own, it is told from the number.
            own = tf.raw_ops.DeepCopy(x=value)
            tf.raw_ops.AssignVariableOp(resource=handle, value=own)
            address = _address(own)
            self._held.append(own)
        if address is not None:
            self._buffers[address] = id(handle)
            self._held += [value, handle]

    def hear(
        self,
        op_type: str | bytes,
        inputs: Any,
        attributes: Any,
        outputs: Any,
        op_name: Any = None,  # noqa: ARG002 - the hook's own signature
        graph: Any = None,
    ) -> None:
        """Keep one operation; the hook calls this after it ran."""
        if graph is not None:
            return
        name = op_type.decode() if isinstance(op_type, bytes) else op_type
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True)) if attributes else {}
        inputs, outputs = tuple(inputs), tuple(outputs)
        for operand in inputs:
            if id(operand) not in self._made and id(operand) not in self.reads:
                self._recognise(operand)
        if name == "ReadVariableOp":
            self.values.setdefault(id(inputs[0]), outputs[0])
        elif assigns(name):
            # The last operand is what is put there: a scatter's second says where.
            first, handle, dtype = id(inputs[0]) not in self.values, inputs[0], inputs[-1].dtype
            outputs = (tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype),)
            self.watch(handle, dtype)
            if first:  # a variable is made: this is its start
                return
        elif name.startswith("Resource") and "dtype" in pairs:  # a gather reads as it goes
            value = tf.raw_ops.ReadVariableOp(resource=inputs[0], dtype=pairs["dtype"])
            self.reads[id(value)] = id(inputs[0])
            self.values.setdefault(id(inputs[0]), value)
            self._held.append(inputs[0])
            inputs = (value, *inputs[1:])
        self._made.update(map(id, outputs))
        scope = context.context().scope_name.strip("/")
        self.calls.append(RecordedCall(name, inputs, pairs, outputs, scope))

    def _recognise(self, operand: Any) -> None:
        address = _address(operand)
        if address in self._buffers:
            self.reads[id(operand)] = self._buffers[address]


def _shared(number: Any, dtype: tf.DType) -> set[int]:
    """Return where TensorFlow keeps a number of Python's, with its type given and without."""
    found = {_address(tf.constant(number)), _address(tf.constant(number, dtype))}
    return {address for address in found if address is not None}


def _address(tensor: Any) -> int | None:
    if tensor.dtype in (tf.resource, tf.variant, tf.string) or not tensor.shape.num_elements():
        return None
    try:
        shared = np.asarray(memoryview(tensor))  # numpy() would be a copy
    except (BufferError, TypeError, ValueError):  # bfloat16, which Python's buffers do not know
        return None
    return shared.__array_interface__["data"][0]


@dataclass
class _Switches:
    """What is one for the process, though recordings run on several threads.

    op_callbacks.add_op_callback puts another function in the place of ``execute.execute``, and
    its remove_op_callback puts the plain one back as soon as its own thread has no callback left:
    other threads then hear nothing. So here the last recording of all puts back what was.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    recordings: int = 0
    eagerly: bool = False
    execute: Any = None

    def on(self) -> None:
        with self.lock:
            if not self.recordings:
                self.eagerly = tf.config.functions_run_eagerly()
                self.execute = execute.execute
                tf.config.run_functions_eagerly(run_eagerly=True)
                execute.execute = execute.execute_with_callbacks  # ty: ignore[invalid-assignment]
            self.recordings += 1

    def off(self) -> None:
        with self.lock:
            self.recordings -= 1
            if not self.recordings:
                tf.config.run_functions_eagerly(run_eagerly=self.eagerly)
                execute.execute = self.execute


_switches = _Switches()


@contextmanager
def listening(recorder: Recorder) -> Generator[Recorder]:
    """Have TensorFlow tell the recorder of every operation on this thread.

    What is inside a ``tf.function`` runs operation by operation meanwhile.
    """
    hear = recorder.hear  # one object: TensorFlow knows callbacks by identity
    own = context.context()
    _switches.on()
    own.add_op_callback(hear)
    try:
        yield recorder
    finally:
        own.remove_op_callback(hear)
        _switches.off()
