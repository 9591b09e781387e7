"""What a layer of Keras's raises, as a sentence."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import tensorflow as tf

from layers.inputs.fields import BadInputError
from layers.traces.failure import error_words

_RAISED = (
    *(ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError, RuntimeError),
    tf.errors.OpError,
)
"""What Keras's layers raise where values do not go together; NotImplementedError is among them."""


@contextmanager
def refusing(title: str) -> Generator[None]:
    """Turn what a stock layer raises in the block into a sentence.

    Args:
        title: the layer's.

    Raises:
        BadInputError: in place of it.
    """
    try:
        yield
    except BadInputError:
        raise
    except _RAISED as error:
        raise BadInputError(
            f"{title} cannot be run: expected values that go together. Received "
            f"{error_words(error)}. Set other values, or another input shape."
        ) from error
