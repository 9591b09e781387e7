"""What a link shows, computed: what every kind of file is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from layers.traces.trace import Tensor
from views.blocks import Block
from views.explore.view import View
from views.explore.whole import PageSource, Read


@dataclass(frozen=True, kw_only=True)
class Run:
    """A link's run, and its picture as a block.

    Attributes:
        link: as it was given.
        title: of the picture.
        summary: a sentence beneath the title.
        block: the picture.
        tensors: every array of the run, by name.
        source: what a page that answers offline is made of.
        below: view → what stands beneath the picture in such a page.
        read: returns a field's value in the link.
    """

    link: str
    title: str
    summary: str
    block: Block
    tensors: Mapping[str, Tensor]
    source: PageSource
    below: Callable[[View], list[Block]]
    read: Read
