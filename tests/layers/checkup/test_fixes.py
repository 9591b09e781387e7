"""The lines that a check-up writes are followed literally: what they mend is not found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.checkup.engine import check
from layers.checkup.own import Own
from layers.checkup.report import Fix
from tests.layers.checkup import specimens
from tests.layers.checkup.specimens import SPECIMENS

FILE = Path(specimens.__file__)
ROUNDS = 4
"""One mistake may stand in several places, each a finding and a fix of its own."""
BY_EXAMPLE = {
    *("UntrackedModule", "UntrackedLayerInObject", "UntrackedGlobal", "StateInModule"),
    *("VariableByHelper", "ConfigFunction", "ConfigArray", "ConfigObject", "ConfigObjectInConfig"),
    *("NumPyMethod", "NumPyInHelper", "NumPyOfNested"),
    *("PythonList", "PythonDict", "PythonTotal", "Compared", "ArgMax"),
    *("BatchAsArgument", "BatchByLength", "Float64Promoted", "LambdaInLayer", "SoftmaxByHand"),
    *("ReshapeBySize", "FlattenBySize", "HoleByLoops", "HoleByScatter", "HoleByNames"),
    *("FrozenInItsPlace", "FrozenByNorm", "FrozenInClosure", "VariableOnce"),
    *("KerasVariableInCall", "PythonIterator", "PythonClassAttribute"),
}
"""Specimens whose own lines no rule can mend: the finding shows an example instead."""


def applied(fix: Fix, text: str) -> str:
    """Return a file's text with a fix in it."""
    lines = text.split("\n")
    before = fix.before.split("\n")
    start = fix.first - 1
    assert lines[start : start + len(before)] == before
    lines[start : start + len(before)] = fix.after.split("\n")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("code", "cls", "arguments", "shape"),
    [
        pytest.param(code, make.func, make.args or make.keywords, shape, id=make.func.__name__)
        for code, make, shape in SPECIMENS
        if isinstance(getattr(make, "func", None), type)
    ],
)
def test_what_was_mended_as_written_is_not_found_again(code, cls, arguments, shape, tmp_path):
    if not isinstance(arguments, dict):
        names = cls.__init__.__wrapped__ if hasattr(cls.__init__, "__wrapped__") else cls.__init__
        arguments = dict(zip(names.__code__.co_varnames[1:], arguments, strict=False))
    text = FILE.read_text()
    mended = 0
    for turn in range(ROUNDS):
        module = f"mended_{cls.__name__.lower()}_{turn}"
        unique = text.replace('package="specimens"', f'package="{module}"')
        (tmp_path / f"{module}.py").write_text(unique)
        report = check(Own(module, cls.__name__, str(tmp_path), arguments), shape)
        found = [f for f in report.findings if f.code == code]
        if not found:
            break
        own = [f.fix for f in found if f.fix and f.fix.own]
        if not own:
            break
        text, mended = applied(own[0], text), mended + 1
    assert bool(mended) == (cls.__name__ not in BY_EXAMPLE)
    if mended:
        assert report.codes == ()
