"""Sums of products: matrix products of any rank, Einstein sums, systems of equations."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase

from layers.operations.contraction import Contract, matmul
from layers.operations.solving import Solve
from layers.recording.node import Made, Node


def _matmul(node: Node) -> Made | None:
    names = ("transpose_a", "transpose_b") if node.op_type == "MatMul" else ("adj_x", "adj_y")
    left, right = node.shape(0), node.shape(1)
    turned = [bool(node.setting(name, False)) for name in names]
    if node.call.inputs[0].dtype.is_complex and any(turned):  # turned, and conjugated
        return None
    op = matmul(len(left), len(right), transpose_left=turned[0], transpose_right=turned[1])
    return Made(op, (0, 1))


def _einsum(node: Node) -> Made | None:
    equation = node.setting("equation").replace(" ", "")
    shapes = [node.shape(at) for at in range(len(node.call.inputs))]
    subscripts = spelled(equation, shapes)
    return Made(Contract(subscripts), tuple(range(len(shapes)))) if subscripts else None


def _solve(node: Node) -> Made | None:
    if node.call.inputs[0].dtype.is_complex:
        return None
    return Made(Solve(bool(node.setting("adjoint", False))), (0, 1))


def spelled(equation: str, shapes: list[tuple[int, ...]]) -> str | None:
    """Write an equation without dots, in small letters, with its output; None if ``ii`` is in it.

    >>> spelled("...ij,jk", [(2, 3, 4), (4, 5)])
    'abc,cd->abd'
    """
    terms, arrow, output = equation.partition("->")
    parts = terms.split(",")
    if not arrow:
        letters = [letter for letter in terms if letter.isalpha()]
        once = sorted(letter for letter in letters if letters.count(letter) == 1)
        output = ("..." if "..." in terms else "") + "".join(once)
    extra = [
        len(shape) - len(part.replace("...", "")) if "..." in part else 0
        for part, shape in zip(parts, shapes, strict=True)
    ]
    free = [letter for letter in ascii_uppercase + ascii_lowercase if letter not in equation]
    dots = "".join(free[: max(extra, default=0)])
    parts = [
        part.replace("...", dots[len(dots) - more :])
        for part, more in zip(parts, extra, strict=True)
    ]
    output = output.replace("...", dots)
    if any(len(set(part)) < len(part) for part in (*parts, output)):
        return None
    small: dict[str, str] = {}
    for letter in "".join([*parts, output]):
        small.setdefault(letter, ascii_lowercase[len(small)])
    return (
        ",".join("".join(small[letter] for letter in part) for part in parts)
        + "->"
        + "".join(small[letter] for letter in output)
    )


CONTRACTIONS: dict[str, Callable[[Node], Made | None]] = {
    "BatchMatMul": _matmul,
    "BatchMatMulV2": _matmul,
    "BatchMatMulV3": _matmul,
    "Einsum": _einsum,
    "MatMul": _matmul,
    "MatrixSolve": _solve,
}
