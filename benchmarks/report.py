"""Results as a table to read and as JSON to keep."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.results import Comparison, Part, Result, quartiles

BUSY = 0.5  # load above which others take processor time from both apps, and not evenly


def machine(chromium: str, *, before: float, after: float) -> str:
    """Return a line on what was measured with, and its load (of one minute) before and after."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "plotly"))
    busy = "; others were at work: measure again when they rest" if before > BUSY else ""
    return (
        f"{os.cpu_count()} cores, load {before:.1f} before and {after:.1f} after{busy}; "
        f"Python {platform.python_version()}, {packages}, Chromium {chromium}"
    )


def comparison_lines(comparisons: list[Comparison]) -> list[str]:
    """Return the table of both apps with a heading: medians, and quartiles where they differ."""
    head = ("", "", "ours", "", "naive", "", "ratio", "target", "")
    rows = [head, *map(_cells, comparisons)]
    return [
        f"{what:<32}{unit:>3}{ours:>8} {ours_spread:<15}{naive:>8} {naive_spread:<15}"
        f"{ratio:>6}{target:>9}  {met}".rstrip()
        for what, unit, ours, ours_spread, naive, naive_spread, ratio, target, met in rows
    ]


def part_lines(parts: tuple[Part, ...]) -> list[str]:
    """Return the parts, with what belongs to another part indented."""
    return [
        f"{'    ' if part.within else '  '}{part.what}".ljust(54) + f"{part.time:8.1f} ms"
        for part in parts
    ]


def write_json(path: Path, *, results: Mapping[str, Result], note: str) -> None:
    """Write everything to a file."""
    found = {name: asdict(result) for name, result in results.items()}
    path.write_text(json.dumps({"machine": note, "results": found}, indent=2) + "\n")


def _cells(comparison: Comparison) -> tuple[str, ...]:
    return (
        comparison.what,
        comparison.unit,
        *_figures(comparison, comparison.ours),
        *_figures(comparison, comparison.naive),
        f"{comparison.ratio:.3f}" if comparison.of_ratio else "",
        f"≤ {comparison.limit:.3g}",
        "met" if comparison.met else "missed",
    )


def _figures(comparison: Comparison, figures: tuple[float, ...]) -> tuple[str, str]:
    """Return a median, and the quartiles where they differ."""
    if not figures:
        return "", ""
    digits = 1 if comparison.unit == "MB" else 0
    cut = comparison.cut_off is not None and quartiles(figures)[1] >= comparison.cut_off
    low, middle, high = (f"{figure:.{digits}f}" for figure in quartiles(figures))
    return f"≥ {middle}" if cut else middle, f"({low}–{high})" if low != high else ""
