"""Sphinx: ``.. layerscope:: /?layer=linear`` is a picture, and so is the role of that name.

In ``conf.py``: ``extensions = ["layerscope.sphinx_extension"]``, and for layers of your own
``layerscope_layers = "my_module.py"``, from the folder of ``conf.py``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from layerscope.documents import NAMES, DrawnFile, drawn
from layerscope.refusal import Refusal

_PAGES = "_layerscope"
"""The folder of a built site with the pages that frames show."""


class Layerscope(SphinxDirective):
    """A figure of a link; options are ``layerscope.documents.NAMES``, and ``name``."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {  # noqa: RUF012 (docutils declares it without ClassVar)
        **dict.fromkeys(NAMES, directives.unchanged),
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the figure; what cannot be drawn is an error at the directive's line."""
        said = {name: text or "" for name, text in self.options.items() if name in NAMES}
        try:
            made = _drawn(self.env, "".join(self.arguments[0].split()), said)
        except Refusal as refused:
            raise self.error(str(refused)) from None
        figure = nodes.figure("", *_shown(self.env, made), align="default")
        if made.caption:
            inline, messages = self.state.inline_text(made.caption, self.lineno)
            figure += nodes.caption(made.caption, "", *inline)
            figure += messages
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


class LayerscopeRole(SphinxRole):
    """A picture of a link within a line."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the image; what cannot be drawn is an error at the line."""
        try:
            made = _drawn(self.env, self.text.strip(), {})
        except Refusal as refused:
            message = self.inliner.reporter.error(str(refused), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return _shown(self.env, made), []


def _shown(env: Any, made: DrawnFile) -> list[nodes.Node]:
    """Return an image, or in HTML the frame of a page, and elsewhere its words."""
    if made.path.suffix != ".html":
        return [_image(env, made)]
    here = env.app.builder.get_target_uri(env.docname)
    frame = nodes.raw("", made.frame(relative_uri(here, f"{_PAGES}/{made.path.name}")))
    frame["format"] = "html"
    words = addnodes.only(expr="not html")
    words += nodes.paragraph("", made.alt)
    return [frame, words]


def _copy_pages(app: Sphinx, failed: Exception | None) -> None:
    """Put the pages that frames show beside the site's own."""
    pages = sorted(_folder(app).glob("*.html"))
    if failed is None and app.builder.format == "html" and pages:
        target = Path(app.outdir) / _PAGES
        target.mkdir(exist_ok=True)
        for page in pages:
            shutil.copyfile(page, target / page.name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the role and the setting."""
    app.add_config_value("layerscope_layers", "", "env", types=str)
    app.add_directive("layerscope", Layerscope)
    app.add_role("layerscope", LayerscopeRole())
    app.connect("build-finished", _copy_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _drawn(env: Any, link: str, said: dict[str, str]) -> DrawnFile:
    layers = env.config.layerscope_layers
    return drawn(
        link,
        said,
        folder=_folder(env.app),
        layers=str(Path(env.app.confdir) / layers) if layers else "",
    )


def _folder(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "layerscope"


def _image(env: Any, made: DrawnFile) -> nodes.image:
    """Return an image of a file outside of the sources, which Sphinx copies as one of theirs."""
    beside = Path(env.doc2path(env.docname)).parent
    uri = Path(os.path.relpath(made.path, beside)).as_posix()
    return nodes.image(uri=uri, alt=made.alt)
