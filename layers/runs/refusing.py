"""What a layer of Keras's raises, as a sentence."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

import tensorflow as tf

from layers.inputs.fields import BadInputError

_NOISE = re.compile(
    r"\x1b\[[\d;]*m|\{\{function_node .*?\}\}| \[Op:.*|Arguments received by .*"
    r"|Exception encountered when calling .*?\.call\(\)\.",
    re.DOTALL,
)
"""What TensorFlow and Keras write around an error's own words: colours, nodes, all arguments."""
_RAISED = (
    *(ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError, RuntimeError),
    tf.errors.OpError,
)
"""What Keras's layers raise where values do not go together; NotImplementedError is among them."""


def words_of(error: BaseException) -> str:
    """Return an error's own words on one line, at most 300 characters, without a last full stop."""
    return " ".join(_NOISE.sub("", str(error)).split())[:300].rstrip(".")


def error_words(error: BaseException | None) -> str:
    """Return an error's type and its own words, as a sentence has them."""
    return f"{type(error).__name__}: {words_of(error)}" if error else "an error"


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
