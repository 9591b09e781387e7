"""A fix is applied literally: what it fixes is not found again."""

from __future__ import annotations

import ast
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from layers.checkup.cli_target import TargetLayer
from layers.checkup.engine import check
from layers.checkup.examination.layer_under_test import LayerUnderTest, as_array, attempt
from layers.checkup.report import Fix
from layers.user_code.isolation import isolated
from tests.layers.checkup import specimens
from tests.layers.checkup.reports import params, report_on
from tests.layers.checkup.specimens import SPECIMENS

FILE = Path(specimens.__file__)
ROUNDS = 4
"""One mistake may stand in several places, each a finding and a fix of its own."""
BY_EXAMPLE = {
    *("UntrackedModule", "UntrackedGlobal", "StateInModule", "VariableByHelper"),
    *("ConfigFunction", "ConfigObject", "ConfigObjectInConfig"),
    *("PythonList", "PythonIterator", "PythonClassAttribute", "Compared", "ArgMax"),
    *("BatchByLength", "LambdaInLayer", "SoftmaxByHand", "HoleByScatter"),
}
"""Specimens that no rule can fix: the finding shows an example instead."""

OTHER_NUMBERS = {"untracked-variable", "softmax-of-one", "PythonNested", "BatchInBuild"}
"""Random numbers of another initializer or shape; a sigmoid for a softmax; a count that changes in
Keras's trial run of a layer without ``build``. Other fixes keep the numbers."""


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def alone(name: str, text: str) -> str:
    """Return a file's text without the classes and functions that one of them does not name.

    Every check reads the whole file of a layer. All lines keep their places.
    """
    made = {
        node.name: node
        for node in parsed(text).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
    }
    needed, new = set(), {name}
    while new:
        needed |= new
        named = {
            leaf.id for each in new for leaf in ast.walk(made[each]) if isinstance(leaf, ast.Name)
        }
        new = (named & made.keys()) - needed
    lines = text.split("\n")
    for node in made.values():
        if node.name not in needed:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            for at in range(first - 1, node.end_lineno or first):
                lines[at] = ""
    return "\n".join(lines)


def applied(fix: Fix, text: str) -> str:
    """Return a file's text with a fix in it."""
    lines = text.split("\n")
    before = fix.before.split("\n")
    start = fix.first - 1
    assert lines[start : start + len(before)] == before
    lines[start : start + len(before)] = fix.after.split("\n")
    return "\n".join(lines)


@pytest.mark.parametrize("number", params(classes_only=True))
def test_what_was_fixed_as_written_is_not_found_again(number, tmp_path):
    code, make, shape = SPECIMENS[number]
    cls, arguments = make.func, make.args or make.keywords
    report = report_on(number)
    if not isinstance(arguments, dict):
        names = cls.__init__.__wrapped__ if hasattr(cls.__init__, "__wrapped__") else cls.__init__
        arguments = dict(zip(names.__code__.co_varnames[1:], arguments, strict=False))
    text = alone(cls.__name__, FILE.read_text())
    fixed = None
    for turn in range(ROUNDS):
        fixes = [f.fix for f in report.findings if f.code == code and f.fix and f.fix.own]
        if not fixes:
            break
        text = applied(fixes[0], text)
        module = f"fixed_{cls.__name__.lower()}_{turn}"
        unique = text.replace('package="specimens"', f'package="{module}"')
        (tmp_path / f"{module}.py").write_text(unique)
        fixed = TargetLayer(module, cls.__name__, str(tmp_path), arguments)
        report = check(fixed, shape)
    assert bool(fixed) == (cls.__name__ not in BY_EXAMPLE)
    if fixed:
        assert report.codes == ()
        calls = 1 if code == "variable-in-call" else 2  # what is made in each call differs in each
        before, after = (outputs(make, shape, calls) for make in (partial(cls, **arguments), fixed))
        assert after is not None
        if before is None:
            return  # as it was written, it could not be called at all
        assert [out.shape for out in after] == [out.shape for out in before]
        if not OTHER_NUMBERS & {code, cls.__name__}:
            for old, new in zip(before, after, strict=True):
                np.testing.assert_allclose(new, old, rtol=1e-5, atol=1e-6)


def outputs(make, shape, calls: int) -> list[np.ndarray] | None:
    """Return what a fresh layer returns, call by call; None where it raises."""
    with isolated({}):  # the same draws for both
        tested = LayerUnderTest(make, shape)
        layer, error = attempt(tested.new)
        found, error = attempt(lambda: [tested.call(layer, seed=turn) for turn in range(calls)])
        return None if error else [as_array(output) for call in found for output in call]
