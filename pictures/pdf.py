"""A scene as PDF: vectors, and text that can be searched and copied, in the project's own fonts."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Literal

from fpdf import FPDF

from pictures.letters import FILES, FONTS
from pictures.scene import ColorBar, Element, Face, Group, Image, Polyline, Rect, Scene, Text

_MADE = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Every file bears this date: the same picture is the same bytes."""
_POINTS = 0.75
"""Of one pixel of the screen."""


def pdf(scene: Scene, theme: Literal["light", "dark"] = "light") -> bytes:
    """Write a scene as a PDF of one page, as large as the picture."""
    page = FPDF(unit="pt", format=(scene.width * _POINTS, scene.height * _POINTS))
    page.set_creation_date(_MADE)
    page.set_producer("Layerscope")
    page.set_title(scene.title)
    page.set_subject(scene.description)
    page.set_lang("en")
    page.set_auto_page_break(False)
    page.set_margin(0)
    for face, file in FILES.items():
        page.add_font(face, fname=FONTS / f"{file}.ttf")
    page.add_page()
    page.c_margin = 0
    writer = _Writer(page, int(theme == "dark"))
    for element in scene.elements:
        writer.element(element, 0.0, 0.0)
    return bytes(page.output())


class _Writer:
    """Paints elements; ``x`` and ``y`` are where their group stands, in pixels of the screen."""

    def __init__(self, page: FPDF, theme: int) -> None:
        self.page = page
        self.theme = theme
        self.font: tuple[Face, float] | None = None

    def element(self, element: Element, x: float, y: float) -> None:
        """Paint one element."""
        writers: dict[type, Callable[..., None]] = {
            Rect: self._rect,
            Polyline: self._polyline,
            Text: self._text,
            Image: self._image,
            ColorBar: self._color_bar,
            Group: self._group,
        }
        writers[type(element)](element, x, y)

    def _style(self, element: Rect | Polyline) -> str:
        if element.fill:
            self.page.set_fill_color(element.fill[self.theme])
        if element.line:
            self.page.set_draw_color(element.line[self.theme])
            self.page.set_line_width(element.line_width * _POINTS)
        return ("D" if element.line else "") + ("F" if element.fill else "")

    def _rect(self, rect: Rect, x: float, y: float) -> None:
        style = self._style(rect)
        if rect.dash:
            self.page.set_dash_pattern(rect.dash[0] * _POINTS, rect.dash[1] * _POINTS)
        self.page.rect(
            (x + rect.x) * _POINTS,
            (y + rect.y) * _POINTS,
            rect.width * _POINTS,
            rect.height * _POINTS,
            style=style,
            round_corners=bool(rect.radius),
            corner_radius=rect.radius * _POINTS,
        )
        if rect.dash:
            self.page.set_dash_pattern()

    def _polyline(self, line: Polyline, x: float, y: float) -> None:
        style = self._style(line)
        points = [((x + px) * _POINTS, (y + py) * _POINTS) for px, py in line.points]
        self.page.polyline(points, polygon="F" in style, style=style)

    def _text(self, text: Text, x: float, y: float) -> None:
        if self.font != (text.face, text.size):
            self.font = (text.face, text.size)
            self.page.set_font(text.face, size=text.size * _POINTS)
        self.page.set_text_color(text.fill[self.theme])
        left = (x + text.x) * _POINTS
        if text.centred:
            left -= self.page.get_string_width(text.text) / 2
        self.page.text(left, (y + text.y) * _POINTS, text.text)

    def _image(self, image: Image, x: float, y: float) -> None:
        self.page.image(
            io.BytesIO(image.png[self.theme]),
            x=(x + image.x) * _POINTS,
            y=(y + image.y) * _POINTS,
            w=image.width * _POINTS,
            h=image.height * _POINTS,
        )

    def _color_bar(self, bar: ColorBar, x: float, y: float) -> None:
        """Paint a scale as strips of one pixel."""
        for at in range(int(bar.width)):
            self.page.set_fill_color(_between(bar.stops, (at + 0.5) / bar.width, self.theme))
            self.page.rect(
                (x + bar.x + at) * _POINTS,
                (y + bar.y) * _POINTS,
                _POINTS,
                bar.height * _POINTS,
                style="F",
            )

    def _group(self, group: Group, x: float, y: float) -> None:
        for element in group.elements:
            self.element(element, x + group.x, y + group.y)


def _between(stops: tuple, place: float, theme: int) -> tuple[int, int, int]:
    after = next(i for i, (at, _) in enumerate(stops) if at >= place)
    (start, low), (end, high) = stops[max(0, after - 1)], stops[after]
    part = (place - start) / (end - start) if end > start else 1.0
    pairs = zip(bytes.fromhex(low[theme][1:]), bytes.fromhex(high[theme][1:]), strict=True)
    red, green, blue = (round(a + part * (b - a)) for a, b in pairs)
    return red, green, blue
