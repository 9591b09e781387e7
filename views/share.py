"""What is written to show a picture elsewhere: the link, a frame, a Markdown line, the command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

_MARKUP = re.compile(r"([\\\[\]*_`!])")
"""What means something in Markdown's alternative texts, beside HTML's."""
HEIGHT = 600
"""Pixels of a frame until it tells its own."""
THEMES = ("auto", "light", "dark")
"""``auto`` is the reader's own."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A picture to be shown elsewhere.

    Attributes:
        address: of the page, without parameters.
        parameters: of the link.
        title: of the page.
        hide: the names of controls that are left out.
        theme: one of ``THEMES``.
    """

    address: str
    parameters: Mapping[str, str]
    title: str
    hide: Collection[str] = ()
    theme: str = "auto"

    @property
    def link(self) -> str:
        """The page's address, with what is hidden."""
        return self._link({})

    @property
    def frame(self) -> str:
        """The HTML of a frame that shows the picture and its tools."""
        more = {"embed": "true"}
        if self.theme != "auto":
            more["embed_options"] = f"{self.theme}_theme"
        return (
            f'<iframe src="{escape(self._link(more))}" title="{escape(self.title)}"\n'
            f'  width="100%" height="{HEIGHT}" style="border: 0" loading="lazy"></iframe>'
        )

    def image(self, file: str, alternative: str) -> str:
        """Return the line of Markdown that shows the picture's file."""
        text = escape(_MARKUP.sub(r"\\\1", " ".join(alternative.split())), quote=False)
        return f"![{text}]({file})"

    def command(self, file: str, path: str = "/", layers: str = "") -> str:
        """Return the command that writes the picture's file, quoted for a shell.

        Args:
            file: to be written.
            path: of the page that the link is to.
            layers: path of an author's module, for one of its layers.
        """
        link = f"{path}?{urlencode(self.parameters)}"
        words = ["python", "-m", "layerscope", "render", link, "-o", file]
        if self.theme != "auto":
            words += ["--theme", self.theme]
        if layers:
            words += ["--layers", layers]
        return shlex.join(words)

    def _link(self, more: Mapping[str, str]) -> str:
        hide = {"hide": ",".join(self.hide)} if self.hide else {}
        return f"{self.address}?{urlencode({**self.parameters, **hide, **more})}"
