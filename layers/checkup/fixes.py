"""The author's own lines, mended: one function a way of going wrong.

Each returns None where the lines are not at hand, or not written in a way that can be mended by
rule; the finding then shows an example.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import keras

from layers.checkup.report import Fix
from layers.checkup.source import (
    Edit,
    Source,
    attribute_of,
    dotted,
    insert_after,
    insert_before,
    replace,
)

_DRAWN = {
    "tf.zeros": "zeros",
    "tf.ones": "ones",
    "np.zeros": "zeros",
    "np.ones": "ones",
    "tf.random.normal": "random_normal",
    "tf.random.uniform": "random_uniform",
    "keras.ops.zeros": "zeros",
    "keras.ops.ones": "ones",
    "keras.random.normal": "random_normal",
}
_TYPED = {"tf.constant", "tf.convert_to_tensor", "tf.Variable"}
_TAKEN = {"np.asarray", "np.array"}
_ROUNDING = {"round", "floor", "ceil", "sign", "rint"}


def of_failure(code: str, source: Source | None, line: int | None) -> Fix | None:
    """Mend what was found by an error."""
    if source is None:
        return None
    if code == "reserved-name":
        return renamed(source, _assigned_on(source, line))
    mend = {
        "variable-in-call": made_in_build,
        "positional-add-weight": positional_add_weight,
        "numpy-in-call": numpy_in_call,
        "build-signature": build_signature,
        "float64-constant": float64,
    }.get(code)
    return mend(source) if mend else None


def _assigned_on(source: Source, line: int | None) -> str:
    """Return the attribute that a line assigns; empty where it assigns none."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and node.lineno == line:
            for target in node.targets:
                if name := attribute_of(target):
                    return name
    return ""


def tracked(source: Source | None, line: int | None, name: str) -> Fix | None:
    """Let Keras know every variable that is made by ``tf.Variable`` in the class.

    All of them, because a layer with one of them mended still does not load.
    """
    if source is None or line is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("Variable"):
            if dotted(node.func) not in {"tf.Variable", "tensorflow.Variable", "Variable"}:
                continue
            edits.append(replace(node, _variable(source, node, _name_of(source, node, name))))
    return source.edited(*edits) if edits else None


def _variable(source: Source, call: ast.Call, name: str) -> str:
    """Write a tracked variable in the place of a ``tf.Variable``."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    value = given.get("initial_value", call.args[0] if call.args else None)
    trainable = source.segment(given["trainable"]) if "trainable" in given else "True"
    named = source.segment(given["name"]) if "name" in given else _quoted(name)
    more = "" if trainable == "True" else f", trainable={trainable}"
    if isinstance(value, ast.Call):
        inner = {keyword.arg: keyword.value for keyword in value.keywords}
        shape = inner.get("shape", value.args[0] if value.args else None)
        called = dotted(value.func)
        initializer = _quoted(_DRAWN[called]) if called in _DRAWN else None
        if initializer is None and re.fullmatch(r"\w*init\w*", called):
            initializer = called
        if shape is not None and initializer is not None:
            text = source.segment(shape)
            return f"self.add_weight(name={named}, shape={text}, initializer={initializer}{more})"
    text = source.segment(value) if value is not None else "0.0"
    return f"keras.Variable({text}, name={named}{more})"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _name_of(source: Source, call: ast.Call, default: str) -> str:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and call in ast.walk(node.value):
            for target in node.targets:
                if attribute := attribute_of(target):
                    return attribute
                if isinstance(target, ast.Name):
                    return target.id
    return re.sub(r"\W", "", default) or "weight"


def derived_in_call(source: Source | None, attribute: str) -> Fix | None:
    """Move ``self.copy = f(self.w)`` out of the constructor into every call."""
    if source is None or (call := source.method("call")) is None:
        return None
    assigned = [node for node in source.assignments(attribute) if isinstance(node, ast.Assign)]
    if len(assigned) != 1 or assigned[0].lineno >= call.lineno:
        return None
    node = assigned[0]
    expression = source.segment(node.value).replace(".numpy()", "")
    if "np." in expression:
        return None
    home = next(
        (f for f in source.tree.body if isinstance(f, ast.FunctionDef) and node in ast.walk(f)),
        None,
    )
    if home is None or attribute_of(node.targets[0]) != attribute:
        return None
    arguments = {a.arg for a in (*home.args.args, *home.args.kwonlyargs)} - {"self"}
    kept = {
        value.id: name
        for target, value, name in _attributes_of(home)
        if isinstance(value, ast.Name) and target
    }
    for name in {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)} & arguments:
        if name not in kept:
            return None
        expression = re.sub(
            rf"(?<![\w.]){name}(?!\w)(?!\s*=[^=])", f"self.{kept[name]}", expression
        )
    uses = [
        replace(use, attribute)
        for use in ast.walk(call)
        if isinstance(use, ast.Attribute) and attribute_of(use) == attribute
    ]
    if not uses:
        return None
    alone = len(home.body) == 1
    gone = replace(node, "pass" if alone else "", whole=True)
    body = call.body[1] if ast.get_docstring(call) and len(call.body) > 1 else call.body[0]
    if any(use.start <= (body.lineno, body.col_offset) for use in uses):
        return None
    return source.edited(gone, insert_before(body, f"{attribute} = {expression}"), *uses)


def _attributes_of(function: ast.FunctionDef) -> Iterable[tuple[ast.AST, ast.expr, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and (name := attribute_of(target)):
                    yield target, node.value, name


def kwargs(source: Source | None) -> Fix | None:
    """Take ``**kwargs`` and pass them on."""
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
    edits = [Edit(end, end, ", **kwargs")]
    for node in ast.walk(init):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".__init__"):
            inside = ", ".join([*map(source.segment, [*node.args]), *_keywords(source, node)])
            inside = f"{inside}, **kwargs" if inside else "**kwargs"
            edits.append(replace(node, f"{source.segment(node.func)}({inside})"))
            break
    else:
        return None
    return source.edited(*edits)


def _keywords(source: Source, call: ast.Call) -> list[str]:
    return [f"{k.arg}={source.segment(k.value)}" for k in call.keywords if k.arg]


def config(source: Source | None, names: Iterable[str]) -> Fix | None:
    """Write a ``get_config`` that returns every argument of the constructor."""
    if source is None or (init := source.method("__init__")) is None:
        return None
    names = list(names)
    kept = {v.id: name for _, v, name in _attributes_of(init) if isinstance(v, ast.Name)}
    found = {name: kept.get(name) for name in names}
    present = {name for _, _, name in _attributes_of(init)}
    edits, lines = [], []
    for name in names:
        attribute = found[name] or (name if name in present else None)
        if attribute is None:
            edits.append(insert_after(init.body[-1], f"self.{name} = {name}"))
            attribute = name
        lines.append(f'        "{name}": self.{attribute},')
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


def _merged(source: Source, edits: list[Edit]) -> Fix | None:
    """Make one edit of those at one place: both would otherwise be written in either order."""
    ends: dict[tuple[int, int], Edit] = {}
    for edit in edits:
        known = ends.get(edit.start)
        text = edit.text if known is None else known.text + edit.text
        ends[edit.start] = Edit(edit.start, edit.end, text)
    return source.edited(*ends.values())


def registered(source: Source | None, package: str) -> Fix | None:
    """Put the decorator above the class."""
    if source is None:
        return None
    place = (source.first, source.tree.col_offset)
    line = f'@keras.saving.register_keras_serializable(package="{package}")\n'
    return source.edited(Edit(place, place, line + " " * source.tree.col_offset))


def positional_add_weight(source: Source | None) -> Fix | None:
    """Name what Keras 2 took by position: name, shape, dtype, initializer."""
    if source is None:
        return None
    order = ("name", "shape", "dtype", "initializer", "regularizer", "trainable")
    edits = []
    for node in add_weights(source):
        if node.args and not _is_shape(node.args[0]):
            named = [f"{order[i]}={source.segment(a)}" for i, a in enumerate(node.args[:6])]
            inside = ", ".join([*named, *_keywords(source, node)])
            edits.append(replace(node, f"{source.segment(node.func)}({inside})"))
    return source.edited(*edits) if edits else None


def add_weights(source: Source) -> list[ast.Call]:
    """Return the calls of ``self.add_weight``."""
    return [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"add_weight", "add_variable"}
    ]


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List)) or "shape" in ast.unparse(node)


def numpy_in_call(source: Source | None) -> Fix | None:
    """Write ``keras.ops.`` for ``np.`` in ``call``, where Keras has the same function."""
    if source is None or (call := source.method("call")) is None:
        return None
    edits = []
    for node in ast.walk(call):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"float", "int", "bool"}:
            return None
        inner = node.args[0] if len(node.args) == 1 and not node.keywords else None
        module, _, name = dotted(node.func).rpartition(".")
        takes = dotted(inner.func) if isinstance(inner, ast.Call) else ""
        if inner and dotted(node.func) in _TYPED | _TAKEN and takes.startswith("np."):
            start, end = (node.lineno, node.col_offset), (inner.lineno, inner.col_offset)
            last = (node.end_lineno or 0, node.end_col_offset or 0)
            edits += [Edit(start, end, ""), Edit((last[0], last[1] - 1), last, "")]
            continue
        if module == "np" and hasattr(keras.ops, name) and isinstance(node.func, ast.Attribute):
            edits.append(replace(node.func.value, "keras.ops"))
        elif module.startswith("np") or (isinstance(node.func, ast.Attribute) and name == "numpy"):
            return None
    return source.edited(*edits) if edits else None


def made_in_build(source: Source | None) -> Fix | None:
    """Make in ``build`` what ``call`` makes: a variable by name, or a layer called at once."""
    if source is None or source.method("build") or (call := source.method("call")) is None:
        return None
    argument = call.args.args[1].arg if len(call.args.args) > 1 else ""
    lines, edits = [], []
    for node in ast.walk(call):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = dotted(node.value.func)
            if made not in {"tf.Variable", "self.add_weight"} or len(node.targets) != 1:
                continue
            if not isinstance(target := node.targets[0], ast.Name):
                return None
            text = (
                _variable(source, node.value, target.id)
                if made == "tf.Variable"
                else source.segment(node.value)
            )
            lines.append(f"    self.{target.id} = {_of_shape(text, argument)}")
            edits.append(replace(node, "", whole=True))
            edits += [
                replace(use, f"self.{target.id}")
                for use in ast.walk(call)
                if isinstance(use, ast.Name) and use.id == target.id and use is not target
            ]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
            made = dotted(node.func.func)
            takes = [a.id for a in node.args if isinstance(a, ast.Name)]
            if "layers." not in made or takes != [argument]:
                continue
            name = made.rpartition(".")[2].lower()
            lines.append(f"    self.{name} = {source.segment(node.func)}")
            lines.append(f"    self.{name}.build(input_shape)")
            edits.append(replace(node.func, f"self.{name}"))
    if not lines:
        return None
    written = "\n".join(["def build(self, input_shape):", *lines])
    return source.edited(insert_before(call, f"{written}\n"), *edits)


def _of_shape(text: str, argument: str) -> str:
    return re.sub(rf"\b{argument}\.shape\b", "input_shape", text) if argument else text


def state(source: Source | None, attribute: str) -> Fix | None:
    """Keep a count that ``call`` adds to as a weight that is not trained."""
    if source is None or (call := source.method("call")) is None:
        return None
    nodes = list(source.assignments(attribute))
    starts = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant)]
    adds = [
        n for n in nodes if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Attribute)
    ]
    if len(starts) != 1 or not adds or len(nodes) != len(adds) + 1:
        return None
    if not all(isinstance(n.op, ast.Add) and n in set(ast.walk(call)) for n in adds):
        return None
    value = starts[0].value
    if not isinstance(value, ast.Constant) or not isinstance(value.value, (int, float)):
        return None
    start = f"keras.initializers.Constant({value.value})" if value.value else '"zeros"'
    made = f'self.add_weight(name="{attribute}", shape=(), initializer={start}, trainable=False)'
    edits = [replace(value, made)]
    for node in adds:
        added = source.segment(node.value)
        edits.append(replace(node, f"self.{attribute}.assign_add({added})"))
    return source.edited(*edits)


def straight_through(source: Source | None) -> Fix | None:
    """Round forwards, and let the gradient through as if nothing had been rounded."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("stop_gradient"):
            return source.edited(replace(node, source.segment(node.args[0])))
        rounds = isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _ROUNDING
        if rounds and node.args:
            value = source.segment(node.args[0])
            rounded = source.segment(node)
            edits.append(replace(node, f"({value} + tf.stop_gradient({rounded} - {value}))"))
    return source.edited(*edits) if edits else None


def removed(source: Source | None, attribute: str) -> Fix | None:
    """Leave out a weight that nothing uses."""
    if source is None:
        return None
    nodes = list(source.assignments(attribute))
    uses = [n for n in ast.walk(source.tree) if attribute_of(n) == attribute]
    if len(nodes) != 1 or len(uses) != 1:
        return None
    home = next((f for f in source.tree.body if nodes[0] in ast.walk(f)), None)
    alone = len(getattr(home, "body", ())) == 1
    return source.edited(replace(nodes[0], "pass" if alone else "", whole=True))


def without_method(source: Source | None, name: str) -> Fix | None:
    """Leave a method out: Keras works the output's shape out by itself."""
    if source is None or (method := source.method(name)) is None or len(source.tree.body) == 1:
        return None
    line = min([method.lineno, *(d.lineno for d in method.decorator_list)])
    end = (method.end_lineno or 0, method.end_col_offset or 0)
    return source.edited(Edit((line, 0), end, "", whole=True))


def renamed(source: Source | None, attribute: str) -> Fix | None:
    """Give an attribute a name that Keras has no use for."""
    if source is None or not attribute:
        return None
    new = f"own_{attribute.lstrip('_')}"
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and attribute_of(node) == attribute:
            edits.append(replace(node, f"self.{new}"))
        if isinstance(node, ast.Name) and node.id == attribute and isinstance(node.ctx, ast.Store):
            edits.append(replace(node, new))
        if isinstance(node, ast.Constant) and node.value == attribute:
            edits.append(replace(node, _quoted(new)))
    return source.edited(*edits) if edits else None


def build_signature(source: Source | None) -> Fix | None:
    """Name the arguments of ``build`` after those of ``call``."""
    if source is None:
        return None
    build, call = source.method("build"), source.method("call")
    if build is None or call is None:
        return None
    theirs, ours = call.args.args[1:], build.args.args[1:]
    if len(ours) > len(theirs):
        return None
    edits, names = [], {}
    for old, new in zip(ours, theirs, strict=False):
        names[old.arg] = f"{new.arg}_shape"
        edits.append(
            Edit(
                (old.lineno, old.col_offset),
                (old.end_lineno or 0, old.end_col_offset or 0),
                names[old.arg],
            )
        )
    if len(ours) == 1:  # one list of all shapes: each by its own name
        (old,) = ours
        edits = []
        shapes = [f"{argument.arg}_shape" for argument in theirs if argument.arg != "training"]
        place = Edit(
            (old.lineno, old.col_offset),
            (old.end_lineno or 0, old.end_col_offset or 0),
            ", ".join(shapes),
        )
        edits.append(place)
        first = build.body[0]
        edits.append(insert_before(first, f"{old.arg} = ({', '.join(shapes)})"))
        return source.edited(*edits)
    for node in ast.walk(build):
        if isinstance(node, ast.Name) and node.id in names:
            edits.append(replace(node, names[node.id]))
    return source.edited(*edits)


def sigmoid(source: Source | None) -> Fix | None:
    """Write a sigmoid for a softmax."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value == "softmax":
            edits.append(replace(node, '"sigmoid"'))
        if isinstance(node, ast.Attribute) and node.attr == "softmax":
            text = source.segment(node)
            edits.append(replace(node, text.removesuffix("softmax") + "sigmoid"))
    return source.edited(*edits) if edits else None


def float64(source: Source | None) -> Fix | None:
    """Write float32 for float64, and give arrays without a type one."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value == "float64":
            edits.append(replace(node, '"float32"'))
        if isinstance(node, ast.Attribute) and node.attr in {"float64", "double"}:
            edits.append(replace(node, source.segment(node.value) + ".float32"))
    if edits:
        return source.edited(*edits)
    for node in ast.walk(source.tree):
        typeless = isinstance(node, ast.Call) and dotted(node.func) in _TYPED
        if typeless and len(node.args) == 1 and not any(k.arg == "dtype" for k in node.keywords):
            end = (node.end_lineno or 0, (node.end_col_offset or 1) - 1)
            edits.append(Edit(end, end, ', dtype="float32"'))
    return source.edited(*edits) if edits else None


def centred(source: Source | None, line: int, length: int) -> Fix | None:
    """Write a slice that was centred for one length so that it is for every length."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Subscript) or node.lineno != line:
            continue
        array = source.segment(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for axis, part in enumerate(parts):
            bounds = literal_slice(part)
            if bounds is None:
                continue
            if sum(bounds) != length:
                return None
            half = (bounds[1] - bounds[0]) // 2
            middle = f"{array}.shape[{axis}] // 2"
            more = (bounds[1] - bounds[0]) % 2
            plus = f" + {half + more}" if half + more else ""
            minus = f" - {half}" if half else ""
            edits.append(_slice_edit(part, f"{middle}{minus} : {middle}{plus}"))
    return source.edited(*edits) if edits else None


def literal_slice(node: ast.expr) -> tuple[int, int] | None:
    """Return the bounds of a slice that are written out as whole numbers."""
    if not isinstance(node, ast.Slice) or node.step is not None:
        return None
    bounds = [node.lower, node.upper]
    if not all(isinstance(b, ast.Constant) and type(b.value) is int for b in bounds):
        return None
    low, high = (b.value for b in bounds if isinstance(b, ast.Constant))
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _slice_edit(node: ast.expr, text: str) -> Edit:
    start = (node.lineno, node.col_offset)
    return Edit(start, (node.end_lineno or 0, node.end_col_offset or 0), text)


def built(source: Source | None, lines: Iterable[str]) -> Fix | None:
    """Build the children at the end of ``build``."""
    if source is None or (build := source.method("build")) is None:
        return None
    return source.edited(insert_after(build.body[-1], "\n".join(lines)))


def any_batch(source: Source | None, batch: int) -> Fix | None:
    """Take the batch from the input where a number stands for it, and leave it out of weights."""
    if source is None:
        return None
    edits = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("reshape"):
            shape = next((a for a in node.args if isinstance(a, (ast.Tuple, ast.List))), None)
            first = shape.elts[0] if shape and shape.elts else None
            if isinstance(first, ast.Constant) and first.value == batch:
                edits.append(replace(first, f"tf.shape({source.segment(node.args[0])})[0]"))
    for call in add_weights(source):
        edits += [
            replace(keyword.value, f"{keyword.value.id}[1:]")
            for keyword in call.keywords
            if keyword.arg == "shape" and isinstance(keyword.value, ast.Name)
        ]
    return source.edited(*edits) if edits else None
