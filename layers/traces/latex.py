"""A chain of operations as formulas, each symbol over its shape."""

from __future__ import annotations

import re
from functools import lru_cache

from latex2mathml.converter import convert

from layers.operations.op import Op
from layers.traces.rows import is_bare
from layers.traces.trace import Trace

_WITHOUT_BRACKETS = {"−", "x²", "⌊÷⌋", "mod"}
"""Signs of functions whose LaTeX has no brackets of its own."""


_WORD_START = '<mi mathvariant="normal">'
_WORD = re.compile(rf"(?:{_WORD_START}[^<]*</mi>)+")
_INSIDE = re.compile("<[^>]*>")
_MARKUP = re.compile(r"[\\^~]")
_SPECIAL = re.compile(r"([#$%&_{}])")


def formulas(trace: Trace) -> tuple[str, ...]:
    """Return a run's formula in MathML, one part for each result that is shown."""
    return tuple(map(_mathml, latex(trace)))


@lru_cache(1024)
def _mathml(text: str) -> str:
    """Convert one formula; letters of one word become one element, so that it is read as a word."""
    return _WORD.sub(lambda found: _WORD_START + _INSIDE.sub("", found[0]) + "</mi>", convert(text))


def latex(trace: Trace) -> list[str]:
    r"""Return a run's formula in LaTeX, one part for each result that is shown.

    For ``X W + b``: ``\underset{8 \times 5}{H} = …``. Of a tensor without a symbol the name is
    written.
    """
    written = {
        name: rf"\underset{{{_size(tensor.values.shape)}}}{{{tensor.symbol or _named(name)}}}"
        for name, tensor in trace.tensors.items()
    }
    inside: dict[str, Op] = {}
    parts = []
    for step in trace.steps:
        operands = (
            _bracketed(written[name], inside.get(name), step.op, at, len(step.operands))
            for at, name in enumerate(step.operands)
        )
        right = step.op.latex(*operands)
        if step.shown:
            parts.append(f"{written[step.result]} = {right}")
        else:
            written[step.result], inside[step.result] = right, step.op
    return parts


def _bracketed(text: str, inner: Op | None, outer: Op, position: int, operands: int) -> str:
    """Return what a hidden step wrote, in brackets where another step would take it apart."""
    if inner is None or not inner.infix or outer.sign == "÷":  # the bar of a fraction holds it
        return text
    if outer.infix:
        bare = inner.sign == "÷" or is_bare(inner, outer, position, operands)
    else:
        bare = outer.sign not in _WITHOUT_BRACKETS
    return text if bare else rf"\left({text}\right)"


def _named(name: str) -> str:
    own = _SPECIAL.sub(r"\\\1", _MARKUP.sub("", name.rpartition("/")[2]))
    return rf"\mathrm{{{own}}}"


def _size(shape: tuple[int, ...]) -> str:
    return r" \times ".join(str(length) for length in shape) or "1"
