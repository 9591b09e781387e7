"""Turns an error into a finding: known mistakes are recognised by TensorFlow's and Keras's text."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import LayerUnderTest, summarize_error
from layers.checkup.report import Finding
from layers.checkup.shapes import format_shapes
from layers.checkup.source import ClassSource, source_of

_CHECKUP = Path(__file__).parents[1]
_PATTERNS = (
    ("positional-add-weight", r"must be passed as a keyword argument\. Received: add_weight"),
    ("positional-add-weight", r"add_weight\(\) takes at most \d positional"),
    ("variable-in-call", r"create a variable while in a stateless scope"),
    ("variable-in-call", r"cannot add new elements of state"),
    ("variable-in-call", r"could not be lifted out of a `tf\.function`"),
    ("variable-in-call", r"only supports singleton tf\.Variable"),
    ("variable-in-call", r"tried to create variables on (a )?non-first call"),
    ("build-signature", r"For a `build\(\)` method with more than one argument"),
    ("numpy-in-call", r"Cannot convert a symbolic tf\.Tensor"),
    ("numpy-in-call", r"object has no attribute 'numpy'"),
    ("numpy-in-call", r"numpy\(\) is only available when eager execution"),
    ("float64-constant", r"a (float|half|bfloat16) tensor but is a double tensor"),
    ("float64-constant", r"a double tensor but is a (float|half|bfloat16) tensor"),
    ("float64-constant", r"[Tt]ype float64 .*(float32|float16|bfloat16)"),
    ("float64-constant", r"dtype float64 .*float(32|16)|float(32|16).*dtype float64"),
    ("reserved-name", r"attribute is reserved and should not be used"),
    ("reserved-name", r"property '?\w*'? ?of '\w+' object has no setter|can't set attribute"),
)
_SENTENCES = {
    "frozen-copy": (
        "A tensor is computed once, while the layer is built, and stored.",
        "It belongs to the graph that was traced then: the layer cannot be called or trained.",
    ),
    "python-state": (
        "A tensor that `call` computes is stored in an attribute.",
        "It belongs to the graph that was traced then: the next call cannot use it.",
    ),
    "positional-add-weight": (
        "`add_weight` gets the name by position, as in Keras 2.",
        "In Keras 3 the first positional argument is the shape. The layer cannot be built.",
    ),
    "variable-in-call": (
        "`call` creates variables.",
        "Keras allows no new variables after `build`: `fit` and every functional model fail.",
    ),
    "build-signature": (
        "`build` takes several arguments that are not named after those of `call`.",
        "Keras cannot match the shapes to the inputs, and does not build the layer.",
    ),
    "numpy-in-call": (
        "`call` converts a tensor to NumPy.",
        "It works in eager mode only: `fit` and every functional model raise.",
    ),
    "float64-constant": (
        "A float64 constant is combined with the float32 input.",
        "TensorFlow does not mix the two dtypes: the layer cannot be called.",
    ),
    "reserved-name": (
        "An attribute has the name of a Keras attribute that cannot be set.",
        "The layer cannot be made.",
    ),
}


def failure(error: BaseException, tested: LayerUnderTest, stage: str, layer: Any = None) -> Finding:
    """Return the finding for an error.

    Args:
        error: what the author's code raised.
        tested: the layer under test.
        stage: ``make``, ``call`` or ``graph``, or what a probe did, in words.
        layer: a layer for its source, if one could be made.
    """
    text = f"{type(error).__name__}: {error}"
    line = line_of(error)
    source = _source_at(tested, layer, line) if layer is not None else _source_in(error)
    for code, pattern in _PATTERNS:
        if re.search(pattern, text, re.DOTALL):
            return _known(code, error, source)
    if stage == "graph" and source and re.search(r"\.numpy\(|\bnp\.", source.line(line or 0)):
        return _known("numpy-in-call", error, source)
    if re.search(r"is out of scope and cannot be used here", text) and layer is not None:
        return _stored_tensor(tested, layer, line, error)
    message = summarize_error(error)
    if isinstance(error, SystemExit):
        return Finding(
            code="exits",
            severity="broken",
            where=_where(line),
            wrong=f"The layer exits the program while it is {_doing(stage, tested)}.",
            happens="A program that uses it ends at this point, and nothing is saved.",
            evidence=f"{message} was raised.",
        )
    at_once = stage in {"make", "call", "graph"}
    return Finding(
        code={"make": "cannot-make", "call": "cannot-call", "graph": "cannot-trace"}.get(
            stage, "raises"
        ),
        # An error that none of the author's lines raised may come from the examination itself.
        severity="broken" if at_once or line else "note",
        where=_where(line),
        wrong=f"The layer raises an error while it is {_doing(stage, tested)}.",
        happens={
            "make": "There is no layer to examine.",
            "call": "No model with this layer runs on such an input.",
            "graph": "It runs in eager mode only: `fit` and every functional model fail.",
        }.get(stage, "The same operation of Keras fails in a model."),
        evidence=message,
    )


def line_of(error: BaseException) -> int | None:
    """Return the innermost of the author's lines that raised an error; None if there is none."""
    found = None
    trail = error.__traceback__
    while trail:
        file = trail.tb_frame.f_code.co_filename
        if not is_library_code(file):
            found = trail.tb_lineno
        trail = trail.tb_next
    return found


def is_library_code(file: str) -> bool:
    """Return whether a file belongs to a library or to the check-up, and not to the author."""
    if "site-packages" in file or file.startswith("<"):
        return True
    return _CHECKUP in Path(file).parents and Path(file).name != "posted.py"


def _known(code: str, error: BaseException, source: ClassSource | None) -> Finding:
    wrong, happens = _SENTENCES[code]
    line = line_of(error)
    where = _where(line)
    return Finding(
        code=code,
        severity="broken",
        where=f"call, {where}" if code == "variable-in-call" else where,
        wrong=wrong,
        happens=happens,
        evidence=summarize_error(error),
        fix=fixes.fix_for_error(code, source, line),
    )


def _stored_tensor(
    tested: LayerUnderTest, layer: Any, line: int | None, error: BaseException
) -> Finding:
    """Return the finding for a stored tensor of another graph, by where it was computed."""
    for inner in layer._flatten_layers():
        source = tested.source(inner)
        if source is None or line is None or not source.spans(line):
            continue
        call = source.method("call")
        for name in re.findall(r"self\.(\w+)", source.line(line)):
            if call and any(node in set(ast.walk(call)) for node in source.assignments(name)):
                return _known("python-state", error, None)
            if fix := fixes.derive_in_call(source, name):
                return replace(_known("frozen-copy", error, None), fix=fix)
    return _known("frozen-copy", error, None)


def _source_at(tested: LayerUnderTest, layer: Any, line: int | None) -> ClassSource | None:
    """Return the source of the layer's class, or of the layer inside it that has the line."""
    own = tested.source(layer)
    if line and own and not own.spans(line):
        inside = map(tested.source, layer._flatten_layers(include_self=False))
        return next((source for source in inside if source and source.spans(line)), own)
    return own


def _source_in(error: BaseException) -> ClassSource | None:
    """Return the source of the author's class in whose method an error was raised."""
    trail, found = error.__traceback__, None
    while trail:
        owner = trail.tb_frame.f_locals.get("self")
        if owner is not None and not is_library_code(trail.tb_frame.f_code.co_filename):
            found = type(owner)
        trail = trail.tb_next
    return source_of(found) if found else None


def _doing(stage: str, tested: LayerUnderTest) -> str:
    return {
        "make": "made",
        "call": f"called on an input of shape {format_shapes(tested.shape)}",
        "graph": "traced as a graph",
    }.get(stage, stage)


def _where(line: int | None) -> str:
    return f"line {line}" if line else "the layer"
