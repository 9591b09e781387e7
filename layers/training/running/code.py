"""The Python that repeats a training in plain Keras, and prints the same losses."""

from __future__ import annotations

import re

import numpy as np

from layers.inputs.fields import BadInputError
from layers.runs.code import array_literal
from layers.training.history import History
from layers.training.running.train import UNCONNECTED
from layers.training.settings import LOSSES, OPTIMIZERS, Settings

_LOADED = 'np.load("training.npz")["targets"]'
ONE_THREAD = (
    "tf.config.threading.set_intra_op_parallelism_threads(1)  # sums in one order, as here",
    "tf.config.threading.set_inter_op_parallelism_threads(1)",
)
"""As ``layers.api.explore.start``: of a large convolution the last digits are others without."""
_CALL = re.compile(
    r"^(?:print\(|for output in keras\.tree\.flatten\()(layer\(.*\))(?:\.numpy\(\)\)|\):)"
)


def code(
    history: History,
    script: str,
    targets: np.ndarray,
    *,
    names: tuple[str, ...] = ("inputs",),
    outputs: int = 1,
    regularized: bool = False,
) -> str:
    """Return a script that trains a layer and prints each loss.

    Args:
        history: of the training.
        script: Python that makes inputs and ``layer``, and ends by printing one call of it, as
            ``layers.runs.code`` writes it.
        targets: of the first output's shape; over 400 numbers they are loaded from
            ``training.npz``, where the page's download has them.
        names: the arrays in the script whose rows are drawn.
        outputs: how many arrays the layer returns.
        regularized: whether the layer itself adds losses.

    Raises:
        BadInputError: a script that does not end in a call of ``layer``.
    """
    lines = script.rstrip().splitlines()
    at = next((n for n, line in enumerate(lines) if _CALL.match(line)), None)
    if at is None:
        raise BadInputError(
            "The training cannot be written as code: expected a script that prints `layer(…)`. "
            f"Received one that ends {lines[-1] if lines else ''!r}. Train one call of the layer."
        )
    matched = _CALL.match(lines[at])
    call = re.sub(r",? ?training=\w+", "", matched[1] if matched else "")
    chosen = history.settings
    call = f"{call[:-1]}, training={chosen.training})"
    head = _with_imports(lines[:at])
    drawn = bool(chosen.batch_size and chosen.batch_size < len(targets))
    if drawn:
        for name in names:
            call = re.sub(rf"\b{name}\b", f"{name}[rows]", call)
    if outputs > 1:
        call = f"keras.tree.flatten({call})[0]"
    read = targets.astype("float32")
    body = [
        f"targets = {array_literal(read, _LOADED)}",
        f"loss = keras.losses.{LOSSES[chosen.loss].keras_name}({_written(chosen.loss_keywords)})",
        f"optimizer = keras.optimizers.{OPTIMIZERS[chosen.optimizer].keras_name}"
        f"({_written(chosen.optimizer_keywords)})",
        f"for step in range({_steps(history)}):",
        *(_rows(chosen, len(targets)) if drawn else ()),
        "    with tf.GradientTape() as tape:",
        f"        outputs = {call}",
        f"        value = loss(targets{'[rows]' if drawn else ''}, outputs)",
    ]
    if regularized:
        body += ["        for more in layer.losses:", "            value += tf.reduce_sum(more)"]
    moved = [name for name in history.weights if name not in history.fixed]
    if moved:
        some = UNCONNECTED in history.fixed.values()
        body += [
            "    weights = layer.trainable_variables",
            "    gradients = tape.gradient(value, [weight.value for weight in weights])",
        ]
        if some:
            body += [
                "    pairs = [p for p in zip(gradients, weights) if p[0] is not None]",
                "    optimizer.build(weights)",
                "    gradients, weights = zip(*pairs)",
            ]
        body.append("    optimizer.apply(gradients, weights)")
    body.append("    print(step, float(value))")
    return "\n".join([*head, *body]) + "\n"


def _steps(history: History) -> int:
    """Return how many losses there are: the last may be of a step that was not taken."""
    return len(history.losses)


def _rows(chosen: Settings, rows: int) -> list[str]:
    each = -(-rows // chosen.batch_size)
    return [
        f"    epoch, at = divmod(step, {each})",
        f"    order = np.random.default_rng([{chosen.seed}, epoch]).permutation({rows})",
        f"    rows = order[at * {chosen.batch_size} : (at + 1) * {chosen.batch_size}]",
    ]


def _with_imports(lines: list[str]) -> list[str]:
    """Add what the loop needs, after the setting that must come before TensorFlow."""
    missing = [
        line
        for line in ("import keras", "import numpy as np", "import tensorflow as tf")
        if line not in lines
    ]
    last = max((n for n, line in enumerate(lines) if line.startswith("import ")), default=-1)
    return [*lines[: last + 1], *missing, "", *ONE_THREAD, *lines[last + 1 :]]


def _written(keywords: dict[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in keywords.items())
