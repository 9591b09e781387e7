"""One step in full, as plain data: three traces, and which tensor is the gradient of which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.traces.trace import Trace


@dataclass(frozen=True, kw_only=True)
class StepTraces:
    """Forward, backward and update of one step.

    A name means the same tensor in all of them. ``gradient/kernel`` is ∂L/∂kernel,
    ``updated/kernel`` the kernel after the step, ``slots/kernel/momentum`` what the optimizer
    kept before it, ``updated/slots/kernel/momentum`` after it.

    Attributes:
        step: from 0.
        loss: before the step.
        whole: all operations; any cell of it can be followed back to inputs and weights.
        forward: the operations that lead to the outputs, the loss and the layer's own state.
        backward: those that lead from there to gradients; what it reads of the forward pass is
            in it without the operation that made it.
        update: the optimizer's; what it reads of the backward pass likewise.
        gradients: tensor of the forward pass → the tensor that is its gradient, of the same shape.
            Two tensors may have one gradient: a product and its sum with a bias have.
        missing: tensor of the forward pass without a gradient → why, in a sentence.
        updated: weight or slot → the tensor that is its new value.
        note: what is to be said where the recording differs from the training; empty otherwise.
    """

    step: int
    loss: float
    whole: Trace
    forward: Trace
    backward: Trace
    update: Trace
    gradients: Mapping[str, str]
    missing: Mapping[str, str]
    updated: Mapping[str, str]
    note: str = ""

    @property
    def nbytes(self) -> int:
        """Bytes of all the arrays; those of the parts are the whole's."""
        return sum(tensor.values.nbytes for tensor in self.whole.tensors.values())


@dataclass(frozen=True, kw_only=True)
class FiniteDifference:
    """What moving one number of a weight does to the loss, measured.

    Attributes:
        weight: its path.
        index: the cell, one integer an axis.
        amount: how far it was moved, up and down.
        loss: at its own value.
        above: the loss with the number increased by ``amount``.
        below: with it decreased.
        slope: (above − below) ÷ twice the amount: what the gradient should be.
        gradient: what the backward pass says; NaN where there is none.
        tolerance: how far the slope may be off because losses are rounded to their type.
    """

    weight: str
    index: tuple[int, ...]
    amount: float
    loss: float
    above: float
    below: float
    slope: float
    gradient: float
    tolerance: float

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers, for a cache that is bounded by them."""
        return 64

    @property
    def text(self) -> str:
        """The sentence that stands beside a gradient."""
        cell = f"{self.weight}[{', '.join(map(str, self.index))}]" if self.index else self.weight
        return (
            f"Moving {cell} by {self.amount:g} changes L by {_signed(self.above - self.loss)}, and "
            f"by −{self.amount:g} by {_signed(self.below - self.loss)}: a slope of "
            f"{_signed(self.slope)} ± {self.tolerance:.1g}. The gradient is "
            f"{_signed(self.gradient)}"
        )


def _signed(number: float) -> str:
    return f"{number:.4g}".replace("-", "−")
