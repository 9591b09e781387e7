import re

import pytest

from layers.catalog.registry import NAMES, POSTS, get
from layers.equation import Sign, expression, latex
from layers.runs.run import run


def written(name, **values):
    parts = expression(run(get(name), values))
    return " ".join(part.text if isinstance(part, Sign) else part for part in parts)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("linear", {}, "inputs · kernel + bias = outputs"),
        ("linear", {"use_bias": False}, "inputs · kernel = outputs"),
        (
            "linear",
            {"activation": "relu"},
            "inputs · kernel + bias = pre_activation relu outputs",
        ),
        (
            "linear",
            {"activation": "relu", "use_bias": False},
            "inputs · kernel = product relu outputs",
        ),
        (
            "repeated_dense",
            {},
            "inputs · ( kernel repeat ×5 kernel_repeated ) + ( bias repeat ×5 bias_repeated ) "
            "= pre_activation relu outputs",
        ),
        ("center_zero", {}, "inputs × mask = outputs"),
        (
            "running_sum",
            {},
            "total_before + ( inputs Σ batch column_sums ) = total returned outputs",
        ),
        (
            "mlp_block",
            {},
            "inputs · kernel_1 + bias_1 = pre_activation_1 relu hidden_1 "
            "· kernel_2 + bias_2 = pre_activation_2 relu hidden_2 · kernel_3 + bias_3 = outputs",
        ),
        ("nd_dense", {}, "inputs · kernel + bias = outputs"),
    ],
)
def test_a_run_reads_as_one_expression(name, values, expected):
    assert written(name, **values) == expected


@pytest.mark.parametrize("spec", POSTS, ids=NAMES)
def test_arrows_stand_where_a_tensor_becomes_another_and_every_sign_has_words(spec):
    left = run(spec, {})
    parts = expression(left)
    on_arrows = {step.op.sign for step in left.steps if not step.op.infix}
    for part in parts:
        if isinstance(part, Sign):
            assert part.arrow == (part.text in on_arrows)
            assert part.says or part.text in {"(", ")"}
    texts = [part.text for part in parts if isinstance(part, Sign)]
    assert texts.count("(") == texts.count(")")


def test_the_formula_carries_this_runs_shapes_beneath_its_symbols():
    formula = latex(run(get("linear"), {"features": 3, "units": 4}, batch=2))
    assert (
        r"\underset{2 \times 4}{H} = "
        r"\underset{2 \times 3}{X} \;\; \underset{3 \times 4}{W} + \underset{4}{b}"
    ) in formula


def test_a_scalar_has_one_beneath_and_every_shown_result_a_formula_of_its_own():
    formula = latex(run(get("repeated_dense"), {}))
    assert r"\underset{1}{b}" in formula
    places = [formula.index(rf"{{{symbol}}} = ") for symbol in ("W", r"\bar{b}", "Z", "H")]
    assert places == sorted(places)
    assert formula.count(" = ") == 4


@pytest.mark.parametrize("spec", POSTS, ids=NAMES)
def test_every_shape_of_the_run_stands_in_the_formula_and_braces_close(spec):
    left = run(spec, {})
    formula = latex(left)
    passed_on = {step.result for step in left.steps if not step.shown}
    for name, tensor in left.tensors.items():
        size = r" \times ".join(map(str, tensor.values.shape)) or "1"
        there = rf"\underset{{{size}}}{{{tensor.symbol}}}" in formula
        assert there == (name not in passed_on)
    assert formula.count("{") == formula.count("}")
    assert re.findall(r"[^\x00-\x7f]", formula) == []
