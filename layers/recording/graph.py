"""From what TensorFlow ran to a trace: which tensors there are, what made them, what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from layers.operations.elementwise import Elementwise
from layers.operations.op import Op, Unknown
from layers.operations.segments import SubtractRows
from layers.recording.calls import RecordedCall, Recorder, assigns
from layers.recording.given import clean, unique
from layers.recording.node import Node
from layers.recording.owners import Owned
from layers.recording.translate import translate
from layers.traces.trace import Role, Step, Tensor, Trace
from layers.traces.view import ordered

SHAPES = {"Shape", "ShapeN", "Rank", "Size", "ZerosLike", "OnesLike", "BroadcastArgs"}
"""What depends on shapes alone: constants, whatever their operands are."""


def draws(op_type: str) -> bool:
    """Say whether an operation draws numbers of its own."""
    return op_type in {"Multinomial", "StatelessMultinomial"} or any(
        word in op_type for word in ("Random", "TruncatedNormal")
    )


@dataclass(eq=False)
class Graph:
    """The tensors that depend on the inputs, the weights or chance, each with a name.

    A tensor that is not known here is a constant. ``%3`` is the name of what has no name yet.

    Attributes:
        recorder: what ran.
        variables: the layer's own, by the id of the handle.
        scopes: TensorFlow's scope → the path of the sublayer.
        tensors: name → TensorFlow's tensor, what the name is of, and where.
        names: id of a tensor → its name.
        made: result name → (the call, which of its results).
    """

    recorder: Recorder
    variables: Mapping[int, Owned]
    scopes: Mapping[str, str]
    tensors: dict[str, tuple[Any, Role, str]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    made: dict[str, tuple[RecordedCall, int]] = field(default_factory=dict)
    current: dict[int, str] = field(default_factory=dict)
    weights: dict[int, str] = field(default_factory=dict)
    constants: dict[int, str] = field(default_factory=dict)
    steps: dict[str, tuple[Op, tuple[str, ...], str]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)

    def read(self, inputs: Mapping[str, Any]) -> None:
        """Walk through what ran, and know every tensor."""
        for name, tensor in inputs.items():
            self._name(tensor, name, "input", "")
        for call in self.recorder.calls:
            self._read_call(call)

    def finish(
        self, ends: Mapping[str, Any], losses: Iterable[Any] = ()
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """Keep what leads to the ends, to losses and to changed state.

        Args:
            ends: preferred name → a result of the layer, in its order.
            losses: what the layer added to its training's loss; they are no results of the call.

        Returns:
            the names that tensors without a name should have, and the outputs' names.
        """
        wanted: dict[str, str] = {}
        passed: dict[str, str] = {}
        outputs = []
        for wish, leaf in ends.items():
            name = self.names.get(id(leaf)) or self._constant(leaf)
            own = name in self.made and name not in self.current.values()
            if not own and name not in wanted:  # what comes out as it went in is a step of its own
                if name not in passed:
                    passed[name] = result = self._fresh()
                    self.tensors[result] = (leaf, "output", "")
                    self.steps[result] = (Elementwise("identity"), (name,), "")
                name = passed[name]
            if name not in wanted:
                wanted[name] = wish
                tensor, _, path = self.tensors[name]
                self.tensors[name] = (tensor, "output", path)
            outputs.append(name)
        added = [name for name in map(self._made, losses) if name and name not in wanted]
        for name in dict.fromkeys(added):
            wanted[name] = unique("loss", {*wanted.values(), *self.tensors})
            self.tensors[name] = (self.tensors[name][0], "output", self.tensors[name][2])
        for handle, name in self.current.items():
            before = self.weights[handle]
            wanted[name] = before
            wanted[before] = f"{before}_before"
            self.tensors[name] = (self.tensors[name][0], "state", self._path(handle))
            self.tensors[before] = (self.tensors[before][0], "state", self._path(handle))
        self._follow([*outputs, *added, *self.current.values()])
        return wanted, tuple(outputs)

    def trace(self, outputs: tuple[str, ...], inputs: tuple[str, ...]) -> Trace:
        """Return the graph as a trace."""
        tensors = {}
        for name, (tensor, role, path) in self.tensors.items():
            if name in inputs or name in self.needed:
                values = _values(tensor)
                axes = tuple(f"axis {axis}" for axis in range(values.ndim))
                tensors[name] = Tensor(values=values, axes=axes, role=role, path=path)
        made = {}
        for name in self.tensors:
            if name in self.steps and name in self.needed:
                op, operands, scope = self.steps[name]
                made[name] = Step(op=op, operands=operands, result=name, scope=scope)
        steps = ordered(made)
        order = {step.result: tensors.pop(step.result) for step in steps}
        return Trace(
            tensors=tensors | order, steps=tuple(steps), output_names=outputs, input_names=inputs
        )

    def _read_call(self, call: RecordedCall) -> None:
        handle = id(call.inputs[0]) if call.inputs else 0
        if call.op_type == "ReadVariableOp":
            if self._is_seed(handle):
                return
            self.names[id(call.outputs[0])] = self._variable(handle)
        elif assigns(call.op_type):
            if not self._is_seed(handle):
                self._assign(call, handle)
        elif draws(call.op_type) and call.op_type != "RandomShuffle":
            for output in call.outputs:
                self._name(output, self._fresh(), "random", self._scope(call))
        elif call.op_type not in SHAPES and any(self._known(each) for each in call.inputs):
            for place, output in enumerate(call.outputs):
                name = self._new(output, "intermediate", self._scope(call))
                self.made[name] = (call, place)

    def _assign(self, call: RecordedCall, handle: int) -> None:
        before = self._variable(handle)
        value = call.inputs[1]
        plain = {"AssignAddVariableOp": "add", "AssignSubVariableOp": "subtract"}
        if call.op_type == "AssignVariableOp":
            known = self._known(value)
            if known in self.made and known not in self.current.values():
                self.current[handle] = known
                self.names[id(call.outputs[0])] = known
                return
            op, operands = Elementwise("identity"), (known or self._constant(value),)
        else:
            operands = (before, *(self._known(v) or self._constant(v) for v in call.inputs[1:]))
            op = Unknown(call.op_type)
            if call.op_type in plain:
                op = Elementwise(plain[call.op_type])
            elif call.op_type == "ResourceScatterSub" and len(call.inputs[1].shape) == 1:
                op = SubtractRows()
        name = self._new(call.outputs[0], "state", self._path(handle))
        self.steps[name] = (op, operands, self._scope(call))
        self.made[name] = (call, 0)
        self.current[handle] = name

    def _variable(self, handle: int) -> str:
        """Return the name of a variable's present value."""
        if handle in self.current:
            return self.current[handle]
        if handle not in self.weights:
            known = self.variables.get(handle)
            name = unique(clean(known.path if known else "weight"), self.tensors)
            value = self.recorder.values[handle]
            self._name(value, name, _role(known, value), self._path(handle))
            self.weights[handle] = name
        return self.weights[handle]

    def _known(self, tensor: Any) -> str | None:
        if id(tensor) not in self.names and id(tensor) in self.recorder.reads:
            handle = self.recorder.reads[id(tensor)]
            if not self._is_seed(handle):
                self.names[id(tensor)] = self._variable(handle)
        return self.names.get(id(tensor))

    def _made(self, tensor: Any) -> str | None:
        """Return the name of a result of an operation that was recorded."""
        name = self.names.get(id(tensor))
        return name if name in self.made else None

    def _constant(self, leaf: Any) -> str:
        if id(leaf) not in self.constants:
            self.constants[id(leaf)] = name = self._fresh()
            self.tensors[name] = (leaf, "constant", "")
        return self.constants[id(leaf)]

    def _is_seed(self, handle: int) -> bool:
        return handle in self.variables and self.variables[handle].seed

    def _path(self, handle: int) -> str:
        return self.variables[handle].path if handle in self.variables else ""

    def _scope(self, call: RecordedCall) -> str:
        """Return the path of the sublayer; TensorFlow's own scopes (``strided_slice``) go."""
        parts = call.scope.split("/")
        for start in range(len(parts)):
            for end in range(len(parts), start, -1):
                path = self.scopes.get("/".join(parts[start:end]))
                if path is not None:
                    return path
        return ""

    def _fresh(self) -> str:
        return f"%{len(self.tensors)}"

    def _new(self, tensor: Any, role: Role, path: str) -> str:
        name = self._fresh()
        self._name(tensor, name, role, path)
        return name

    def _name(self, tensor: Any, name: str, role: Role, path: str) -> None:
        self.tensors[name] = (tensor, role, path)
        self.names[id(tensor)] = name

    def _follow(self, ends: list[str]) -> None:
        """Translate what leads to the ends, and keep its operands."""
        waiting = list(ends)
        while waiting:
            name = waiting.pop()
            if name in self.needed:
                continue
            self.needed.add(name)
            if name not in self.steps and name in self.made:
                self._translate(name)
            if name in self.steps:
                waiting += self.steps[name][1]

    def _translate(self, name: str) -> None:
        call, place = self.made[name]
        made = translate(Node(call=call, place=place))
        operands = tuple(
            self._known(call.inputs[at]) or self._constant(call.inputs[at]) for at in made.operands
        )
        if made.first is not None:
            reads = range(len(operands)) if made.first_reads is None else made.first_reads
            values = (_values(call.inputs[made.operands[at]]) for at in reads)
            result = made.first.evaluate(*values)
            inner = self._new(result, "intermediate", self._scope(call))
            read = tuple(operands[at] for at in reads)
            self.steps[inner] = (made.first, read, self._scope(call))
            operands = (*(each for each in operands if each not in read), inner)
        self.steps[name] = (made.op, operands, self._scope(call))


def _role(known: Owned | None, value: Any) -> Role:
    if known is None or known.trainable or not value.dtype.is_floating:
        return "weight"
    cells = value.numpy()
    mask = cells.size > 1 and np.isin(cells, (0, 1)).all() and np.ptp(cells) != 0
    return "constant" if mask else "weight"


def _values(tensor: Any) -> np.ndarray:
    if isinstance(tensor, tf.Tensor) and tensor.dtype in (tf.variant, tf.resource):
        return np.array(None, dtype=object)  # a list or a table of TensorFlow's: no array
    return np.asarray(tensor)
