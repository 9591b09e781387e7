"""The plain loop: call the layer, take the loss, ask the tape, let the optimizer step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.recording.given import clean, unique
from layers.recording.owners import Owned, owned
from layers.recording.prepare import prepare
from layers.training.running.data import Batch, Data
from layers.training.running.objects import check_fit, frozen, make_loss, make_optimizer, slots_of
from layers.training.settings import Settings

State = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
"""The layer's variables, and what the optimizer keeps."""


@dataclass(eq=False)
class TrainingLoop:
    """A layer, its data, its loss and its optimizer, step by step.

    Attributes:
        data: with the layer.
        settings: checked.
        variables: every variable of the layer, by its path.
        moved: path → Keras's variable, of those that the optimizer is given.
        fixed: path → why a variable is not moved.
        optimizer: Keras's, built.
        slots: name → the optimizer's variable.
        outputs: how many the layer has; 0 before the first call.
    """

    data: Data
    settings: Settings
    variables: dict[str, Owned] = field(default_factory=dict)
    moved: dict[str, Any] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build the layer, where it is not, and the optimizer."""
        layer = self.data.layer
        prepare(layer, self.data.batch(0).passed, training=self.settings.training)
        self.take = make_loss(self.settings)
        self.optimizer = make_optimizer(self.settings)
        for known in owned(layer).values():
            self.variables[unique(clean(known.path), self.variables)] = known
        names = {id(known.variable): name for name, known in self.variables.items()}
        own = list(layer.trainable_variables)
        self.moved = {names[id(each.value)]: each for each in own}
        if own:
            self.optimizer.build(own)
        self.slots = slots_of(self.optimizer, list(self.moved))
        self.fixed = frozen(self.variables, self.moved)
        self.outputs = 0

    def forward(self, batch: Batch) -> tuple[Any, Any]:
        """Call the layer and take the loss.

        Returns:
            what the layer returns, and the loss, a tensor without axes: the mean of each output's
            loss, added up, and what the layer itself adds (regularizers).

        Raises:
            BadInputError: targets that do not fit the outputs, at the first call.
        """
        outputs = batch.passed.call(self.data.layer, training=self.settings.training)
        leaves = [leaf for leaf in keras.tree.flatten(outputs) if leaf is not None]
        if not self.outputs:
            self._check(leaves, batch)
        loss: Any = None
        for target, output in zip(batch.targets, leaves, strict=False):
            own = self.take(target, output)
            loss = own if loss is None else loss + own
        for more in self.data.layer.losses:
            loss = loss + tf.cast(tf.reduce_sum(more), loss.dtype)
        return outputs, loss

    def gradients(self, batch: Batch) -> tuple[Any, dict[str, Any]]:
        """Return the loss, and the gradient of every weight that is moved; None for no path."""
        with tf.GradientTape() as tape:
            _, loss = self.forward(batch)
        found = tape.gradient(loss, [each.value for each in self.moved.values()])
        return loss, dict(zip(self.moved, found, strict=True))

    def apply(self, gradients: Mapping[str, Any]) -> None:
        """Let the optimizer step."""
        pairs = [(g, self.moved[name]) for name, g in gradients.items() if g is not None]
        if pairs:
            slopes, variables = zip(*pairs, strict=True)
            self.optimizer.apply(list(slopes), list(variables))

    def state(self) -> State:
        """Return every number that the next step depends on, copied."""
        weights = {n: np.array(known.variable.numpy()) for n, known in self.variables.items()}
        slots = {name: np.array(variable.numpy()) for name, variable in self.slots.items()}
        return weights, slots

    def restore(self, state: State) -> None:
        """Set every variable; slots that the state lacks stay."""
        weights, slots = state
        for name, values in weights.items():
            self.variables[name].variable.assign(values)
        for name, values in slots.items():
            self.slots[name].assign(values)

    def rename(self, variables: Sequence[str], slots: Sequence[str]) -> None:
        """Call the variables and the slots, in their order, by other names.

        Keras numbers the layers of a process, so that a model without names of its own has others
        in the next one.
        """
        names = dict(zip(self.variables, variables, strict=True))
        self.variables = {names[old]: known for old, known in self.variables.items()}
        self.moved = {names[old]: variable for old, variable in self.moved.items()}
        self.fixed = {names[old]: why for old, why in self.fixed.items()}
        self.slots = dict(zip(slots, self.slots.values(), strict=True))

    def _check(self, leaves: list[Any], batch: Batch) -> None:
        if len(batch.targets) > len(leaves):
            raise BadInputError(
                f"The targets do not fit: expected at most {len(leaves)}, one for each output. "
                f"Received {len(batch.targets)}. Leave out what has no output."
            )
        for target, output in zip(batch.targets, leaves, strict=False):
            check_fit(self.settings, output, target.numpy())
        self.outputs = len(leaves)


def dense(gradient: Any) -> Any:
    """Return a gradient as one tensor: that of a table of which only some rows were read."""
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient
