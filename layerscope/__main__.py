"""``python -m layerscope``: pictures of layers by command, the app, and the check-up.

Exit status: 0 where all is done. Else a sentence stands on standard error, and the status says of
which kind it is: 1 a file differs (render --check) or a layer is broken (check), 2 the request asks
for what there is not, 3 the file cannot be written, 4 the run has no picture of that kind.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from layerscope.refusal import Refusal


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["check"]:  # it reads its own options
        from layers.checkup.__main__ import main as check

        return check(words[1:], program="python -m layerscope check")
    options = _parser().parse_args(words)
    try:
        return _COMMANDS[options.command](options)
    except Refusal as refused:
        print(refused, file=sys.stderr)
        return refused.status


def _render(options: argparse.Namespace) -> int:
    from layerscope.render import render

    return render(options)


def _serve(options: argparse.Namespace) -> int:
    from layerscope.serve import serve

    return serve(options)


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {"render": _render, "serve": _serve}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m layerscope",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    render = commands.add_parser(
        "render", help="write pictures of links, or of a file of recipes", allow_abbrev=False
    )
    render.add_argument("source", metavar="LINK|RECIPES.toml", help="such as '/?layer=linear'")
    render.add_argument(
        *("-o", "--output"),
        metavar="FILE",
        help=".svg .png .pdf .html .json .npz; - for standard output",
    )
    render.add_argument("--format", metavar="KIND", help="of standard output (default: svg)")
    render.add_argument(
        "--theme", default="", help="light, dark, or auto (SVG, HTML: as the page is)"
    )
    render.add_argument("--scale", type=float, help="pixels of a PNG for one of the screen's (2)")
    render.add_argument("--width", type=int, help="pixels of the screen, at most (960)")
    render.add_argument("--only", default="", metavar="TENSOR", help="draw this tensor alone")
    render.add_argument("--caption", default="", help="a sentence beneath the picture")
    render.add_argument("--alt", action="store_true", help="print what the picture shows, in words")
    render.add_argument(
        "--layers",
        default=os.environ.get("LAYERSCOPE_LAYERS", ""),
        metavar="MODULE.py",
        help="your own layers, for links to own.<Class>",
    )
    render.add_argument(
        "--check", action="store_true", help="of recipes: write nothing, and say what differs"
    )
    serve = commands.add_parser("serve", help="serve the app", allow_abbrev=False)
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8501))
    serve.add_argument(
        "--host", default="localhost", help="0.0.0.0 opens it to the network (default: localhost)"
    )
    serve.add_argument("--layers", default=os.environ.get("LAYERSCOPE_LAYERS", ""))
    serve.add_argument("--models", default=os.environ.get("LAYERSCOPE_MODELS", ""))
    serve.add_argument("--lessons", default=os.environ.get("LAYERSCOPE_LESSONS", ""))
    commands.add_parser("check", help="examine a layer of your own: check --help", add_help=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
