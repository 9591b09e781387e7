"""A refusal names the line at which a key of a TOML file stands."""

import pytest

from views.toml_lines import line_of

TEXT = """title = "a"
"summary" = "b"

[[step]]
link = "/"

[[step]]
text = "link = x"
link = "/train"
done.units = "3"
[step.question]
answer = 1
"""


@pytest.mark.parametrize(
    ("key", "table", "number", "line"),
    [
        ("title", "", 0, 1),
        ("summary", "", 0, 2),
        ("link", "step", 1, 5),
        ("link", "step", 2, 9),
        ("done", "step", 2, 10),
        ("question", "step", 2, 11),
        ("answer", "step", 2, 12),
        ("task", "step", 2, 7),  # is not there: its table's first line
        ("link", "step", 3, 4),  # an inline table has no line of its own
    ],
)
def test_where_a_key_stands(key: str, table: str, number: int, line: int):
    assert line_of(TEXT, key, table, number) == line
