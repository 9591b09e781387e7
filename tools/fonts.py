"""``python -m tools.fonts``: make the fonts of pictures/ from those of the app itself.

Streamlit's wheel carries Source Sans and Source Code as variable WOFF2, which rasterisers and PDF
do not take. One weight each is cut out of them, without kerning, so that a text's width is the sum
of its letters' everywhere. Their licence reserves the name "Source": the cut ones have another.
It needs brotli beside the development requirements: ``pip install brotli``.
"""

from __future__ import annotations

from pathlib import Path

import streamlit
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

MEDIA = Path(streamlit.__file__).parent / "static" / "static" / "media"
TARGET = Path(__file__).parents[1] / "pictures" / "fonts"
FACES = {
    "LayerscopeSans-Regular": ("SourceSansVF-Upright", 400, "Layerscope Sans"),
    "LayerscopeSans-SemiBold": ("SourceSansVF-Upright", 600, "Layerscope Sans"),
    "LayerscopeCode-SemiBold": ("SourceCodeVF-Upright", 600, "Layerscope Code"),
}
RANGES = [
    *(range(0x20, 0x180), range(0x370, 0x530)),  # Latin, Greek, Cyrillic
    *(range(0x2010, 0x2060), range(0x2070, 0x20A0), range(0x2190, 0x2200)),
    range(0x2200, 0x2300),
]
EMBEDDED = [*range(0x20, 0x7F), *map(ord, "·×÷−∞→…–—′√Σσρα≈")]
"""What an SVG carries along: a picture with other letters shows those in a font of its reader."""


def main() -> None:
    """Write one TTF and one small WOFF2 a face."""
    for file, (source, weight, family) in FACES.items():
        (found,) = MEDIA.glob(f"{source}.*.woff2")
        font = TTFont(found, recalcTimestamp=False)
        instantiateVariableFont(font, {"wght": weight}, inplace=True)
        _name(font, family, weight)
        _cut(font, [letter for some in RANGES for letter in some])
        font.flavor = None
        font.save(TARGET / f"{file}.ttf")
        _cut(font, EMBEDDED)
        font.flavor = "woff2"
        font.save(TARGET / f"{file}.woff2")


def _cut(font: TTFont, letters: list[int]) -> None:
    options = Options(
        layout_features=[], hinting=False, name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], notdef_outline=True
    )
    cutter = Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)


def _name(font: TTFont, family: str, weight: int) -> None:
    style = {400: "Regular", 600: "SemiBold"}[weight]
    names = {
        1: family,
        2: style,
        3: f"{family} {style}",
        4: f"{family} {style}",
        6: f"{family.replace(' ', '')}-{style}",
        16: family,
        17: style,
    }
    for record in list(font["name"].names):
        if record.nameID in {7, 16, 17, 21, 22, 25}:
            font["name"].removeNames(nameID=record.nameID)
    for identifier, text in names.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)
    setattr(font["OS/2"], "usWeightClass", weight)  # noqa: B010 (fontTools makes it as it reads)


if __name__ == "__main__":
    main()
