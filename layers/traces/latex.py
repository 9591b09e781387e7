"""A chain of operations as LaTeX, each symbol over its shape."""

from __future__ import annotations

from layers.traces.trace import Trace


def latex(trace: Trace) -> str:
    r"""Return a run's formula in Markdown, one part for each result that is shown.

    For ``X W + b``: ``$\displaystyle \underset{8 \times 5}{H} = …$``. Of a tensor without a symbol
    the name is written.
    """
    written = {
        name: rf"\underset{{{_size(tensor.values.shape)}}}{{{tensor.symbol or _named(name)}}}"
        for name, tensor in trace.tensors.items()
    }
    parts = []
    for step in trace.steps:
        right = step.op.latex(*(written[operand] for operand in step.operands))
        if step.shown:
            parts.append(rf"$\displaystyle {{{written[step.result]} = {right}}}$")
        else:
            written[step.result] = right
    return " &emsp; ".join(parts)


def _named(name: str) -> str:
    own = name.rpartition("/")[2].replace("_", r"\_")
    return rf"\mathrm{{{own}}}"


def _size(shape: tuple[int, ...]) -> str:
    return r" \times ".join(str(length) for length in shape) or "1"
