"""The initialisers a field can name, each seeded on its own: nothing global is touched."""

from __future__ import annotations

import keras

from layers.inputs.fields import ChoiceField

_SEEDED = {
    "random_normal": keras.initializers.RandomNormal,
    "glorot_uniform": keras.initializers.GlorotUniform,
}
_FIXED = {
    "ones": keras.initializers.Ones,
    "zeros": keras.initializers.Zeros,
    "identity": keras.initializers.Identity,
}

KERNEL_INITIALIZER = ChoiceField(
    name="kernel_initializer",
    default="random_normal",
    choices=("random_normal", "glorot_uniform", "ones", "zeros", "identity"),
    help="How the kernel starts: normal numbers of deviation 0.05 as in the posts, Keras's own "
    "default (Glorot), or numbers that are easy to follow.",
)
BIAS_INITIALIZER = ChoiceField(
    name="bias_initializer",
    default="zeros",
    choices=("zeros", "random_normal", "ones"),
    help="How the bias starts. Zeros in most of the posts, normal in one.",
)


def initializer(name: str, seed: int) -> keras.initializers.Initializer:
    """Return the named initialiser; ``seed`` is used by those that draw numbers."""
    if name in _SEEDED:
        return _SEEDED[name](seed=seed)
    return _FIXED[name]()
