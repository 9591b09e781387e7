"""Graphs laid out, written down as text: tensors by name, `[name]` where one is drawn elsewhere."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from layers.traces.layout import DrawnTensor, Named, SublayerGroup, layout
from layers.traces.trace import Step, Tensor, Trace


@dataclass(frozen=True)
class Infix:
    sign: str
    infix = True
    explained = True

    @property
    def says(self):
        return f"says {self.sign}"


@dataclass(frozen=True)
class Arrow(Infix):
    infix = False


TIMES, PLUS, DOT, RELU, SPLIT = Infix("×"), Infix("+"), Infix("·"), Arrow("relu"), Arrow("split")


def step(op, operands, result, scope="", shown=True):
    return Step(op=op, operands=tuple(operands.split()), result=result, scope=scope, shown=shown)


def graph(*steps, outputs="outputs", inputs="x"):
    made = {each.result for each in steps}
    names = dict.fromkeys([*inputs.split(), *(n for s in steps for n in s.operands), *made])
    role: dict[str, Any] = {name: "intermediate" if name in made else "weight" for name in names}
    role.update(dict.fromkeys(inputs.split(), "input"))
    role.update(dict.fromkeys(outputs.split(), "output"))
    tensors = {
        name: Tensor(values=np.zeros(1), axes=("cells",), role=role[name], path=name)
        for name in names
    }
    return Trace(
        tensors=tensors,
        steps=tuple(steps),
        output_names=tuple(outputs.split()),
        input_names=tuple(inputs.split()),
    )


def text(row):
    words = []
    for item in row:
        if isinstance(item, DrawnTensor):
            words.append(item.name)
        elif isinstance(item, Named):
            words.append(f"[{item.name}]")
        else:
            words.append(f"→{item.text}" if item.arrow else item.text)
    return " ".join(words)


def inside(group):
    """Return a group's parts as text, a nested group as (path, parts)."""
    return [
        (part.path, inside(part)) if isinstance(part, SublayerGroup) else text(part)
        for part in group.parts
    ]


def test_a_chain_is_one_row():
    left = layout(
        graph(
            step(DOT, "x w", "product", shown=False),
            step(PLUS, "product b", "z"),
            step(RELU, "z", "outputs"),
        ),
        "dense",
    )
    assert [text(row) for row in left.rows] == ["x · w + b = z →relu outputs"]
    assert left.inside is None


def test_a_branch_that_joins_a_chain_stands_in_brackets():
    left = layout(graph(step(RELU, "w", "v"), step(DOT, "x v", "outputs")), "repeated")
    assert [text(row) for row in left.rows] == ["x · ( w →relu v ) = outputs"]


def test_a_tensor_that_is_used_twice_is_drawn_once():
    left = layout(graph(step(RELU, "x", "h"), step(PLUS, "h x", "outputs")), "residual")
    assert [text(row) for row in left.rows] == ["x →residual outputs"]
    assert left.inside
    assert inside(left.inside) == ["[x] →relu h + [x] = [outputs]"]
    assert left.drawn == ("x", "outputs", "h")


def test_the_two_ends_hold_every_weight_and_every_result():
    left = layout(
        graph(
            step(DOT, "x w", "z"),
            step(SPLIT, "z", "outputs"),
            step(SPLIT, "z", "state"),
            outputs="outputs state",
        ),
        "two results",
    )
    assert text(left.rows[0]) == "x , w →two results outputs , state"
    assert left.inside
    assert inside(left.inside) == ["[x] · [w] = z", "[z] →split [outputs]", "[z] →split [state]"]


def test_sublayers_are_groups_in_the_order_in_which_they_run():
    left = layout(
        graph(
            step(DOT, "x a", "q", scope="query"),
            step(DOT, "x b", "k", scope="key"),
            step(DOT, "k c", "k2", scope="key/inner"),
            step(TIMES, "q k2", "s"),
            step(RELU, "s", "outputs", scope="softmax"),
        ),
        "attention",
    )
    assert left.inside
    assert inside(left.inside) == [
        ("query", ["[x] · [a] = q"]),
        ("key", ["[x] · [b] = k", ("key/inner", ["[k] · [c] = k2"])]),
        "[q] × [k2] = s",
        ("softmax", ["[s] →relu [outputs]"]),
    ]


@pytest.mark.parametrize(
    ("outer", "expected"),
    [
        (PLUS, "f × [c] + i × [g] = [outputs]"),
        (TIMES, "f × [c] × ( i × [g] ) = [outputs]"),
    ],
)
def test_products_are_written_out_in_a_sum_without_brackets(outer, expected):
    left = layout(
        graph(
            step(TIMES, "f c", "kept", shown=False),
            step(TIMES, "i g", "added", shown=False),
            step(outer, "kept added", "outputs"),
            step(RELU, "c", "other"),
            inputs="c g",
            outputs="outputs other",
        ),
        "cell",
    )
    assert left.inside
    assert inside(left.inside)[0] == expected.replace("f ", "[f] ").replace("i ", "[i] ")


def test_chosen_steps_are_laid_out_alone():
    steps = [step(RELU, "x", "a"), step(RELU, "a", "b"), step(RELU, "b", "outputs")]
    left = layout(graph(*steps), "loop", steps=steps[1:2])
    assert left.inside
    assert inside(left.inside) == ["a →relu b"]


def test_a_very_large_graph_is_not_laid_out():
    names = ["x", *(f"t{n}" for n in range(2500)), "outputs"]
    steps = [step(PLUS, f"{a} x", b) for a, b in itertools.pairwise(names)]
    left = layout(graph(*steps), "deep")
    assert left.inside is None
    assert left.left_out == 2501


def test_a_very_large_graph_is_summed_up_by_sublayer():
    names = ["x", *(f"a{n}" for n in range(1500)), *(f"b{n}" for n in range(1500)), "z", "outputs"]
    steps = [
        step(PLUS, f"{a} w", b, scope={"a": "first/dense", "b": "second"}.get(b[0], ""))
        for a, b in itertools.pairwise(names)
    ]
    left = layout(graph(*steps), "deep")
    assert left.left_out == 3000
    assert left.inside
    assert inside(left.inside) == [
        ("first", ["[x] , [w] →first a1499"]),
        ("second", ["[a1499] , [w] →second b1499"]),
        "[b1499] + [w] = z + [w] = [outputs]",
    ]


def test_what_is_listed_after_a_sum_stands_in_a_row_of_its_own():
    stack = Arrow("stack")
    left = layout(
        graph(
            step(PLUS, "zeros x", "a"),
            step(PLUS, "w x", "b"),
            step(stack, "a b", "outputs"),
        ),
        "scan",
    )
    assert left.inside
    assert inside(left.inside) == [
        "[zeros] + [x] = a",
        "[w] + [x] = b",
        "[a] , [b] →stack [outputs]",
    ]
