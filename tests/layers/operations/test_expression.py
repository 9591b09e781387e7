"""Arithmetic as text: brackets, minus, nesting; and as a number."""

import math
import pickle

import pytest

from layers.operations.arithmetic import (
    Comparison,
    Difference,
    Function,
    LogOfPowers,
    Negative,
    Number,
    OperandCell,
    Power,
    Product,
    Quotient,
    Share,
    Sum,
    TakenBranch,
)

A, B, C = Number(2), Number(-3), Number(0.5)


@pytest.mark.parametrize(
    ("expression", "text", "value"),
    [
        (Sum((B, A, B)), "−3 + 2 + (−3)", -4),
        (Sum((A, Sum((B, C)))), "2 + (−3) + 0.5", -0.5),
        (Product((B, B)), "−3 × (−3)", 9),
        (Product((Sum((A, B)), C)), "(2 + (−3)) × 0.5", -0.5),
        (Product((A, Quotient(B, C))), "2 × (−3 ÷ 0.5)", -12),
        (Quotient(Product((A, B)), C), "2 × (−3) ÷ 0.5", -12),
        (Quotient(A, Product((B, C))), "2 ÷ (−3 × 0.5)", 2 / -1.5),
        (Quotient(A, Quotient(B, C)), "2 ÷ (−3 ÷ 0.5)", 2 / -6),
        (Quotient(A, Number(0)), "2 ÷ 0", math.inf),
        (Difference(A, B), "2 − (−3)", 5),
        (Difference(A, Sum((B, C))), "2 − (−3 + 0.5)", 4.5),
        (Difference(A, Difference(B, C)), "2 − (−3 − 0.5)", 5.5),
        (Difference(Difference(A, B), C), "2 − (−3) − 0.5", 4.5),
        (Power(B, Number(2)), "(−3)²", 9),
        (Power(Difference(A, B), Number(2)), "(2 − (−3))²", 25),
        (Power(A, C), "2^0.5", math.sqrt(2)),
        (Power(A, B), "2^(−3)", 0.125),
        (Negative(A), "−2", -2),
        (Negative(B), "−(−3)", 3),
        (Product((A, Negative(C))), "2 × (−0.5)", -1),
        (Sum((A, Negative(Sum((B, C))))), "2 + (−(−3 + 0.5))", 4.5),
        (Quotient(Number(1), Function((C,), name="sqrt", shown="√")), "1 ÷ √(0.5)", math.sqrt(2)),
        (Function((B,), name="relu"), "relu(−3)", 0),
        (Function((B,), name="leaky_relu", parameters=(0.5,)), "leaky_relu(−3)", -1.5),
        (Comparison((A, B), "less", "<"), "2 < −3", 0),
        (Sum((A, Comparison((B, C), "less", "<"))), "2 + (−3 < 0.5)", 3),
        (TakenBranch((A, B), taken=1, name="min"), "min(2, −3)", -3),
        (TakenBranch((A, B), taken=1, name="argmin"), "argmin(2, −3)", 1),
        (TakenBranch((A, Sum((B, C))), taken=1), "−3 + 0.5", -2.5),
        (Product((A, TakenBranch((A, Sum((B, C))), taken=1))), "2 × (−3 + 0.5)", -5),
        (Share((A, A), own=0), "exp(2) ÷ (exp(2) + exp(2))", 0.5),
        (Share((Number(1e4), Number(1e4)), own=1), "exp(10000) ÷ (exp(10000) + exp(10000))", 0.5),
        (LogOfPowers((A,)), "log(exp(2))", 2),
        (LogOfPowers(()), "log()", -math.inf),
        (Sum(()), "0", 0),
        (Sum((), padding=3), "0 (3 cells of padding)", 0),
        (Sum((A,)), "2", 2),
        (Product((A, Sum((B,)))), "2 × (−3)", -6),
        (Number(math.nan), "NaN", math.nan),
        (Sum((A, Number(-math.inf))), "2 + (−∞)", -math.inf),
    ],
)
def test_written_and_worked_out(expression, text, value):
    assert expression.write() == text
    assert expression.value == pytest.approx(value, nan_ok=True)
    assert pickle.loads(pickle.dumps(expression)).write() == text  # noqa: S301


def test_a_sum_of_seven_is_written_whole_and_one_of_eight_is_folded():
    assert Sum((A,) * 7).write().count("2") == 7
    assert Sum((A,) * 8).write() == "2 + 2 + 2 + 2 + … 2 more … + 2 + 2"
    assert Sum((A,) * 8).write(everything=True).count("2") == 8


def test_cells_are_found_and_exchanged():
    first, second = OperandCell(0, (1, 2), 3.0), OperandCell(1, (), 4.0)
    tree = Function((Sum((Product((first, second)), A)),), name="relu")
    assert list(tree.leaves()) == [first, second]
    other = tree.replaced(lambda cell: Number(cell.value + 1))
    assert other.write() == "relu(4 × 5 + 2)"
    assert tree.write() == "relu(3 × 4 + 2)"
