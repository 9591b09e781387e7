"""A recorded run as a graph: each tensor once, each operation once. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from layers.operations.op import Op

Role = Literal[
    "input",
    "weight",
    "state",
    "constant",
    "random",
    "intermediate",
    "output",
    "gradient",
    "update",
]


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """One array of a run.

    Attributes:
        values: the array; read-only, because runs are shared between visitors.
        axes: one word an axis (``"batch"``, ``"features"``, ``"units"``).
        role: what it is to the layer.
        symbol: its LaTeX symbol in the formula, such as ``X`` or ``W_{1}``; may be empty.
        path: of a weight, Keras's own path inside the layer (``"query/kernel"``); of any other
            tensor, the path of the sublayer that made it.
    """

    values: np.ndarray
    axes: tuple[str, ...]
    role: Role
    symbol: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        """Check that every axis has a word, and lock the array."""
        # Of rank 0 TensorFlow gives a NumPy scalar, which is no array and cannot be locked.
        object.__setattr__(self, "values", np.asarray(self.values))
        if len(self.axes) != self.values.ndim:
            raise ValueError(
                f"A tensor cannot be described: expected one word for each of its "
                f"{self.values.ndim} axes. Received {self.axes}. Name every axis."
            )
        self.values.setflags(write=False)

    def __reduce__(self) -> tuple:
        """Rebuild through the constructor, because unpickled arrays come back writable."""
        return _tensor, (self.values, self.axes, self.role, self.symbol, self.path)


def _tensor(
    values: np.ndarray, axes: tuple[str, ...], role: Role, symbol: str, path: str
) -> Tensor:
    return Tensor(values=values, axes=axes, role=role, symbol=symbol, path=path)


@dataclass(frozen=True)
class Step:
    """One operation of a run: ``result = op(*operands)``, all by tensor name.

    Attributes:
        op: what is done.
        operands: the names of the tensors that it reads, in the operation's order.
        result: the name of the tensor that it makes.
        scope: the path of the sublayer that ran it: ``""``, ``"query"``, ``"forward_lstm/cell"``.
        shown: whether a picture shows the result; False marks one that is only passed on inside
            an expression, such as ``X W`` on its way to ``X W + b``.
    """

    op: Op
    operands: tuple[str, ...]
    result: str
    scope: str = ""
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One run of a layer.

    Attributes:
        tensors: every tensor by name, in the order in which they were made.
        steps: every operation, in an order in which each operand is made before it is read. Each
            result is made once.
        output_names: the layer's results, a nested structure flattened in TensorFlow's order.
        input_names: the tensors that the caller passed in, in the caller's order.
        history: for a layer with state, the state after each call, (calls, *state); else None.
    """

    tensors: Mapping[str, Tensor]
    steps: tuple[Step, ...]
    output_names: tuple[str, ...]
    input_names: tuple[str, ...]
    history: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Lock the history, as the tensors are."""
        if self.history is not None:
            self.history.setflags(write=False)

    def __reduce__(self) -> tuple:
        """Rebuild through the constructor, because unpickled arrays come back writable."""
        return _trace, (
            self.tensors,
            self.steps,
            self.output_names,
            self.input_names,
            self.history,
        )

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the values of one tensor."""
        return self.tensors[name].values

    @property
    def outputs(self) -> tuple[np.ndarray, ...]:
        """The layer's own results, in its own order."""
        return tuple(self[name] for name in self.output_names)

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The names of the operation types without arithmetic, each once, in order."""
        names = (step.op.sign for step in self.steps if not step.op.explained)
        return tuple(dict.fromkeys(names))

    @cached_property
    def made_by(self) -> Mapping[str, Step]:
        """Result name → the step that makes it."""
        return {step.result: step for step in self.steps}

    @cached_property
    def used_by(self) -> Mapping[str, tuple[Step, ...]]:
        """Tensor name → the steps that read it, in order; every tensor has an entry."""
        readers: dict[str, list[Step]] = {name: [] for name in self.tensors}
        for step in self.steps:
            for name in dict.fromkeys(step.operands):
                readers[name].append(step)
        return {name: tuple(steps) for name, steps in readers.items()}

    def with_history(self, history: np.ndarray) -> Trace:
        """Return the same run with the state after each call, (calls, *state)."""
        return replace(self, history=history)

    def with_symbols(self, symbols: Mapping[str, str]) -> Trace:
        """Return the same run with other LaTeX symbols for some of its tensors, by name."""
        if not symbols:
            return self
        tensors = {
            name: replace(tensor, symbol=symbols.get(name, tensor.symbol))
            for name, tensor in self.tensors.items()
        }
        return replace(self, tensors=tensors)

    def redo(self) -> dict[str, np.ndarray]:
        """Redo every step in NumPy, in float64, from what no step makes.

        Returns:
            Result name → array: float64 for floating results, whole numbers and truth values in a
            type of their own. A second opinion on TensorFlow's values that does not rest on them.
            The result of an operation without arithmetic is TensorFlow's.
        """
        known = {name: wide(tensor.values) for name, tensor in self.tensors.items()}
        redone: dict[str, np.ndarray] = {}
        with np.errstate(all="ignore"):  # infinities and NaN are the input's own, and are compared
            for step in self.steps:
                if step.op.explained:
                    known[step.result] = step.op.evaluate(*(known[name] for name in step.operands))
                redone[step.result] = known[step.result]
        return redone

    def disagreement(self) -> float:
        """Return the largest absolute difference between TensorFlow's run and ``redo``.

        Where both are NaN, or the same infinity, they agree; where only one is, the answer is inf.
        """
        return max((largest_difference(self[k], v) for k, v in self.redo().items()), default=0.0)


def once(function: Callable[[Trace], Any]) -> Callable[[Trace], Any]:
    """Compute something once for each trace, which never changes.

    The value is kept with the trace, and is not sent with it to another process.
    """
    name = f"{function.__module__}.{function.__qualname__}"  # ty: ignore

    @wraps(function)
    def kept(trace: Trace) -> Any:
        known = vars(trace)
        if name not in known:
            known[name] = function(trace)
        return known[name]

    return kept


def _trace(
    tensors: Mapping[str, Tensor],
    steps: tuple[Step, ...],
    output_names: tuple[str, ...],
    input_names: tuple[str, ...],
    history: np.ndarray | None,
) -> Trace:
    return Trace(
        tensors=tensors,
        steps=steps,
        output_names=output_names,
        input_names=input_names,
        history=history,
    )


def wide(values: np.ndarray) -> np.ndarray:
    """Return floating values in float64, complex ones in complex128; others as they are."""
    if values.dtype.kind == "c":
        return values.astype("complex128")
    if values.dtype.kind == "f" or values.dtype.name.startswith(("bfloat", "float8")):
        return values.astype("float64")
    return values


def largest_difference(left: np.ndarray, right: np.ndarray) -> float:
    """Return max |left − right|: equal NaN and infinities agree, unequal ones differ by inf.

    >>> largest_difference(np.array([1.0, np.nan]), np.array([1.5, np.nan]))
    0.5
    """
    if left.shape != right.shape:
        return float("inf")
    if left.dtype.kind not in "fiubc":  # text and the like are equal or not
        left, right = wide(left), wide(right)
        if left.dtype.kind not in "fiubc":
            return 0.0 if np.array_equal(left, right) else float("inf")
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    if same.all():
        return 0.0
    kind = "complex128" if "c" in (left.dtype.kind, right.dtype.kind) else "float64"
    difference = np.abs(left[~same].astype(kind) - right[~same].astype(kind))
    return float("inf") if np.isnan(difference).any() else float(difference.max())
