"""A visitor's session without a browser: opened by a link, read by the fixed names."""

from __future__ import annotations

import ast
import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from layers.api import explore as explore_api
from layers.inputs.description import SEED, Description
from layers.inputs.fields import BoolField, ChoiceField, Field, FloatField, IntField, ShapeField
from layers.traces.layout import layout
from pages.shared.session import widget_key
from pages.shared.workers import workers

ROOT = Path(__file__).parents[2]
SENTENCE = re.compile(r".+: expected .+\. Received .+\. .+[.`\d]", re.DOTALL)
"""The form of STYLE.md: what failed: expected. Received. What would do."""


def registered() -> tuple[str, ...]:
    """Read the layers' names off the registry's file, because importing it imports TensorFlow."""
    tree = ast.parse((ROOT / "layers" / "catalog" / "registry.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAMES":
            return ast.literal_eval(node.value)
    raise LookupError("layers/catalog/registry.py assigns no NAMES")


def opened(**link: object) -> AppTest:
    """Open the app at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()


def opened_page(page: str, **link: object) -> AppTest:
    """Open another page at a link, as a first visit."""
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    # A browser names the page with its first message; AppTest would first run another.
    session._page_hash = calc_hash(page)
    session.query_params.update({name: str(value) for name, value in link.items()})
    return session.run()


def figures(session: AppTest) -> dict[str, dict]:
    """Return the figures that the component was sent to draw, by name."""
    return {figure["name"]: figure for figure in sent(session, "figure")}


def type_beside(session: AppTest, name: str, number: object) -> AppTest:
    """Type a number into the box beside a slider: its script sends it as an event."""
    (box,) = (
        each.proto.id
        for each in session.get("bidi_component")
        if each.proto.id.endswith(widget_key(f"box_{name}"))
    )
    states = session._tree.get_widget_states()
    states.widgets.add(
        id=_make_trigger_id(box, "events"),
        json_trigger_value=json.dumps([{"event": "chosen", "value": number}]),
    )
    return session._run(states)


def signs(session: AppTest) -> list[str]:
    """Return what stands between the figures."""
    return [sign["text"] for sign in sent(session, "sign")]


def drawn(session: AppTest) -> dict[str, np.ndarray]:
    """Return the arrays of all heatmaps, by tensor name, in their order on the page."""
    heats = {name: figure["spec"]["data"][0] for name, figure in figures(session).items()}
    return {name: decoded(heat["z"]) for name, heat in heats.items() if heat["type"] == "heatmap"}


def sent(session: AppTest, kind: str, *, of: type = dict) -> list:
    """Return every ``{kind: …}`` in what the component was sent, wherever it stands in it."""
    found = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get(kind), of):
                found.append(node[kind])
            node = list(node.values())
        if isinstance(node, list):
            for below in node:
                walk(below)

    for component in session.get("bidi_component"):
        walk(json.loads(zlib.decompress(component.proto.bytes)))
    return found


def decoded(packed: dict[str, str]) -> np.ndarray:
    """Decode an array as plotly.js takes it."""
    shape = tuple(int(length) for length in packed["shape"].split(","))
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).reshape(shape)


def explored(
    name: str,
    values: dict[str, Any] | None = None,
    *,
    batch: int | None = None,
    seed: int = 0,
    source: str | np.ndarray = "example",
    constant: float = 1.0,
    edits: tuple = (),
) -> explore_api.Exploration:
    """Ask a worker directly, past the page and its cache."""
    job = workers().submit(
        explore_api.explore,
        name,
        values or {},
        batch=batch,
        seed=seed,
        source=source,
        constant=constant,
        edits=edits,
    )
    return job.result()


def assert_drawn(session: AppTest, run: explore_api.Exploration) -> None:
    """All is well, and every tensor of the run's expression is drawn to the last bit."""
    assert_sound(session)
    assert_drawn_despite(session, run)


def assert_drawn_despite(session: AppTest, run: explore_api.Exploration) -> None:
    """As ``assert_drawn``, where there is something to complain of."""
    pictures = drawn(session)
    pictures.pop("history", None)
    assert list(pictures) == list(layout(run.trace, "").drawn)
    for name, picture in pictures.items():
        values = run.trace[name]
        # Of three and more axes, the page starts at index 0 of all but the last two.
        plane = values[(0,) * max(0, values.ndim - 2)]
        np.testing.assert_array_equal(picture, plane.reshape(picture.shape), err_msg=name)
        assert picture.dtype == np.float32


def assert_sound(session: AppTest) -> None:
    """Nothing went wrong, and nothing is complained of."""
    assert complaints(session) == []
    assert not session.exception


def complaints(session: AppTest) -> list[str]:
    """Return the sentences about bad input, as they read once Markdown's escapes are gone."""
    return [unescaped(sentence.value) for sentence in (*session.warning, *session.error)]


def unescaped(text: str) -> str:
    """Return a text as it reads once Markdown's escapes are gone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).replace("\u2060", "")


def assert_one_complaint(session: AppTest, *words: str) -> str:
    """There is one sentence, in the house's form, with these words in it."""
    assert not session.exception
    (sentence,) = complaints(session)
    assert SENTENCE.fullmatch(sentence), sentence
    for word in words:
        assert word in sentence
    return sentence


def another(field: Field) -> Any:
    """Return a value that is not a field's default, and that every layer takes."""
    if isinstance(field, IntField):
        return field.default - 1 if field.default > field.minimum else field.default + 1
    if isinstance(field, FloatField):
        return field.default / 2 - 0.25
    if isinstance(field, ChoiceField):
        return next(choice for choice in reversed(field.choices) if choice != field.default)
    if isinstance(field, BoolField):
        return not field.default
    assert isinstance(field, ShapeField)
    return (2, *reversed(field.default))


def other_values(layer: Description) -> dict[str, Any]:
    """Return a value for every field of a layer, none of them the default."""
    return {field.name: another(field) for field in layer.fields}


def link_of(layer: Description, *, seed: int = 0, **others: Any) -> dict[str, str]:
    """Write the canonical link: the layer, and what is not at its default."""
    link = {"layer": layer.name}
    fields = {field.name: field for field in layer.fields}
    if layer.batch:
        fields["batch"] = layer.batch
    for name, value in others.items():
        field = fields.get(name)
        if field is None or value != field.default:
            link[name] = field.text(value) if field else str(value)
    if seed != SEED.default:
        link["seed"] = str(seed)
    return link
