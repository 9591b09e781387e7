"""Fixes for a copy of a weight that is computed once: compute it in every call."""

from __future__ import annotations

import ast
import re

from layers.checkup.fixes.lines import attributes_of, by_keras, names_in
from layers.checkup.report import Fix
from layers.checkup.source import ClassSource, TextEdit, attribute_of, insert_before, replace


def derive_in_call(source: ClassSource | None, name: str) -> Fix | None:
    """Move ``self.copy = f(self.w)`` out of the constructor into every call.

    If the copy is a local variable, its expression replaces it in the functions that close over it.
    """
    if source is None or (call := source.method("call")) is None:
        return None
    assigned = [node for node in source.assignments(name) if isinstance(node, ast.Assign)]
    if not assigned:
        return _in_closures(source, name)
    node = assigned[-1]
    # ``self.w = self.w * 2`` assigns twice: the weight first, then the copy that replaces it.
    again = any(attribute_of(read) == name for read in ast.walk(node.value))
    if len(assigned) != 1 + again or node.lineno >= call.lineno:
        return None
    home = _home(source, node)
    if home is None or attribute_of(node.targets[0]) != name:
        return None
    found = _expression_in_call(source, home, node)
    if found is None:
        return None
    expression, edits = found
    uses = [
        replace(use, name)
        for use in ast.walk(call)
        if isinstance(use, ast.Attribute) and attribute_of(use) == name
    ]
    if not uses:
        return None
    alone = len(home.body) == 1
    removal = replace(node, "pass" if alone else "", whole=True)
    body = call.body[1] if ast.get_docstring(call) and len(call.body) > 1 else call.body[0]
    if any(use.start <= (body.lineno, body.col_offset) for use in uses):
        return None
    return source.edited(removal, *edits, insert_before(body, f"{name} = {expression}"), *uses)


def _in_closures(source: ClassSource, name: str) -> Fix | None:
    """Replace a local variable by ``f(self.w)`` if only nested functions read it."""
    for home in source.tree.body:
        if not isinstance(home, ast.FunctionDef):
            continue
        node, uses = _local(home, name)
        inside = [f for f in ast.walk(home) if isinstance(f, (ast.Lambda, ast.FunctionDef))]
        closed = {n for f in inside if f is not home for n in ast.walk(f)}
        if node is None or not uses or not closed.issuperset(uses):
            continue
        text = by_keras(node.value)
        if text is None or (names_in(node.value) & _assigned_in(home)):
            return None
        text = text if isinstance(node.value, ast.Call) else f"({text})"
        return source.edited(replace(node, "", whole=True), *(replace(use, text) for use in uses))
    return None


def _expression_in_call(
    source: ClassSource, home: ast.FunctionDef, node: ast.Assign
) -> tuple[str, list[TextEdit]] | None:
    """Return a copy's expression for ``call``, and the edits in the method that it comes from."""
    plain = not names_in(node.value) & _assigned_in(home)
    value, edits = (node.value, []) if plain else _inlined(home, node)
    expression = source.segment(node.value).replace(".numpy()", "") if plain else ""
    if not plain or "np." in expression:
        expression = by_keras(value)
    if expression is None:
        return None
    arguments = {a.arg for a in (*home.args.args, *home.args.kwonlyargs)} - {"self"}
    stored_as = {v.id: name for _, v, name in attributes_of(home) if isinstance(v, ast.Name)}
    for name in names_in(value) & arguments:
        if name not in stored_as:
            return None
        expression = re.sub(
            rf"(?<![\w.]){name}(?!\w)(?!\s*=[^=])", f"self.{stored_as[name]}", expression
        )
    return (expression, edits) if not names_in(value) & _assigned_in(home) else None


def _inlined(home: ast.FunctionDef, node: ast.Assign) -> tuple[ast.expr, list[TextEdit]]:
    """Replace local variables in an expression by their values; remove those not used elsewhere."""
    edits = []
    values: dict[str, ast.expr] = {}
    for name in names_in(node.value) & _assigned_in(home):
        made, uses = _local(home, name)
        if made is None:
            continue
        values[name] = made.value
        if all(use in set(ast.walk(node.value)) for use in uses):
            edits.append(replace(made, "", whole=True))

    class Inliner(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return values.get(node.id, node)

    copied = ast.parse(ast.unparse(node.value), mode="eval").body
    return Inliner().visit(copied), edits


def _local(home: ast.FunctionDef, name: str) -> tuple[ast.Assign | None, list[ast.Name]]:
    """Return a name's assignment and uses, if the function's body assigns it exactly once."""
    named = [n for n in ast.walk(home) if isinstance(n, ast.Name) and n.id == name]
    made = [
        node
        for node in home.body
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == [name]
    ]
    stored = [n for n in named if not isinstance(n.ctx, ast.Load)]
    if len(made) != 1 or len(stored) != 1:
        return None, []
    return made[0], [n for n in named if isinstance(n.ctx, ast.Load)]


def _assigned_in(home: ast.FunctionDef) -> set[str]:
    return {
        n.id for n in ast.walk(home) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _home(source: ClassSource, node: ast.AST) -> ast.FunctionDef | None:
    return next(
        (f for f in source.tree.body if isinstance(f, ast.FunctionDef) and node in ast.walk(f)),
        None,
    )
