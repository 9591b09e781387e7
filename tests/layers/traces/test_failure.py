"""An error's own words."""

import pytest

from layers.traces.failure import error_words

KERAS = """Exception encountered when calling Twice.call().

\x1b[1mno mask
  has no length.\x1b[0m

Arguments received by Twice.call():
  • inputs=tf.Tensor(shape=(2, 3), dtype=float32)"""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TypeError(KERAS), "TypeError: no mask has no length"),
        (NotImplementedError(), "NotImplementedError"),
        (None, "an error"),
    ],
)
def test_an_error_is_told_by_its_kind_and_its_own_words(error, words):
    assert error_words(error) == words
