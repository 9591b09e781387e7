"""A run's steps as one expression: for the row of pictures, and as LaTeX with this run's shapes."""

from __future__ import annotations

from dataclasses import dataclass

from layers.trace import Step, Trace


@dataclass(frozen=True)
class Sign:
    """What stands between two pictures: ``·``, or a labelled arrow; ``says`` is for the ear."""

    text: str
    says: str = ""
    arrow: bool = False


EQUALS = Sign("=", "equals")


def expression(trace: Trace) -> tuple[str | Sign, ...]:
    """Return the run as tensor names with signs between, every tensor once, outputs last.

    Of a run without steps: what goes in, the weights, and what comes out.
    """
    if not trace.steps:
        stored = [part for name in _stored(trace) for part in (Sign(",", "with"), name)]
        return ("inputs", *stored, Sign("call", "the layer's call", arrow=True), "outputs")
    made_by = {step.result: step for step in trace.steps}
    return tuple(_write("outputs", made_by))


def _write(name: str, made_by: dict[str, Step]) -> list[str | Sign]:
    if name not in made_by:
        return [name]
    step = made_by[name]
    first, *others = (_write(operand, made_by) for operand in step.operands)
    if not step.op.infix:
        return [*first, Sign(step.op.sign, step.op.says, arrow=True), name]
    parts = first
    for other in others:
        nested = [Sign("("), *other, Sign(")")] if len(other) > 1 else other
        parts = [*parts, Sign(step.op.sign, step.op.says), *nested]
    return [*parts, EQUALS, name] if step.shown else parts


def latex(trace: Trace) -> str:
    r"""Return the run's formula in Markdown, each symbol over its shape, one part a shown result.

    For ``X W + b``: ``$\displaystyle \underset{8 \times 5}{H} = …$``.
    """
    written = {
        name: rf"\underset{{{_size(tensor.values.shape)}}}{{{tensor.symbol}}}"
        for name, tensor in trace.tensors.items()
    }
    parts = []
    if not trace.steps:
        arguments = ", ".join(written[name] for name in ("inputs", *_stored(trace)))
        parts.append(rf"$\displaystyle {{{written['outputs']} = f({arguments})}}$")
    for step in trace.steps:
        right = step.op.latex(*(written[operand] for operand in step.operands))
        if step.shown:
            parts.append(rf"$\displaystyle {{{written[step.result]} = {right}}}$")
        else:
            written[step.result] = right
    return " &emsp; ".join(parts)


def _stored(trace: Trace) -> list[str]:
    return [
        name for name, tensor in trace.tensors.items() if tensor.role not in ("input", "output")
    ]


def _size(shape: tuple[int, ...]) -> str:
    return r" \times ".join(str(length) for length in shape) or "1"
