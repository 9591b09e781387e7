"""A scene as SVG: rectangles, and text as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from pictures.letters import FAMILIES, FILES, FONTS, clean
from pictures.scene import (
    ColorBar,
    Element,
    Face,
    Group,
    Image,
    Paint,
    Polyline,
    Rect,
    Scene,
    Text,
)

Theme: TypeAlias = Literal["light", "dark", "auto"]
THEMES: tuple[Theme, ...] = ("light", "dark", "auto")
"""``auto`` follows the page that the picture stands in, by ``prefers-color-scheme``."""

_FALLBACK: dict[Face, str] = {
    "sans": "'Source Sans 3','Source Sans',system-ui,sans-serif",
    "bold": "'Source Sans 3','Source Sans',system-ui,sans-serif",
    "code": "'Source Code Pro',ui-monospace,monospace",
}
_WEIGHTS: dict[Face, int] = {"sans": 400, "bold": 600, "code": 600}
_ID = "\0"
"""Stands for the picture's id until its content is known; no text of a scene holds it."""


def svg(scene: Scene, theme: Theme = "light", *, alone: bool = True) -> str:
    """Write a scene as an SVG document.

    Its ids begin with a hash of its content: two pictures in one page do not meet.

    Args:
        scene: what to draw.
        theme: which of each pair of colours.
        alone: carry the letters along, and hold every text to its width in them. Without, a
            rasteriser that has the fonts draws the same.
    """
    writer = _Writer(theme, alone)
    body = "".join(map(writer.element, scene.elements))
    title, description = clean(scene.title), clean(scene.description)
    size = f'width="{_n(scene.width)}" height="{_n(scene.height)}"'
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {_n(scene.width)} {_n(scene.height)}" role="img" id="{_ID}" '
        f'aria-labelledby="{_ID}-title {_ID}-desc" font-family="{_family("sans")}">'
        f'<title id="{_ID}-title">{escape(title)}</title>'
        f'<desc id="{_ID}-desc">{escape(description)}</desc>'
        f"{writer.style()}{body}</svg>\n"
    )
    found = hashlib.sha256(text.encode()).hexdigest()[:10]
    return text.replace(_ID, f"ls-{found}")


class _Writer:
    """Writes elements, and collects what they share: colours that follow the page, and fonts."""

    def __init__(self, theme: Theme, alone: bool) -> None:
        self.theme: Theme = theme
        self.alone = alone
        self.pairs: dict[tuple[str, Paint], str] = {}
        self.faces: set[Face] = set()
        self.bars = 0
        self.pictures = False

    def element(self, element: Element) -> str:
        """Return an element as markup."""
        writers: dict[type, Callable[..., str]] = {
            Rect: self._rect,
            Polyline: self._polyline,
            Text: self._text,
            Image: self._image,
            ColorBar: self._color_bar,
            Group: self._group,
        }
        return writers[type(element)](element)

    def style(self) -> str:
        """Return the style sheet of what was written so far."""
        rules = [*self._fonts()] if self.alone else []
        if self.pairs or self.pictures:
            dark = [
                f"#{_ID} .{name}{{{what}:{pair[1]}}}" for (what, pair), name in self.pairs.items()
            ]
            rules += [
                f"#{_ID} .{name}{{{what}:{pair[0]}}}" for (what, pair), name in self.pairs.items()
            ]
            if self.pictures:
                rules.append(f"#{_ID} .dark{{display:none}}")
                dark += [f"#{_ID} .light{{display:none}}", f"#{_ID} .dark{{display:inline}}"]
            rules.append(f"@media (prefers-color-scheme:dark){{{''.join(dark)}}}")
        return f"<style>{''.join(rules)}</style>" if rules else ""

    def _fonts(self) -> Iterator[str]:
        for face in sorted(self.faces):
            data = base64.b64encode((FONTS / f"{FILES[face]}.woff2").read_bytes()).decode()
            yield (
                f"@font-face{{font-family:'{FAMILIES[face]}';font-weight:{_WEIGHTS[face]};"
                f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
            )

    def _paint(self, **paints: Paint | None) -> str:
        """Return colours as attributes, or as classes where they follow the page."""
        attributes, classes = "", []
        for key, paint in paints.items():
            what = key.replace("_", "-")
            if paint is None:
                attributes += ' fill="none"' if what == "fill" else ""
            elif self.theme != "auto" or paint[0] == paint[1]:
                attributes += f' {what}="{paint[self.theme == "dark"]}"'
            else:
                classes.append(self.pairs.setdefault((what, paint), f"c{len(self.pairs)}"))
        return attributes + (f' class="{" ".join(classes)}"' if classes else "")

    def _painted(self, element: Rect | Polyline) -> str:
        """Return fill and line of an element."""
        wide = f' stroke-width="{_n(element.line_width)}"' if element.line_width != 1 else ""
        return self._paint(fill=element.fill, stroke=element.line) + (wide if element.line else "")

    def _rect(self, rect: Rect) -> str:
        dash = f' stroke-dasharray="{" ".join(map(_n, rect.dash))}"' if rect.dash else ""
        radius = f' rx="{_n(rect.radius)}"' if rect.radius else ""
        place = f'x="{_n(rect.x)}" y="{_n(rect.y)}"'
        size = f'width="{_n(rect.width)}" height="{_n(rect.height)}"'
        return f"<rect {place} {size}{radius}{self._painted(rect)}{dash}/>"

    def _polyline(self, line: Polyline) -> str:
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in line.points)
        tag = "polyline" if line.fill is None else "polygon"
        return f'<{tag} points="{points}"{self._painted(line)}/>'

    def _text(self, text: Text) -> str:
        self.faces.add(text.face)
        kind = ""
        if text.face == "code":
            kind = f' font-family="{_family("code")}"'
        if text.face != "sans":
            kind += f' font-weight="{_WEIGHTS[text.face]}"'
        if text.centred:
            kind += ' text-anchor="middle"'
        if self.alone and text.width and len(text.text) > 1:
            kind += f' textLength="{_n(text.width)}" lengthAdjust="spacingAndGlyphs"'
        place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"'
        return f"<text {place}{kind}{self._paint(fill=text.fill)}>{escape(text.text)}</text>"

    def _image(self, image: Image) -> str:
        place = f'x="{_n(image.x)}" y="{_n(image.y)}"'
        size = f'width="{_n(image.width)}" height="{_n(image.height)}"'
        shown = (0, 1) if self.theme == "auto" else (int(self.theme == "dark"),)
        self.pictures |= self.theme == "auto"
        found = ""
        for number in shown:
            data = base64.b64encode(image.png[number]).decode()
            name = f' class="{("light", "dark")[number]}"' if self.theme == "auto" else ""
            found += (
                f'<image {place} {size}{name} preserveAspectRatio="none" '
                f'image-rendering="optimizeSpeed" style="image-rendering:pixelated" '
                f'href="data:image/png;base64,{data}"/>'
            )
        return found

    def _color_bar(self, bar: ColorBar) -> str:
        self.bars += 1
        name = f"{_ID}-bar{self.bars}"
        marks = "".join(
            f'<stop offset="{_n(at)}"{self._paint(stop_color=paint)}/>' for at, paint in bar.stops
        )
        place = f'x="{_n(bar.x)}" y="{_n(bar.y)}"'
        size = f'width="{_n(bar.width)}" height="{_n(bar.height)}"'
        return (
            f'<linearGradient id="{name}">{marks}</linearGradient>'
            f'<rect {place} {size} rx="2" fill="url(#{name})"/>'
        )

    def _group(self, group: Group) -> str:
        inner = "".join(map(self.element, group.elements))
        if not inner:
            return ""
        tensor = f" data-tensor={quoteattr(clean(group.tensor))}" if group.tensor else ""
        moved = ""
        if group.x or group.y:
            moved = f' transform="translate({_n(group.x)} {_n(group.y)})"'
        crisp = ' shape-rendering="crispEdges"' if group.crisp else ""
        kind = f"{tensor}{moved}{crisp}"
        return f"<g{kind}>{inner}</g>" if kind else inner


def _family(face: Face) -> str:
    return f"'{FAMILIES[face]}',{_FALLBACK[face]}"


def _n(value: float) -> str:
    """Write a length: at most two decimals, no zeros behind."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
