"""SVG: read back, it says the tensor's own numbers, in its colours, and nothing more."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from figures.curve import curve
from figures.histogram import histogram
from figures.paths import paths
from figures.plane import plane
from figures.terms import terms
from pictures.colors import color, named, stops
from pictures.picture import only, picture
from pictures.svg import svg
from tests.pictures import read
from tests.pictures.blocks import KERNEL, OUTPUTS, PIN, TENSORS, dense, figure, one
from views.blocks import row, sendable

ROOT = Path(__file__).parents[2]
CELL = 44  # these are small: the largest of the ladder


def drawn(block, theme="light", **options):
    return svg(picture(block, **options), theme)


@pytest.mark.parametrize("name", TENSORS)
def test_each_cell_holds_the_number_of_its_tensor(name):
    shown = read.numbers(read.parsed(drawn(dense())), name, CELL)
    values = np.atleast_2d(TENSORS[name])
    assert sorted(shown) == [tuple(at) for at in np.ndindex(values.shape)]
    for at, text in shown.items():
        assert "-" not in text
        assert float(text.replace("−", "-")) == pytest.approx(values[at], abs=0.0051)


@given(
    arrays(
        "float32",
        st.tuples(st.integers(1, 4), st.integers(1, 5)),
        elements=st.floats(-9, 9, width=32),
    )
)
def test_any_small_tensor_is_read_back(values):
    root = read.parsed(drawn(one(values)))
    shown = read.numbers(root, "kernel", CELL)
    assert len(shown) == values.size
    for at, text in shown.items():
        largest = float(np.abs(values).max()) or 1.0
        error = 0.051 * max(abs(float(values[at])), 10.0 ** np.floor(np.log10(largest)))
        assert float(text.replace("−", "-")) == pytest.approx(float(values[at]), abs=float(error))


@pytest.mark.parametrize(("theme", "side"), [("light", 0), ("dark", 1)])
def test_a_cells_colour_is_its_number_between_the_stops_of_the_theme(theme, side):
    found = read.squares(read.parsed(drawn(dense(), theme)), "kernel", CELL)
    places, colours = zip(*[(at, pair[side]) for at, pair in stops("signed")], strict=True)
    channels = np.array([list(bytes.fromhex(c[1:])) for c in colours], float)
    assert len(found) == KERNEL.size
    for at, fill in found.items():
        place = (KERNEL[at] + 2.5) / 5
        expected = [np.interp(place, places, channels[:, i]) for i in range(3)]
        np.testing.assert_allclose(list(bytes.fromhex(fill[1:])), expected, atol=0.51)


def test_zero_is_the_middle_of_the_scale_and_a_mask_has_two_colours():
    root = read.parsed(drawn(one([[0.0, 1.0]], mask=True)))
    assert set(read.squares(root, "kernel", CELL).values()) == {"#2b3140", "#cfe6dc"}
    root = read.parsed(drawn(one([[0.0]])))
    assert read.squares(root, "kernel", CELL) == {(0, 0): "#f6f5f2"}


def test_the_colours_are_those_of_the_screen():
    script = (ROOT / "browser" / "theme.js").read_text("utf-8").lower()
    light, dark = script.split("dark: {")
    for name in ("paper", "text", "quiet", "bar", "mark", "gap"):
        for text, own in zip((light, dark), named(name), strict=True):
            assert re.search(rf"{name}: \"{own}\"", text)
    for palette in ("signed", "mask"):
        for side, text in enumerate((light, dark)):
            (written,) = re.findall(rf"{palette}: \[(\s*\[.*?\],?\s*)\]", text, re.DOTALL)
            assert re.findall("#[0-9a-f]{6}", written) == [pair[side] for _, pair in stops(palette)]


def test_the_description_says_the_numbers_that_numpy_finds():
    root = read.parsed(drawn(dense(pin=PIN) | {"title": "Dense"}, caption="Four tensors."))
    title, description = root[0].text, root[1].text
    assert title == "Dense: inputs · kernel + bias = outputs"
    low, high = OUTPUTS.min(), OUTPUTS.max()
    expected = f"outputs, 2 × 3, values {low:.3g} to {high:.3g}".replace("-", "−")
    assert expected in description
    assert "Colours of All: −2.5 to 2.5." in description
    assert "Pinned: outputs at batch 1, units 2 = 0.4685." in description
    assert "Changed by hand: bias.0." in description
    assert description.endswith("Four tensors.")


def test_what_is_written_is_text_with_names_shapes_signs_and_ranges():
    shown = read.texts(read.parsed(drawn(dense())))
    for text in ("inputs", "2 × 2", "batch × features", "·", "+", "=", "All", "−2.5", "2.5"):
        assert text in shown


def test_what_is_not_finite_has_a_mark_of_its_own_and_no_number():
    root = read.parsed(drawn(one([[np.nan, 1.0], [-np.inf, 2.0]])))
    assert sorted(read.numbers(root, "kernel", CELL)) == [(0, 1), (1, 1)]
    lines = [each.get("points").split() for each in root.iter(f"{read.SVG}polyline")]
    assert sorted(map(len, lines)) == [2, 2, 4], "a cross of two lines, and a triangle"
    assert "1 NaN" in root[1].text


def test_a_large_tensor_is_an_image_of_its_cells_and_says_so_in_no_other_way():
    values = np.linspace(-2, 2, 60 * 50).reshape(60, 50)
    text = drawn(one(values))
    root = read.parsed(text)
    (image,) = root.iter(f"{read.SVG}image")
    assert float(image.get("width")) / 50 == float(image.get("height")) / 60
    assert not read.squares(root, "kernel", float(image.get("width")) / 50)
    assert "values −2 to 2" in root[1].text


def test_hostile_names_and_captions_are_text_and_never_markup():
    evil = "a\"'><script>alert(1)</script>&amp;\x00\ud800]]>"
    text = drawn(row([figure([[1.0]], name=evil)]) | {"title": evil}, caption=evil)
    text.encode()  # half a pair of letters cannot be encoded
    root = read.parsed(text)
    tags = {element.tag.removeprefix(read.SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "text"}
    assert "<script" not in text
    for element in root.iter():
        assert not any(name.lower().startswith("on") for name in element.attrib)
    assert any("<script>alert(1)</script>&amp;" in (text or "") for text in read.texts(root))


def test_ids_of_two_pictures_in_one_page_do_not_meet():
    block = dense()
    two = [drawn(block, "auto"), drawn(only(block, "kernel"), "auto")]
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in two]
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]
    for text, own in zip(two, ids, strict=True):
        named = {
            name for part in re.findall(r'labelledby="([^"]+)"', text) for name in part.split()
        }
        assert named | set(re.findall(r"url\(#([^)]+)\)", text)) <= own
        rules = re.findall(r"(?:^|[{}])([^{}@]+)\{(?:fill|stroke|stop-color|display)", text)
        assert rules
        (prefix,) = {rule.split(" ")[0] for rule in rules}
        assert prefix.lstrip("#") in own


def test_a_picture_that_follows_the_page_has_both_themes_and_no_other_colours():
    text = drawn(dense(), "auto")
    light, dark = text.split("@media (prefers-color-scheme:dark)")
    assert color("signed")(0.5)[0] in light
    assert color("signed")(0.5)[1] in dark
    assert not re.search(r'fill="#(?!000000|ffffff)', text)


def test_a_picture_takes_nothing_from_elsewhere():
    text = drawn(dense(pin=PIN), "auto")
    assert set(re.findall(r"url\((\w*[#:])", text)) <= {"#", "data:"}
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_only_one_tensor_keeps_its_colours_and_tells_their_range():
    block = dense(pin=PIN)
    whole, alone = read.parsed(drawn(block)), read.parsed(drawn(only(block, "kernel")))
    assert read.squares(whole, "kernel", CELL) == read.squares(alone, "kernel", CELL)
    assert {"Colours", "−2.5", "2.5"} <= set(read.texts(alone))
    assert "outputs" not in "".join(read.texts(alone))
    assert only(block, "nothing") is None


def test_cells_are_square_and_of_one_size_and_the_picture_keeps_to_its_width():
    for room in (300, 500, 960):
        scene = picture(dense(pin=PIN), room=room, caption="word " * 60)
        assert scene.width <= room
        root = read.parsed(svg(scene))
        sizes = {
            float(element.get("width"))
            for name in TENSORS
            for element in read.group(root, name).iter(f"{read.SVG}rect")
            if element.get("width") == element.get("height") and not element.get("stroke")
        }
        cell = min(sizes)
        assert cell in (28, 32, 44)
        assert sizes <= {cell, 2 * cell}  # and the whole of the inputs, which are square
        assert [len(read.squares(root, name, cell)) for name in TENSORS] == [4, 6, 3, 6]
        for element, x, _ in read.placed(root):
            if element.tag == f"{read.SVG}rect":
                assert x + float(element.get("x")) + float(element.get("width")) <= scene.width


def test_the_same_block_is_the_same_text():
    assert drawn(dense(pin=PIN), "auto") == drawn(dense(pin=PIN), "auto")


def test_a_curve_has_a_line_a_mark_and_crosses_where_numbers_are_lost():
    losses = np.array([1e4, 100.0, np.nan, 1.0], "float32")
    block = row([curve(losses, name="loss", at=1)])
    root = read.parsed(svg(picture(block)))
    lines = [each.get("points") for each in root.iter(f"{read.SVG}polyline")]
    strokes = [each for each in root.iter(f"{read.SVG}polyline") if each.get("stroke-width") == "2"]
    assert len(strokes) == 2  # the line is broken where there is no number
    (first, second), _ = (
        [tuple(map(float, point.split(","))) for point in each.get("points").split()]
        for each in strokes
    )
    assert first[0] < second[0]
    middle = float(strokes[1].get("points").split(",")[1])
    assert second[1] - first[1] == pytest.approx(middle - second[1], abs=0.1)  # logarithmic
    upright = [each for each in lines if len({at.split(",")[0] for at in each.split()}) == 1]
    (mark,) = [each for each in upright if len(each.split()) == 2]
    assert float(mark.split(",")[0]) == pytest.approx(second[0], abs=0.02)
    assert len(lines) == 2 + 2 + 1, "the line, the cross, and the step that is marked"


def test_the_paths_of_a_weight_are_lines_and_the_picked_one_is_set_apart():
    values = np.array([[1.0, 0.0], [2.0, 0.5], [4.0, 0.0]], "float32")
    figure = paths(values, steps=(0, 1, 2), name="bias", at=1, last=2, picked=(1,))
    root = read.parsed(svg(picture(row([figure]))))
    lines = list(root.iter(f"{read.SVG}polyline"))
    strokes = {each.get("stroke-width"): each.get("stroke") for each in lines}
    assert strokes["1.2"] != strokes["3"], "another colour, and a wider line"
    assert [len(each.get("points").split()) for each in lines] == [3, 3, 2]


def test_a_plane_of_losses_is_tinted_by_them_beneath_the_path():
    losses = np.array([[0.0, 1.0], [np.nan, 2.0]], "float32")
    ends, path = np.array([-1.0, 1.0]), np.array([[-1.0, -1.0], [1.0, 1.0]])
    figure = plane(
        losses,
        across=ends,
        up=ends,
        path=path,
        steps=tuple(range(len(path))),
        at=0,
        names=("a", "b"),
    )
    scene = picture(row([figure]))
    root = read.parsed(svg(scene))
    squares = [
        each
        for each in root.iter(f"{read.SVG}rect")
        if each.get("width") == "220" and each.get("height") == "147.5"
    ]
    assert len(squares) == 3, "what is not finite has none"
    lightness = [sum(bytes.fromhex(each.get("fill")[1:])) for each in squares]
    assert lightness == sorted(lightness, reverse=True), "larger losses are darker"
    assert scene.width >= 440
    rings = [each for each in root.iter(f"{read.SVG}rect") if each.get("rx") == "4"]
    assert len(rings) == 2
    assert "loss" in read.texts(root)


def test_a_bar_that_stands_alone_is_a_tenth_of_the_axis():
    block = row([histogram(np.full(4, 2.0), name="kernel")])
    root = read.parsed(svg(picture(block)))
    bar = next(each for each in root.iter(f"{read.SVG}rect") if each.get("fill") == "#2f6db5")
    left, wide = float(bar.get("x")), float(bar.get("width"))
    assert wide == pytest.approx(24, abs=2)
    assert left + wide / 2 == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize("name", ["terms", "kernel_histogram"])
def test_a_figure_without_cells_is_drawn_alone(name):
    bars = terms(np.array([1.0, -2.0]), name="terms", file_name="terms")
    pin = PIN | {"figure": sendable(bars)}
    block = dense(pin=pin)
    block["items"] += row([histogram(np.arange(6.0), name="kernel")])["items"]
    alone = only(block, name)
    assert alone
    assert [item["figure"]["name"] for item in alone["items"]] == [name]
    assert alone["ranges"] == []
    root = read.parsed(svg(picture(alone)))
    assert [g.get("data-tensor") for g in root.iter(f"{read.SVG}g") if g.get("data-tensor")] == [
        name
    ]
