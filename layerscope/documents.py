"""Pictures for documentation tools: options as text, files kept until what they show changes."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from importlib.metadata import distributions
from pathlib import Path

from layerscope.files import write
from layerscope.formats import Options, alternative, block_of, written
from layerscope.refusal import WRONG_REQUEST, Refusal
from layerscope.run import own_module, run
from pictures.picture import picture

NAMES = ("alt", "caption", "format", "only", "scale", "theme", "width")
"""What may be said of a picture, in every documentation tool alike."""
_SHOWN = (".svg", ".png", ".pdf", ".html")
"""What a page shows: images, PDF for Sphinx's LaTeX, and HTML in a frame."""
_AROUND = 150
"""Pixels of a frame around its picture: title, tools and margins."""
_HEIGHTS = (260, 900)
_ROOMS = ("block_reduction.py", "browser", "figures", "layers", "layerscope", "pictures", "views")
_COMPUTING = ("tensorflow", "keras", "numpy", "resvg-py", "fpdf2", "pillow")


@dataclass(frozen=True, kw_only=True)
class DrawnFile:
    """A picture's file, its words for those who do not see it, its caption, and how high it is."""

    path: Path
    alt: str
    caption: str
    height: int

    def frame(self, uri: str) -> str:
        """Return the frame of a page as markup; ``uri`` is where the page finds it."""
        low, high = _HEIGHTS
        return (
            f'<iframe src="{escape(uri)}" title="{escape(" ".join(self.alt.split())[:300])}" '
            f'loading="lazy" sandbox="allow-scripts" width="100%" '
            f'height="{min(high, max(low, self.height + _AROUND))}" '
            'style="border:0;resize:vertical;overflow:auto"></iframe>'
        )


def drawn(link: str, said: Mapping[str, str], *, folder: Path, layers: str = "") -> DrawnFile:
    """Return the picture of a link, drawn now or when it was last asked for.

    Args:
        link: see ``layerscope.link.parameters``.
        said: options as text, by their ``NAMES``.
        folder: where files are kept, by a hash of all that makes them what they are.
        layers: path of an author's module.

    Raises:
        Refusal: it cannot be drawn so.
    """
    if unknown := [name for name in said if name not in NAMES]:
        raise Refusal(
            f"The picture cannot be drawn: expected options among {', '.join(NAMES)}. Received "
            f"`{unknown[0][:60]}`. Leave it out.",
            WRONG_REQUEST,
        )
    ending = "." + said.get("format", "svg").strip().removeprefix(".")
    if ending not in _SHOWN:
        raise Refusal(
            f"The picture cannot be drawn: expected a format among {', '.join(_SHOWN)}. Received "
            f"{ending[:20]!r}. Leave it out for svg.",
            WRONG_REQUEST,
        )
    options = _options(said)
    name = _name(link, ending, options, layers)
    path, words = folder / f"{name}{ending}", folder / f"{name}.json"
    if not (path.exists() and words.exists()):
        made = run(link, layers)
        folder.mkdir(parents=True, exist_ok=True)
        write(path, written(made, ending, options))
        high = picture(block_of(made, options), room=options.width).height
        said_of = {"alt": alternative(made, options), "height": round(high)}
        write(words, json.dumps(said_of).encode())
    kept = json.loads(words.read_text("utf-8"))
    return DrawnFile(
        path=path,
        alt=said.get("alt", "").strip() or kept["alt"],
        caption=said.get("caption", "").strip(),
        height=kept["height"],
    )


def _options(said: Mapping[str, str]) -> Options:
    """Return the options of the picture itself: alt and caption stand in the page around it."""
    usual = Options()
    return Options(
        theme=said.get("theme", "").strip(),
        only=said.get("only", "").strip(),
        scale=_number(said, "scale", usual.scale),
        width=int(_number(said, "width", usual.width)),
    )


def _number(said: Mapping[str, str], name: str, usual: float) -> float:
    try:
        number = float(said.get(name, usual))
        if not math.isfinite(number):
            raise ValueError
    except ValueError:
        raise Refusal(
            f"`{name}` cannot be used: expected a number. Received {said[name][:60]!r}. Leave it "
            f"out for {usual:g}.",
            WRONG_REQUEST,
        ) from None
    return number


def _name(link: str, ending: str, options: Options, layers: str) -> str:
    own = own_module(layers)
    key = json.dumps([link, ending, asdict(options), own.source if own else "", _sources()])
    return hashlib.sha256(key.encode()).hexdigest()[:20]


@cache
def _sources() -> str:
    """Return a hash of all that pictures depend on: this project's files and what computes them."""
    root = Path(__file__).parents[1]
    found = hashlib.sha256()
    for room in _ROOMS:
        files = sorted((root / room).rglob("*.*")) if "." not in room else [root / room]
        files = [file for file in files if file.suffix in (".py", ".js", ".css")]
        for file in files:
            found.update(file.read_bytes())
    for name in _COMPUTING:
        found.update(f"{name} {_version(name)}".encode())
    return found.hexdigest()


def _version(name: str) -> str:
    found = (own for known in (name, f"{name}-cpu") for own in distributions(name=known))
    return next((own.version for own in found), "")
