"""A model's configuration: JSON in, its layers as plain data out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.model_files.kinds import snake_case
from layers.model_files.model import parse_json, refuse

MAXIMUM_BYTES = 32 * 2**20
MAXIMUM_DEPTH = 16
_HINT = "Save the model again with Keras."


@dataclass(frozen=True, kw_only=True)
class LayerConfig:
    """One layer of a configuration.

    Attributes:
        name: may be empty for custom layers, whose configuration has any form.
        class_name: as written; never looked up.
        settings: its configuration.
        layers: of a nested model, its layers.
        inbound: the layers that it takes its inputs from, as Keras wrote them.
        built_for: the input shape it was built for, where the file says.
    """

    name: str
    class_name: str
    settings: Mapping[str, Any]
    layers: tuple[LayerConfig, ...] | None = None
    inbound: Any = field(default=None)
    built_for: Any = field(default=None)


def parse(text: bytes | str, name: str) -> LayerConfig:
    """Return the model that a configuration describes.

    Args:
        text: JSON.
        name: of the file, for error messages.

    Raises:
        BadInputError: the text is too long, not JSON, nested too deeply, or no model.
    """
    if len(text) > MAXIMUM_BYTES:
        raise refuse(
            name, f"a configuration of at most {MAXIMUM_BYTES:,} bytes", f"{len(text):,}", _HINT
        )
    try:
        parsed = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise refuse(
            name, "a configuration in JSON", f"text with the error: {str(error)[:80]}", _HINT
        ) from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("class_name"), str):
        raise refuse(name, "a configuration with a class name", "one without", _HINT)
    return _layer(parsed, name, 0)


def _layer(parsed: Mapping[str, Any], file: str, depth: int) -> LayerConfig:
    if depth > MAXIMUM_DEPTH:
        raise refuse(file, f"models nested at most {MAXIMUM_DEPTH} deep", "more", "Flatten it.")
    settings = parsed.get("config")
    listed = settings.get("layers") if isinstance(settings, dict) else settings
    layers = None
    build = parsed.get("build_config")
    built_for = build.get("input_shape") if isinstance(build, dict) else None
    if isinstance(listed, list) and all(isinstance(item, dict) for item in listed):
        layers = tuple(_layer(item, file, depth + 1) for item in listed)
        if parsed.get("class_name") == "Sequential":  # its input is not one of its layers
            first = layers[0].settings if layers else {}
            built_for = built_for or first.get("batch_shape") or first.get("batch_input_shape")
            layers = tuple(layer for layer in layers if layer.class_name != "InputLayer")
    settings = settings if isinstance(settings, dict) else {}
    name = settings.get("name") or parsed.get("name") or ""
    return LayerConfig(
        name=str(name)[:200],
        class_name=str(parsed.get("class_name") or "")[:200],
        settings=settings,
        layers=layers,
        inbound=parsed.get("inbound_nodes"),
        built_for=built_for,
    )


def nested(settings: Mapping[str, Any], key: str) -> tuple[str, Mapping[str, Any]]:
    """Return the class and settings of a wrapped layer; empty where there is none."""
    inner = settings.get(key)
    if not isinstance(inner, dict) or not isinstance(inner.get("class_name"), str):
        return "", {}
    inner_settings = inner.get("config")
    return inner["class_name"], inner_settings if isinstance(inner_settings, dict) else {}


def stored_names(layers: tuple[LayerConfig, ...]) -> list[str]:
    """Return each layer's group name in Keras 3: its class, numbered from the second on."""
    used: dict[str, int] = {}
    names = []
    for layer in layers:
        word = snake_case(layer.class_name)
        names.append(f"{word}_{used[word]}" if word in used else word)
        used[word] = used.get(word, 0) + 1
    return names
