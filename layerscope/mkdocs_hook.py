"""MkDocs: a fenced block ``layerscope`` is a picture; its first line is the link.

In ``mkdocs.yml``: ``hooks: [path/to/layerscope/mkdocs_hook.py]``, and for layers of your own
``extra: {layerscope_layers: my_module.py}``, from the folder of ``mkdocs.yml``. In a page::

    ``` layerscope
    /?layer=linear&cell=outputs.0.2
    :caption: A linear layer
    ```
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path
from typing import Any

if (_ROOT := str(Path(__file__).parents[1])) not in sys.path:
    sys.path.append(_ROOT)  # MkDocs loads a hook as a file, from wherever it is

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

from layerscope.documents import drawn
from layerscope.refusal import Refusal

_BLOCK = re.compile(
    r"^(?P<indent>[ ]*)(?P<fence>`{3,}|~{3,})[ ]*layerscope[ ]*\n"
    r"(?P<body>.*?)^(?P=indent)(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_OPTION = re.compile(r":([a-z]+):[ ]*(.*)")
_FOLDER = ".layerscope"


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Return a page's Markdown with every block drawn.

    Raises:
        PluginError: a block that cannot be drawn; the sentence names the page.
    """

    def replaced(found: re.Match[str]) -> str:
        try:
            return _figure(found["body"], page, config, files, found["indent"])
        except Refusal as refused:
            raise PluginError(f"{page.file.src_uri}: {refused}") from None

    return _BLOCK.sub(replaced, markdown)


def _figure(body: str, page: Any, config: Any, files: Any, indent: str) -> str:
    link, *lines = [line.strip() for line in body.strip().splitlines() if line.strip()] or [""]
    said = {}
    for line in lines:
        option = _OPTION.fullmatch(line)
        said[option[1] if option else line] = option[2] if option else ""
    home = Path(config.config_file_path).parent
    layers = config.extra.get("layerscope_layers", "")
    made = drawn(link, said, folder=home / _FOLDER, layers=str(home / layers) if layers else "")
    uri = f"assets/layerscope/{made.path.name}"
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, content=made.path.read_bytes()))
    source = get_relative_url(files.get_file_from_path(uri).url, page.url)
    caption = f"<figcaption>{html.escape(made.caption)}</figcaption>" if made.caption else ""
    shown = made.frame(source) if made.path.suffix == ".html" else _image(source, made.alt)
    return f'{indent}<figure class="layerscope">{shown}{caption}</figure>'


def _image(source: str, alt: str) -> str:
    words = html.escape(" ".join(alt.split()), quote=True)
    return f'<img src="{html.escape(source, quote=True)}" alt="{words}" loading="lazy">'
