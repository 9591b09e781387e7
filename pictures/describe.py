"""A picture in words, of the same figures that are drawn."""

from __future__ import annotations

from typing import Any

from pictures.graph import rows_of

COLOURS = "Colours"
"""The label of a range that is one tensor's."""


def figures_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures that a block shows, in order."""
    return [item["figure"] for row in rows_of(block) for item in row if "figure" in item]


def names_of(block: dict[str, Any]) -> list[str]:
    """Return the names of the tensors that a block shows or refers to."""
    shown = (
        item.get("figure") or item.get("reference") or {} for row in rows_of(block) for item in row
    )
    return [own["name"] for own in shown if own]


def equation_of(block: dict[str, Any]) -> str:
    """Write a block as a line: ``inputs · kernel + bias = outputs``."""
    return "; ".join(" ".join(map(_short, row)) for row in rows_of(block) if row)


def description_of(block: dict[str, Any]) -> str:
    """Return sentences on the equation, every tensor, the colours and the pinned cell."""
    said = [f"{equation_of(block)}."] if len(figures_of(block)) > 1 else []
    said += [f"{figure['alt']}." for figure in figures_of(block)]
    for each in block.get("ranges", ()):
        whose = COLOURS if each["label"] == COLOURS else f"{COLOURS} of {each['label']}"
        said.append(f"{whose}: {each['low']} to {each['high']}.")
    if edited := block.get("links", {}).get("edited"):
        said.append(f"Changed by hand: {', '.join(edited)}.")
    if (pin := block.get("pin")) and "sentence" in pin:
        said.append(f"Pinned: {pin['where']} {pin['sentence']}.")
    return " ".join(said)


def _short(item: dict[str, Any]) -> str:
    if sign := item.get("sign"):
        return f"→ {sign['text']} →" if sign.get("arrow") else sign["text"]
    if reference := item.get("reference"):
        return reference.get("text") or reference["name"]
    return item["figure"]["name"]
