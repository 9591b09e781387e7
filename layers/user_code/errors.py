"""What an author's code raises, as a sentence with the line of theirs."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from contextlib import contextmanager

from layers.inputs.fields import BadInputError
from layers.traces.failure import RecordingFailedError, error_words


@contextmanager
def user_errors_as_bad_input(failed: str, path: str) -> Generator[None]:
    """Raise whatever an author's code raises as a sentence, with the line of theirs.

    Raises:
        RecordingFailedError: in place of what a recorded call raised; with the operations up to
            there.
        BadInputError: in place of anything else.
    """
    try:
        yield
    except RecordingFailedError as failure:
        if failure.__cause__ is None:
            raise
        raise RecordingFailedError(
            _sentence(failed, path, failure.__cause__), failure.trace
        ) from None
    except BadInputError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an author's code may raise anything)
        raise BadInputError(_sentence(failed, path, error)) from None


def _sentence(failed: str, path: str, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    # A SyntaxError names its line by itself.
    place = f" (line {lines[-1]})" if lines and not isinstance(error, SyntaxError) else ""
    return (
        f"{failed}: expected no error. Received {error_words(error)}{place}. Correct the file, and "
        "the page follows; or set another shape or other arguments."
    )
