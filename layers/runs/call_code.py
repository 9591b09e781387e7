"""The shortest Python for a call with declared inputs: Keras's own layers, and an author's."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from layers.catalog.spec import LayerSpec
from layers.inputs.cells import Edit
from layers.inputs.description import InputDescription, Values
from layers.inputs.sources import ID_SOURCES, IDS_IF_UNSAID, SAME, code_of
from layers.runs.code import IMPORTS, SETTING, array_literal, weight_edits
from layers.runs.prepare import Call, Sources, chosen_sources, input_seed, input_source


def call_code(
    spec: LayerSpec,
    values: Values,
    call: Call,
    *,
    layer: Any,
    seed: int = 0,
    sources: Sources = None,
    constant: float = 1.0,
    edits: Sequence[Edit] = (),
    outputs: int = 1,
) -> str:
    """Return the Python for one call: imports, inputs, layer, call, print.

    Args:
        spec: which layer; it declares its inputs, and how it is made.
        values: its fields.
        call: the call, of ``prepare_call`` with the same arguments.
        layer: the run's own.
        seed: as for ``prepare_call``.
        sources: as for ``prepare_call``.
        constant: as for ``prepare_call``.
        edits: numbers put into cells of inputs and of stored weights.
        outputs: how many arrays the call returns.
    """
    if spec.constructor is None:
        raise TypeError(f"{spec.title} has no constructor to write.")
    checked, chosen = spec.check(values), chosen_sources(spec, sources)
    lines = []
    names: dict[int, str] = {}
    for position, each in enumerate(spec.inputs):
        array, source = call.arrays[each.name], chosen[each.name]
        if isinstance(source, str) and source == SAME:
            continue
        names[id(array)] = each.name
        made = _input(spec, each, array, source, input_seed(position, seed), checked, constant)
        lines += [f"{each.name} = {made}", *input_edits(each.name, edits, source)]
    lines += _masks(call.named, names)
    arguments = [_text(value, names) for value in call.arguments]
    named = {name: value for name, value in call.named.items() if not _usual(spec, name, value)}
    arguments += [f"{name}={_text(value, names)}" for name, value in named.items()]
    called = f"layer({', '.join(arguments)})"
    lines.append(spec.constructor(checked, seed) + weight_edits(layer, edits, called))
    if outputs == 1:
        lines.append(f"print({called}.numpy())")
    else:
        lines += [f"for output in keras.tree.flatten({called}):", "    print(output.numpy())"]
    body = "\n".join(lines)
    if spec.module:
        missing = "".join(f"{line}\n" for line in IMPORTS if line not in spec.module)
        return f"{spec.module.rstrip()}\n\n\n{missing}{body}\n"
    return SETTING + "\n".join(IMPORTS) + f"\n\n{body}\n"


def _usual(spec: LayerSpec, name: str, value: Any) -> bool:
    """Return whether the layer's call does the same without this argument."""
    taken = inspect.signature(spec.classes[-1].call).parameters.get(name)
    if taken is None or taken.default is taken.empty:
        return False
    return isinstance(value, bool) and bool(taken.default) == value


def _input(
    spec: LayerSpec,
    taken: InputDescription,
    array: np.ndarray,
    source: str | np.ndarray,
    seed: int,
    checked: Values,
    constant: float,
) -> str:
    if isinstance(source, np.ndarray):
        return array_literal(array, f'np.load("{spec.name}.npz")["{taken.name}"]')
    ids = taken.ids(checked) or IDS_IF_UNSAID
    number = ids if source in ID_SOURCES else constant
    return code_of(input_source(spec, taken, source), array.shape, seed, number)


def input_edits(name: str, edits: Sequence[Edit], source: str | np.ndarray) -> list[str]:
    """Return the lines that put numbers into an input; a visitor's own array has them already."""
    if isinstance(source, np.ndarray):
        return []
    mine = (edit for edit in edits if edit.cell.tensor == name)
    return [f"{name}[{', '.join(map(str, e.cell.index))}] = {e.value!r}" for e in mine]


def _masks(named: Mapping[str, Any], names: dict[int, str]) -> list[str]:
    """Return the lines that make the masks, and name them."""
    lines = []
    for value in named.values():
        for mask in value if isinstance(value, list) else [value]:
            if isinstance(mask, np.ndarray):
                names[id(mask)] = "mask"
                length = int(mask[0].sum())
                lines += [f"mask = np.ones({mask.shape}, bool)", f"mask[:, {length}:] = False"]
    return lines


def _text(value: Any, names: Mapping[int, str]) -> str:
    if isinstance(value, np.ndarray):
        return names[id(value)]
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_text(each, names) for each in value)}]"
    return repr(value)
