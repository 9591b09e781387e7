"""Fixes for saving a layer and loading it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from layers.checkup.fixes.lines import attributes_of, keywords
from layers.checkup.report import Fix
from layers.checkup.source import ClassSource, TextEdit, insert_after, replace


def add_kwargs(source: ClassSource | None) -> Fix | None:
    """Make the constructor take ``**kwargs`` and pass them on."""
    if source is None or (init := source.method("__init__")) is None or init.args.kwarg:
        return None
    last = max(
        [
            *(*init.args.args, *init.args.kwonlyargs, *init.args.defaults),
            *(default for default in init.args.kw_defaults if default),
        ],
        key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0),
    )
    end = (last.end_lineno or 0, last.end_col_offset or 0)
    edits = [TextEdit(end, end, ", **kwargs")]
    for node in ast.walk(init):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".__init__"):
            inside = ", ".join([*map(source.segment, [*node.args]), *keywords(source, node)])
            inside = f"{inside}, **kwargs" if inside else "**kwargs"
            edits.append(replace(node, f"{source.segment(node.func)}({inside})"))
            break
    else:
        return None
    return source.edited(*edits)


def write_get_config(
    source: ClassSource | None, names: Iterable[str], arrays: Mapping[str, str] | None = None
) -> Fix | None:
    """Write a ``get_config`` that returns every argument of the constructor.

    Args:
        source: the class.
        names: the constructor's arguments.
        arrays: the dtype of each argument that is a NumPy array. It is saved as a list.
    """
    if source is None or (init := source.method("__init__")) is None:
        return None
    arrays = arrays or {}
    if arrays and "import numpy as np\n" not in source.lines:
        return None
    names = list(names)
    stored_as = {v.id: name for _, v, name in attributes_of(init) if isinstance(v, ast.Name)}
    present = {name for _, _, name in attributes_of(init)}
    edits, lines = [], []
    for name in names:
        attribute = stored_as.get(name) or (name if name in present else None)
        if attribute is None:
            edits.append(insert_after(init.body[-1], f"self.{name} = {name}"))
            attribute = name
        listed = ".tolist()" if name in arrays else ""
        lines.append(f'        "{name}": self.{attribute}{listed},')
    edits += [
        replace(value, f'np.asarray({value.id}, "{arrays[value.id]}")')
        for _, value, _ in attributes_of(init)
        if isinstance(value, ast.Name) and value.id in arrays
    ]
    written = "\n".join(
        [
            "def get_config(self):",
            "    return {",
            "        **super().get_config(),",
            *lines,
            "    }",
        ]
    )
    old = source.method("get_config")
    if old is None:
        edits.append(insert_after(source.tree.body[-1], f"\n{written}"))
        return _merged(source, edits)
    edits.append(replace(old, written.replace("\n", "\n" + " " * old.col_offset)))
    return source.edited(*edits)


def _merged(source: ClassSource, edits: list[TextEdit]) -> Fix | None:
    """Join the edits that start at one place, so that their order is fixed."""
    ends: dict[tuple[int, int], TextEdit] = {}
    for edit in edits:
        known = ends.get(edit.start)
        text = edit.text if known is None else known.text + edit.text
        ends[edit.start] = TextEdit(edit.start, edit.end, text)
    return source.edited(*ends.values())


def register_class(source: ClassSource | None, package: str) -> Fix | None:
    """Add the decorator that registers the class."""
    if source is None:
        return None
    place = (source.first, source.tree.col_offset)
    line = f'@keras.saving.register_keras_serializable(package="{package}")\n'
    return source.edited(TextEdit(place, place, line + " " * source.tree.col_offset))
