"""Fixes for variables that are not tracked, are created too late, or are not used."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from layers.checkup.fixes.initializers import initial_of
from layers.checkup.fixes.lines import names_in, quoted
from layers.checkup.report import Fix
from layers.checkup.source import (
    ClassSource,
    TextEdit,
    attribute_of,
    dotted,
    insert_after,
    insert_before,
    replace,
    unwrapped,
)

_MAKING = {"tf.Variable", "keras.Variable", "self.add_weight"}
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
WIDTH = 100
"""Columns of a line; a longer call is written on several lines."""


def track_variables(source: ClassSource | None, line: int | None, name: str) -> Fix | None:
    """Replace every ``tf.Variable`` of the class by a variable that Keras tracks.

    All at once, because a layer with only some of them fixed still does not load.
    """
    if source is None or line is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("Variable"):
            if dotted(node.func) not in {"tf.Variable", "tensorflow.Variable", "Variable"}:
                continue
            edits.append(replace(node, variable(source, node, _name_of(source, node, name))))
    return source.edited(*edits) if edits else None


def attach_layer(source: ClassSource | None, path: str) -> Fix | None:
    """Assign another object's sublayer, ``self.plain.dense``, to an attribute of the layer too."""
    _, *parts = path.split(".")
    if source is None or len(parts) < 2 or not all(part.isidentifier() for part in parts):
        return None
    made = [node for node in source.assignments(parts[0]) if isinstance(node, ast.Assign)]
    if len(made) != 1 or attribute_of(made[0].targets[0]) != parts[0]:
        return None
    return source.edited(insert_after(made[0], f"self.{'_'.join(parts)} = {path}"))


def variable(source: ClassSource, call: ast.Call, name: str, *, wrap: bool = True) -> str:
    """Return the source of a tracked variable in place of a ``tf.Variable``."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    value = given.get("initial_value", call.args[0] if call.args else None)
    trainable = source.segment(given["trainable"]) if "trainable" in given else "True"
    named = source.segment(given["name"]) if "name" in given else quoted(name)
    more = "" if trainable == "True" else f", trainable={trainable}"
    if initial := initial_of(source, value):
        parts = [f"name={named}", f"shape={initial.shape}"]
        parts += [f"dtype={initial.dtype}"] if initial.dtype else []
        parts += [f"initializer={initial.initializer}", *([more[2:]] if more else [])]
        return _add_weight(source, call, parts, wrap=wrap)
    text = source.segment(value) if value is not None else "0.0"
    return f"keras.Variable({text}, name={named}{more})"


def _add_weight(source: ClassSource, call: ast.Call, parts: list[str], *, wrap: bool) -> str:
    """Return ``self.add_weight(…)`` in place of a call, on several lines if it is long."""
    text = f"self.add_weight({', '.join(parts)})"
    if not wrap or call.col_offset + len(text) <= WIDTH:
        return text
    line = source.lines[call.lineno - 1]
    indent = line[: len(line) - len(line.lstrip())]
    inside = "".join(f"{indent}    {part},\n" for part in parts)
    return f"self.add_weight(\n{inside}{indent})"


def _name_of(source: ClassSource, call: ast.Call, default: str) -> str:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and call in ast.walk(node.value):
            for target in node.targets:
                if attribute := attribute_of(target):
                    return attribute
                if isinstance(target, ast.Name):
                    return target.id
    return re.sub(r"\W", "", default) or "weight"


def create_in_build(source: ClassSource | None) -> Fix | None:
    """Create in ``build`` the variables and sublayers that ``call`` creates."""
    if source is None or source.method("build") or (call := source.method("call")) is None:
        return None
    argument = call.args.args[1].arg if len(call.args.args) > 1 else ""
    made: dict[str, str] = {}
    edits: list[TextEdit] = []
    done: set[ast.AST] = set()
    for node in ast.walk(call):
        if node in done:
            continue
        moved = _moved(source, call, node, argument, made)
        if moved is None:
            return None
        if moved[1]:
            made |= moved[0]
            edits += moved[1]
            done |= set(ast.walk(node))
    if not made:
        return None
    lines = [f"    self.{name} = {_of_shape(text, argument)}" for name, text in made.items()]
    written = "\n".join(["def build(self, input_shape):", *lines])
    return source.edited(insert_before(call, f"{written}\n"), *edits)


def _moved(
    source: ClassSource, call: ast.FunctionDef, node: ast.AST, argument: str, made: Collection[str]
) -> tuple[dict[str, str], list[TextEdit]] | None:
    """Return what a node of ``call`` creates, by name, and the edits that move it to ``build``.

    None if it creates something that ``build`` cannot create.
    """
    if isinstance(node, ast.If) and (once := _made_once(source, node)):
        return once, [replace(node, "", whole=True)]
    if isinstance(node, ast.Assign) and _makes(node.value):
        if len(node.targets) != 1 or not isinstance(target := node.targets[0], ast.Name):
            return None
        uses = [n for n in ast.walk(call) if isinstance(n, ast.Name) and n.id == target.id]
        edits = [replace(use, f"self.{target.id}") for use in uses if use is not target]
        text = _text(source, node.value, target.id)
        return {target.id: text}, [replace(node, "", whole=True), *edits]
    if isinstance(node, ast.Call) and _makes(node):
        loops = [loop for loop in ast.walk(call) if isinstance(loop, _LOOPS)]
        own = {n.id for n in ast.walk(call) if isinstance(n, ast.Name) and _is_stored(n)}
        if names_in(node) & own or any(node in ast.walk(loop) for loop in loops):
            return None
        name = f"weight_{len(made)}" if made else "weight"
        return {name: _text(source, node, name)}, [replace(node, f"self.{name}")]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        called = dotted(node.func.func)
        takes = [a.id for a in node.args if isinstance(a, ast.Name)]
        if "layers." in called and takes == [argument]:
            name = called.rpartition(".")[2].lower()
            text = f"{source.segment(node.func)}\n    self.{name}.build(input_shape)"
            return {name: text}, [replace(node.func, f"self.{name}")]
    return {}, []


def _makes(node: ast.AST) -> bool:
    """Return whether an expression creates a variable."""
    return isinstance(node, ast.Call) and dotted(node.func) in _MAKING


def _text(source: ClassSource, node: ast.AST, name: str) -> str:
    is_plain = isinstance(node, ast.Call) and dotted(node.func) == "tf.Variable"
    return variable(source, node, name, wrap=False) if is_plain else source.segment(node)


def _made_once(source: ClassSource, node: ast.If) -> dict[str, str] | None:
    """Return what ``if not hasattr(self, "w"):`` or ``if self.w is None:`` creates, by name."""
    names = [attribute_of(s.targets[0]) for s in node.body if isinstance(s, ast.Assign)]
    condition = ast.unparse(node.test)
    tests = {f"not hasattr(self, {name!r})" for name in names} | {
        f"self.{name} is None" for name in names
    }
    if node.orelse or condition not in tests or None in names or len(names) != len(node.body):
        return None
    values = [s.value for s in node.body if isinstance(s, ast.Assign)]
    if not all(map(_makes, values)):
        return None
    pairs = zip(names, values, strict=True)
    return {name: _text(source, value, name) for name, value in pairs if name}


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _of_shape(text: str, argument: str) -> str:
    return re.sub(rf"\b{argument}\.shape\b", "input_shape", text) if argument else text


def state_as_weight(source: ClassSource | None, attribute: str) -> Fix | None:
    """Turn what ``call`` adds to (a number, a dict of numbers, an array) into weights."""
    if source is None or (call := source.method("call")) is None:
        return None
    nodes = list(source.assignments(attribute))
    starts = [n for n in nodes if isinstance(n, ast.Assign)]
    adds = [n for n in nodes if isinstance(n, ast.AugAssign)]
    if len(starts) != 1 or not adds or len(nodes) != len(adds) + 1:
        return None
    inside = set(ast.walk(call))
    if not all(isinstance(n.op, ast.Add) and n in inside for n in adds):
        return None
    edits = _state_weights(source, attribute, starts[0].value)
    is_array = isinstance(starts[0].value, ast.Call)
    is_dict = isinstance(starts[0].value, ast.Dict)
    if not edits or any(isinstance(n.target, ast.Subscript) != is_dict for n in adds):
        return None
    for node in adds:
        target, added = source.segment(node.target), source.segment(node.value)
        adding = f"assign({target} + {added})" if is_array else f"assign_add({added})"
        edits.append(replace(node, f"{target}.{adding}"))
    for node in inside:  # a graph has no Python number
        is_taken = isinstance(node, ast.Call) and dotted(node.func) == "float"
        if is_taken and len(node.args) == 1 and attribute_of(node.args[0]) == attribute:
            edits += unwrapped(node, node.args[0])
    return source.edited(*edits)


def _state_weights(source: ClassSource, attribute: str, value: ast.expr) -> list[TextEdit]:
    """Return the edits that create non-trainable weights with a state's initial values."""

    def made(name: str, shape: str, start: float) -> str:
        initializer = f"keras.initializers.Constant({start})" if start else '"zeros"'
        return (
            f'self.add_weight(name="{name}", shape={shape}, initializer={initializer}, '
            "trainable=False)"
        )

    if (number := _number(value)) is not None:
        return [replace(value, made(attribute, "()", number))]
    if isinstance(value, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in value.keys]
        numbers = [_number(v) for v in value.values]
        if not all(isinstance(key, str) and key.isidentifier() for key in keys) or None in numbers:
            return []
        return [
            replace(v, made(f"{attribute}_{key}", "()", number or 0))
            for key, v, number in zip(keys, value.values, numbers, strict=True)
        ]
    starts = {"np.zeros": 0, "np.ones": 1}.get(dotted(getattr(value, "func", value)))
    if not isinstance(value, ast.Call) or starts is None or not value.args:
        return []
    shape = source.segment(value.args[0])
    shape = shape if isinstance(value.args[0], (ast.Tuple, ast.List)) else f"({shape},)"
    return [replace(value, made(attribute, shape, starts))]


def _number(node: ast.expr) -> float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if plain else None


def remove_attribute(source: ClassSource | None, attribute: str) -> Fix | None:
    """Remove a weight that nothing uses."""
    if source is None:
        return None
    nodes = list(source.assignments(attribute))
    uses = [n for n in ast.walk(source.tree) if attribute_of(n) == attribute]
    if len(nodes) != 1 or len(uses) != 1:
        return None
    home = next((f for f in source.tree.body if nodes[0] in ast.walk(f)), None)
    alone = len(getattr(home, "body", ())) == 1
    return source.edited(replace(nodes[0], "pass" if alone else "", whole=True))
