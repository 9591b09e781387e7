"""How a layer is trained: the loss, the optimizer and their arguments, as fields and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.inputs.description import SEED
from layers.inputs.fields import BadInputError, BoolField, ChoiceField, Field, FloatField, IntField


@dataclass(frozen=True, kw_only=True)
class NamedObject:
    """A loss or an optimizer.

    Attributes:
        title: as a page calls it.
        keras_name: the class's name in ``keras.losses`` or ``keras.optimizers``.
        formula: LaTeX.
        fields: its arguments; each has the name that Keras gives it.
    """

    title: str
    keras_name: str
    formula: str
    fields: tuple[Field, ...] = ()


def _share(name: str, default: float, help_: str) -> FloatField:
    return FloatField(name=name, default=default, minimum=0.0, maximum=1.0, help=help_)


def _epsilon() -> FloatField:
    return FloatField(
        name="epsilon",
        default=1e-7,
        minimum=1e-12,
        maximum=1.0,
        help="Added under the fraction bar, so that nothing is divided by zero.",
    )


FROM_LOGITS = BoolField(
    name="from_logits",
    default=False,
    help="Whether the outputs are logits; otherwise they are probabilities.",
)
_SMOOTHING = _share("label_smoothing", 0.0, "How far the targets are drawn to one another.")
_BETA_1 = _share("beta_1", 0.9, "How much of the running mean of the gradients stays.")
_BETA_2 = _share("beta_2", 0.999, "How much of the running mean of their squares stays.")
_MOMENTUM = _share("momentum", 0.0, "How much of the last step is taken again.")
_AMSGRAD = BoolField(
    name="amsgrad", default=False, help="Divide by the largest running mean so far."
)

LOSSES: Mapping[str, NamedObject] = {
    "mean_squared_error": NamedObject(
        title="Mean squared error",
        keras_name="MeanSquaredError",
        formula=r"L = \frac{1}{n} \sum (y - t)^2",
    ),
    "mean_absolute_error": NamedObject(
        title="Mean absolute error",
        keras_name="MeanAbsoluteError",
        formula=r"L = \frac{1}{n} \sum |y - t|",
    ),
    "huber": NamedObject(
        title="Huber",
        keras_name="Huber",
        formula=r"L = \frac{1}{n} \sum \begin{cases} \frac{1}{2}(y-t)^2 & |y-t| \le \delta \\"
        r" \delta |y-t| - \frac{1}{2}\delta^2 & \text{otherwise} \end{cases}",
        fields=(
            FloatField(
                name="delta",
                default=1.0,
                minimum=1e-6,
                maximum=1e6,
                help="From which distance on the loss is a straight line.",
            ),
        ),
    ),
    "binary_crossentropy": NamedObject(
        title="Binary cross-entropy",
        keras_name="BinaryCrossentropy",
        formula=r"L = -\frac{1}{n} \sum t \log y + (1 - t) \log (1 - y)",
        fields=(FROM_LOGITS, _SMOOTHING),
    ),
    "categorical_crossentropy": NamedObject(
        title="Categorical cross-entropy",
        keras_name="CategoricalCrossentropy",
        formula=r"L = -\frac{1}{n} \sum_{rows} \sum_c t_c \log y_c",
        fields=(FROM_LOGITS, _SMOOTHING),
    ),
}

OPTIMIZERS: Mapping[str, NamedObject] = {
    "sgd": NamedObject(
        title="SGD",
        keras_name="SGD",
        formula=r"w \leftarrow w + m', \quad m' = \mu m - \eta g",
        fields=(
            _MOMENTUM,
            BoolField(name="nesterov", default=False, help="Take the momentum one step ahead."),
        ),
    ),
    "rmsprop": NamedObject(
        title="RMSprop",
        keras_name="RMSprop",
        formula=r"w \leftarrow w - \eta \frac{g}{\sqrt{v' + \epsilon}}, \quad "
        r"v' = \rho v + (1 - \rho) g^2",
        fields=(
            _share("rho", 0.9, "How much of the running mean of the squared gradients stays."),
            _MOMENTUM,
            _epsilon(),
            BoolField(name="centered", default=False, help="Divide by the standard deviation."),
        ),
    ),
    "adam": NamedObject(
        title="Adam",
        keras_name="Adam",
        formula=r"w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} "
        r"\frac{m'}{\sqrt{v'} + \epsilon}",
        fields=(_BETA_1, _BETA_2, _epsilon(), _AMSGRAD),
    ),
    "adamw": NamedObject(
        title="AdamW",
        keras_name="AdamW",
        formula=r"w \leftarrow (1 - \eta \lambda) w - \eta \frac{\sqrt{1 - \beta_2^t}}"
        r"{1 - \beta_1^t} \frac{m'}{\sqrt{v'} + \epsilon}",
        fields=(
            _share("weight_decay", 0.004, "How much of each weight goes at every step, times η."),
            _BETA_1,
            _BETA_2,
            _epsilon(),
            _AMSGRAD,
        ),
    ),
}

STEPS = IntField(
    name="steps", default=100, minimum=1, maximum=10_000, help="How often the weights are moved."
)
LEARNING_RATE = FloatField(
    name="learning_rate",
    default=0.01,
    minimum=0.0,
    maximum=1e9,
    help="How far a step goes along the gradient. At 0 nothing moves.",
)
BATCH_SIZE = IntField(
    name="batch_size",
    default=0,
    minimum=0,
    maximum=2**20,
    help="Rows in each step, drawn by the seed; 0 takes all rows in every step.",
)
LOSS = ChoiceField(name="loss", default="mean_squared_error", choices=tuple(LOSSES))
OPTIMIZER = ChoiceField(name="optimizer", default="sgd", choices=tuple(OPTIMIZERS))
CLIP = ChoiceField(
    name="clip",
    default="none",
    choices=("none", "norm", "value", "global_norm"),
    help="Shorten each weight's gradient to a norm, cut each number, or shorten all as one.",
)
CLIP_AT = FloatField(
    name="clip_at", default=1.0, minimum=1e-9, maximum=1e9, help="The longest that stays."
)
CLIP_ARGUMENTS = {"norm": "clipnorm", "value": "clipvalue", "global_norm": "global_clipnorm"}
"""What Keras's optimizers call the ways to clip."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a layer is trained, checked.

    Attributes:
        steps: how often the weights are to be moved.
        loss: a name in ``LOSSES``.
        optimizer: a name in ``OPTIMIZERS``.
        learning_rate: η.
        seed: of the order in which rows are drawn.
        loss_arguments: every argument of the loss.
        optimizer_arguments: every argument of the optimizer.
        clip: how gradients are clipped, ``none``, ``norm``, ``value`` or ``global_norm``.
        clip_at: to what.
        batch_size: rows in each step; 0 for all.
        training: what the layer's call is told: dropout and batch statistics, or none.
    """

    steps: int
    loss: str
    optimizer: str
    learning_rate: float
    seed: int = 0
    loss_arguments: Mapping[str, Any] = field(default_factory=dict)
    optimizer_arguments: Mapping[str, Any] = field(default_factory=dict)
    clip: str = "none"
    clip_at: float = 1.0
    batch_size: int = 0
    training: bool = True

    @property
    def loss_keywords(self) -> dict[str, Any]:
        """What the loss's class is called with: what differs from Keras's default."""
        return _differing(LOSSES[self.loss].fields, self.loss_arguments)

    @property
    def optimizer_keywords(self) -> dict[str, Any]:
        """What the optimizer's class is called with: the rate, and what is no default."""
        own = _differing(OPTIMIZERS[self.optimizer].fields, self.optimizer_arguments)
        clip = {} if self.clip == "none" else {CLIP_ARGUMENTS[self.clip]: self.clip_at}
        return {"learning_rate": self.learning_rate, **own, **clip}


def settings(
    *,
    steps: object,
    loss: object = LOSS.default,
    optimizer: object = OPTIMIZER.default,
    learning_rate: object = LEARNING_RATE.default,
    seed: object = 0,
    loss_arguments: Mapping[str, object] | None = None,
    optimizer_arguments: Mapping[str, object] | None = None,
    clip: object = "none",
    clip_at: object = 1.0,
    batch_size: object = 0,
    training: object = True,
) -> Settings:
    """Check every setting.

    Args:
        steps: see ``Settings``, as for the others; text that spells a value will do.
        loss: a name in ``LOSSES``.
        optimizer: a name in ``OPTIMIZERS``.
        learning_rate: from 0 to 10⁹.
        seed: from 0 to 999,999.
        loss_arguments: what is left out has its default.
        optimizer_arguments: likewise.
        clip: a choice of ``CLIP``.
        clip_at: above 0.
        batch_size: 0 or None for all rows.
        training: true or false.

    Raises:
        BadInputError: a value that its field refuses, or an argument that there is not.
    """
    loss, optimizer = LOSS.parse(loss), OPTIMIZER.parse(optimizer)
    found = Settings(
        steps=STEPS.parse(steps),
        loss=loss,
        optimizer=optimizer,
        learning_rate=LEARNING_RATE.parse(learning_rate),
        seed=SEED.parse(seed),
        loss_arguments=_arguments(loss, LOSSES[loss].fields, loss_arguments or {}),
        optimizer_arguments=_arguments(
            optimizer, OPTIMIZERS[optimizer].fields, optimizer_arguments or {}
        ),
        clip=CLIP.parse(clip),
        clip_at=CLIP_AT.parse(clip_at),
        batch_size=BATCH_SIZE.parse(0 if batch_size is None else batch_size),
        training=BoolField(name="training", default=True).parse(training),
    )
    for name in ("beta_1", "beta_2"):
        if found.optimizer_arguments.get(name) == 1:
            raise BadInputError(
                f"{OPTIMIZERS[optimizer].title} cannot step: expected {name} below 1. Received 1, "
                "which takes nothing of any gradient. Try 0.9."
            )
    return found


def _arguments(owner: str, fields: tuple[Field, ...], given: Mapping[str, object]) -> dict:
    names = [each.name for each in fields]
    if unknown := sorted(set(given) - set(names)):
        raise BadInputError(
            f"`{owner}` cannot take these arguments: expected arguments among "
            f"{', '.join(names) or 'none'}. Received {', '.join(unknown)[:60]}. Leave out what it "
            "does not have."
        )
    return {each.name: each.parse(given.get(each.name, each.default)) for each in fields}


def _differing(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each.name: values[each.name]
        for each in fields
        if each.name in values and values[each.name] != each.default
    }
