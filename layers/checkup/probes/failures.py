"""What an error says: the known ways of failing, told from the words TensorFlow and Keras use."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from layers.checkup import fixes
from layers.checkup.examination.layer_under_test import Subject, short
from layers.checkup.report import Finding
from layers.checkup.shapes import spell_shapes
from layers.checkup.source import Source, source_of

_HERE = Path(__file__).parents[1]
_KNOWN = (
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
_SAYS = {
    "frozen-copy": (
        "A tensor is worked out once, while the layer is built, and kept.",
        "It belongs to the graph it was made in: the layer cannot be called, nor train.",
    ),
    "python-state": (
        "A tensor made in `call` is kept in an attribute.",
        "It belongs to the graph it was made in: the next call cannot use it.",
    ),
    "positional-add-weight": (
        "The name is handed to `add_weight` by position, as in Keras 2.",
        "Keras 3 takes the first position for the shape, and refuses: the layer cannot be built.",
    ),
    "variable-in-call": (
        "Variables are made in `call`.",
        "Keras has closed the layer by then: `fit` and every functional model fail.",
    ),
    "build-signature": (
        "`build` takes several arguments that are not named after those of `call`.",
        "Keras cannot tell which shape is whose, and refuses to build the layer.",
    ),
    "numpy-in-call": (
        "`call` takes a tensor's numbers out by NumPy.",
        "It works while numbers are at hand; in `fit` and in every functional model it raises.",
    ),
    "float64-constant": (
        "A float64 constant meets the input's float32.",
        "TensorFlow does not mix the two: the layer cannot be called.",
    ),
    "reserved-name": (
        "An attribute has the name of one of Keras's own, which cannot be set.",
        "The layer cannot be made.",
    ),
}


def failure(error: BaseException, subject: Subject, stage: str, layer: Any = None) -> Finding:
    """Return the finding that an error amounts to.

    Args:
        error: what the author's code raised.
        subject: the layer under examination.
        stage: what was tried: ``make``, ``call`` or ``graph``, or in words, what a probe did.
        layer: a layer, where one could be made, for its source.
    """
    text = f"{type(error).__name__}: {error}"
    line = line_of(error)
    source = _source_at(subject, layer, line) if layer is not None else _source_in(error)
    for code, pattern in _KNOWN:
        if re.search(pattern, text, re.DOTALL):
            return _known(code, error, source)
    if stage == "graph" and source and re.search(r"\.numpy\(|\bnp\.", source.line(line or 0)):
        return _known("numpy-in-call", error, source)
    if re.search(r"is out of scope and cannot be used here", text) and layer is not None:
        return _kept_tensor(subject, layer, line, error)
    told = short(error)
    if isinstance(error, SystemExit):
        return Finding(
            code="exits",
            severity="broken",
            where=_where(line),
            wrong=f"The layer ends the program while it is {_doing(stage, subject)}.",
            happens="Whatever runs it ends with it, and nothing is saved.",
            evidence=f"{told} was raised.",
        )
    at_once = stage in {"make", "call", "graph"}
    return Finding(
        code={"make": "cannot-make", "call": "cannot-call", "graph": "cannot-trace"}.get(
            stage, "raises"
        ),
        # What none of the author's lines raised may be the examination's own fault.
        severity="broken" if at_once or line else "note",
        where=_where(line),
        wrong=f"The layer raises an error while it is {_doing(stage, subject)}.",
        happens={
            "make": "There is no layer to look at.",
            "call": "No model with it runs on such an input.",
            "graph": "It runs step by step, but `fit` and every functional model fail.",
        }.get(stage, "What Keras does there fails."),
        evidence=told,
    )


def line_of(error: BaseException) -> int | None:
    """Return the author's line in which an error was raised: the innermost that is no library's."""
    found = None
    trail = error.__traceback__
    while trail:
        file = trail.tb_frame.f_code.co_filename
        if not is_ours(file):
            found = trail.tb_lineno
        trail = trail.tb_next
    return found


def is_ours(file: str) -> bool:
    """Return whether a file is a library's or the check-up's, and so not the author's."""
    if "site-packages" in file or file.startswith("<"):
        return True
    return _HERE in Path(file).parents and Path(file).name != "posted.py"


def _known(code: str, error: BaseException, source: Source | None) -> Finding:
    wrong, happens = _SAYS[code]
    line = line_of(error)
    where = _where(line)
    return Finding(
        code=code,
        severity="broken",
        where=f"call, {where}" if code == "variable-in-call" else where,
        wrong=wrong,
        happens=happens,
        evidence=short(error),
        fix=fixes.of_failure(code, source, line),
    )


def _kept_tensor(subject: Subject, layer: Any, line: int | None, error: BaseException) -> Finding:
    """Return which mistake a tensor kept from another graph is: made in ``call``, or before it."""
    for inner in layer._flatten_layers():
        source = subject.source(inner)
        if source is None or line is None or not source.spans(line):
            continue
        call = source.method("call")
        for name in re.findall(r"self\.(\w+)", source.line(line)):
            if call and any(node in set(ast.walk(call)) for node in source.assignments(name)):
                return _known("python-state", error, None)
            if fix := fixes.derived_in_call(source, name):
                return replace(_known("frozen-copy", error, None), fix=fix)
    return _known("frozen-copy", error, None)


def _source_at(subject: Subject, layer: Any, line: int | None) -> Source | None:
    """Return the source of the layer's class, or of the layer inside it that has the line."""
    own = subject.source(layer)
    if line and own and not own.spans(line):
        inside = map(subject.source, layer._flatten_layers(include_self=False))
        return next((source for source in inside if source and source.spans(line)), own)
    return own


def _source_in(error: BaseException) -> Source | None:
    """Return the source of the author's class in whose method an error was raised."""
    trail, found = error.__traceback__, None
    while trail:
        owner = trail.tb_frame.f_locals.get("self")
        if owner is not None and not is_ours(trail.tb_frame.f_code.co_filename):
            found = type(owner)
        trail = trail.tb_next
    return source_of(found) if found else None


def _doing(stage: str, subject: Subject) -> str:
    return {
        "make": "made",
        "call": f"called on an input of shape {spell_shapes(subject.shape)}",
        "graph": "traced as a graph",
    }.get(stage, stage)


def _where(line: int | None) -> str:
    return f"line {line}" if line else "the layer"
