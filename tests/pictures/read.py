"""An SVG read back by its places: what stands in which cell. Knows nothing of how it is drawn."""

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text):
    return ElementTree.fromstring(text)  # noqa: S314 (our own)


def group(root, tensor):
    """Return the one group that shows a tensor."""
    (found,) = [g for g in root.iter(f"{SVG}g") if g.get("data-tensor") == tensor]
    return found


def shift(element):
    found = re.fullmatch(r"translate\((\S+) (\S+)\)", element.get("transform", "translate(0 0)"))
    assert found
    return float(found[1]), float(found[2])


def placed(element, x=0.0, y=0.0):
    """Yield (element, x, y) of all that is painted, where it stands on the page."""
    right, down = shift(element)
    x, y = x + right, y + down
    for child in element:
        if child.tag == f"{SVG}g":
            yield from placed(child, x, y)
        else:
            yield child, x, y


def squares(root, tensor, cell):
    """Return {(row, column): colour} of a tensor's cells."""
    found = {}
    for element, _, _ in placed(group(root, tensor)):
        if element.tag == f"{SVG}rect" and element.get("stroke") is None:
            x, y, wide, high = (float(element.get(k)) for k in ("x", "y", "width", "height"))
            if wide == high == cell:
                found[int(y // cell), int(x // cell)] = element.get("fill")
    return found


def numbers(root, tensor, cell):
    """Return {(row, column): text} of the numbers whose foot is inside a cell."""
    found = {}
    for element, _, _ in placed(group(root, tensor)):
        if element.tag == f"{SVG}text" and element.get("text-anchor") == "middle":
            at = (float(element.get("y")) // cell, float(element.get("x")) // cell)
            assert at not in found
            found[int(at[0]), int(at[1])] = element.text
    return found


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def frames(root, tensor, cell):
    """Return [(rows, columns, colour, width, dash)] of the frames over a tensor, in cells."""
    found = []
    for element, _, _ in placed(group(root, tensor)):
        if element.tag == f"{SVG}rect" and element.get("stroke") and element.get("fill") == "none":
            x, y, wide, high = (float(element.get(k)) for k in ("x", "y", "width", "height"))
            columns = range(int(x // cell), int((x + wide) // cell) + 1)
            rows = range(int(y // cell), int((y + high) // cell) + 1)
            line = float(element.get("stroke-width", "1"))
            found.append(
                (rows, columns, element.get("stroke"), line, element.get("stroke-dasharray"))
            )
    return found
