"""Pictures that were drawn lately: the live answer and the page's own run show the same one.

So do all visitors who follow one link. It is found by the run and the layer themselves, which the
server's caches share, and by what of them is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from layers.api.explore import Exploration
from layers.inputs.description import Description
from views.blocks import Block, as_text
from views.explore.picture import picture
from views.explore.view import View

_MOST = 32 * 2**20
_OVERHEAD = 6
"""Bytes that blocks take in memory for one character of their text, at most."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture.

    Attributes:
        blocks: the picture; visitors share it, nobody changes it.
        text: the same by ``views.blocks.as_text``.
        made_of: the layer and the run, which live as long as the picture is found by them.
    """

    blocks: Sequence[Block]
    text: str
    made_of: tuple[Description, Exploration]


def _size(drawn: Drawn) -> int:
    return _OVERHEAD * len(drawn.text) + drawn.made_of[1].nbytes


_lately: LRUCache[tuple, Drawn] = LRUCache(_MOST, getsizeof=_size)
_lock = threading.Lock()  # pages and routes run in threads, and an LRUCache is not safe in threads


def drawn(layer: Description, run: Exploration, view: View, *, alone: bool) -> Drawn:
    """Return ``picture(layer, run, view, alone=alone)``, drawn once while it is asked for often."""
    shown = (view.rows, view.columns, tuple(sorted(view.at.items())), view.reduction, view.contrast)
    key = (id(layer), id(run), alone, *shown, view.cell, view.time, view.play)
    with _lock:
        if known := _lately.get(key):
            return known
    blocks = picture(layer, run, view, alone=alone)
    made = Drawn(blocks, as_text(blocks), (layer, run))
    if _size(made) <= _MOST // 8:
        with _lock:
            _lately[key] = made
    return made
