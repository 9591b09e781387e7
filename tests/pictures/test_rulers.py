"""The numbers of filters in a file: outside of the cells, inside of the picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from figures.weight import weight
from pictures.picture import picture
from pictures.scene import Element, Group, Rect, Text
from pictures.svg import svg
from views.blocks import row


def placed(element: Element, x: float = 0, y: float = 0) -> Iterator[tuple[Element, float, float]]:
    """Yield what is painted, and where its group stands."""
    if not isinstance(element, Group):
        yield element, x, y
        return
    for each in element.elements:
        yield from placed(each, x + element.x, y + element.y)


@pytest.mark.parametrize("room", [420, 960])
@pytest.mark.parametrize("plane", [(32 * 2, 64 * 2), (2, 2 * 200)], ids=["grid", "row"])
def test_numbers_stand_around_the_cells_and_in_the_picture(plane: tuple[int, int], room: int):
    figure = weight(
        np.zeros(plane, "f4"),
        name="kernel",
        layer="conv",
        limit=1.0,
        rows=("in", "height"),
        columns=("out", "width"),
        plane=plane,
        shape=plane,
        tile=(2, 2),
    )
    assert figure.cells
    scene = picture(row([figure]), room=room)
    painted = [each for element in scene.elements for each in placed(element)]
    cells = next(
        (x + each.x, y + each.y, each.width, each.height)
        for each, x, y in painted[1:]
        if isinstance(each, Rect) and each.width * figure.cells[0] == each.height * figure.cells[1]
    )
    cell = cells[2] / figure.cells[1]
    numbers = [
        (int(each.text), x + each.x - cells[0], y + each.y - cells[1])
        for each, x, y in painted
        if isinstance(each, Text) and each.text.isdigit() and each.size == 11
    ]
    above = [(number, x) for number, x, y in numbers if y < 0]
    left = [(number, y) for number, x, y in numbers if x < 0 < y]
    assert len(above) > 3
    assert len({number for number, _ in above}) == len(above)
    assert all(x == pytest.approx((3 * number + 1) * cell) for number, x in above)
    if plane[0] > 2:
        assert len(left) > 3
        assert all(y == pytest.approx((3 * number + 1) * cell, abs=4) for number, y in left)
    assert cells[0] + min(x for _, x, _ in numbers) >= 16
    assert min(y for _, _, y in numbers) + cells[1] >= 16
    assert cells[0] + cells[2] <= room - 16
    assert scene.height > cells[1] + cells[3]
    text = svg(scene, "light")
    assert all(f">{number}</text>" in text for number, _ in above)
