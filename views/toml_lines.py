"""Where a key of a TOML file stands, so that a refusal can name its line."""

from __future__ import annotations

import re


def line_of(text: str, key: str, table: str = "", number: int = 0) -> int:
    r"""Return the line of a key, counted from 1.

    Args:
        text: the whole file.
        key: the key's name.
        table: the name of the array of tables that the key is in; empty before the first table.
        number: which of these tables, counted from 1.

    Returns:
        The key's line, or the first line of its table where the key is not written there.

    >>> line_of("a = 1\n[[step]]\nb = 2\n", "b", "step", 1)
    3
    """
    lines = text.splitlines()
    head = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    starts = [at for at, line in enumerate(lines, 1) if table and head.match(line)]
    if table and number > len(starts):  # a table that is written inline
        return next((at for at, line in enumerate(lines, 1) if table in line), 1)
    first = starts[number - 1] if table else 1
    later = (at for at, line in enumerate(lines, 1) if line.lstrip().startswith("[["))
    ends = starts[number:] if table else later
    end = next(iter(ends), len(lines) + 1)
    found = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]|\s*\[.*\b{re.escape(key)}\s*\]")
    return next((at for at in range(first, end) if key and found.match(lines[at - 1])), first)
