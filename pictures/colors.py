"""The colours of browser/theme.js, light and dark."""

from __future__ import annotations

from collections.abc import Callable

from pictures.scene import Paint

Stops = list[tuple[float, str]]

_NAMED: dict[str, Paint] = {
    "paper": ("#ffffff", "#0f131a"),
    "text": ("#1f2430", "#e8eaef"),
    "quiet": ("#5b6472", "#a3acbb"),
    "bar": ("#2f6db5", "#6ea8ee"),
    "mark": ("#b3005e", "#ff7ac0"),
    "gap": ("#e6e8ec", "#3a4150"),
}
_SCALES: dict[str, tuple[Stops, Stops]] = {
    "signed": (
        [(0, "#1b4f93"), (0.25, "#7ea9da"), (0.5, "#f6f5f2"), (0.75, "#eea06a"), (1, "#b4430a")],
        [(0, "#8cc2ff"), (0.25, "#3b72b8"), (0.5, "#1c222c"), (0.75, "#b3591d"), (1, "#ffab70")],
    ),
    "mask": (
        [(0, "#2b3140"), (0.5, "#2b3140"), (0.5, "#cfe6dc"), (1, "#cfe6dc")],
        [(0, "#05070a"), (0.5, "#05070a"), (0.5, "#4f9479"), (1, "#4f9479")],
    ),
    "grey": ([(0, "#000000"), (1, "#ffffff")], [(0, "#000000"), (1, "#ffffff")]),
}


def named(name: str, share: float = 1.0) -> Paint:
    """Return a colour of the theme; of a smaller share, mixed with the paper beneath."""
    pair = [
        _hex([share * a + (1 - share) * b for a, b in zip(_rgb(own), _rgb(under), strict=True)])
        for own, under in zip(_NAMED[name], _NAMED["paper"], strict=True)
    ]
    return pair[0], pair[1]


def color(palette: str) -> Callable[[float], Paint]:
    """Return the colour of a palette at a place between 0 and 1."""
    light, dark = (_mixer(stops) for stops in _SCALES[palette])
    return lambda at: (_hex(light(at)), _hex(dark(at)))


def ink(palette: str) -> Callable[[float], Paint]:
    """Return black or white, whichever is read better on a palette at a place between 0 and 1.

    Either has a contrast of 4.5 or more: they are equal, at 4.58, on a luminance of 0.179.
    """
    light, dark = (_mixer(stops) for stops in _SCALES[palette])

    def on(rgb: list[float]) -> str:
        return "#000000" if _luminance(rgb) > 0.179 else "#ffffff"

    return lambda at: (on(light(at)), on(dark(at)))


def stops(palette: str) -> tuple[tuple[float, Paint], ...]:
    """Return the stops of a palette, light and dark."""
    light, dark = _SCALES[palette]
    return tuple((at, (own, other)) for (at, own), (_, other) in zip(light, dark, strict=True))


def _mixer(scale: Stops) -> Callable[[float], list[float]]:
    fixed = [(at, _rgb(text)) for at, text in scale]

    def mixed(at: float) -> list[float]:
        place = min(1.0, max(0.0, at))
        after = max(1, next(i for i, (stop, _) in enumerate(fixed) if stop >= place))
        (start, low), (end, high) = fixed[after - 1], fixed[after]
        part = (place - start) / (end - start) if end > start else 1.0
        return [a + part * (b - a) for a, b in zip(low, high, strict=True)]

    return mixed


def _rgb(text: str) -> list[float]:
    return [float(int(text[at : at + 2], 16)) for at in (1, 3, 5)]


def _hex(rgb: list[float]) -> str:
    return "#" + "".join(f"{int(value + 0.5):02x}" for value in rgb)


def _luminance(rgb: list[float]) -> float:
    """Return the relative luminance as WCAG 2 defines it, from 0 (black) to 1 (white)."""
    parts = [value / 255 for value in rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
