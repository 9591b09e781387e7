"""``python -m layerscope render``: a link as a file, or the files of many recipes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from layerscope import link as links
from layerscope.differences import differences
from layerscope.files import write, write_to_standard_output
from layerscope.formats import Options, alternative, checked, written
from layerscope.recipes import read
from layerscope.refusal import DIFFERS, WRONG_REQUEST, Refusal
from layerscope.run import run

_OF_A_LINK = ("output", "format", "theme", "scale", "width", "only", "caption", "alt")


def render(options: argparse.Namespace) -> int:
    """Write what the command line asks for; return the exit status.

    Raises:
        Refusal: it cannot be done.
    """
    if options.source.endswith(".toml"):
        return _recipes(options)
    if options.check:
        raise Refusal(
            "Nothing can be checked: expected a file of recipes. Received a link. Write the link "
            "into a file such as pictures.toml.",
            WRONG_REQUEST,
        )
    if not options.output and not options.alt:
        raise Refusal(
            "There is nothing to do: expected a file to write. Received none. Add -o FILE, -o - "
            "for standard output, or --alt.",
            WRONG_REQUEST,
        )
    links.parameters(options.source)  # a wrong request is refused before TensorFlow is started
    ending = _ending(options)
    numbers = {name: getattr(options, name) for name in ("scale", "width")}
    drawn = Options(
        theme=options.theme,
        only=options.only,
        caption=options.caption,
        **{name: value for name, value in numbers.items() if value is not None},
    )
    made = run(options.source, options.layers)
    if options.output == "-":
        write_to_standard_output(written(made, ending, drawn))
    elif options.output:
        write(Path(options.output), written(made, ending, drawn))
    if options.alt:
        print(alternative(made, drawn), file=sys.stderr if options.output == "-" else sys.stdout)
    return 0


def _ending(options: argparse.Namespace) -> str:
    if options.format:
        return checked("." + options.format.removeprefix("."))
    if options.output in (None, "-"):
        return ".svg"
    return checked(Path(options.output).suffix)


def _recipes(options: argparse.Namespace) -> int:
    """Write all pictures of a file, or say which of them are not what would be written."""
    if given := [name for name in _OF_A_LINK if getattr(options, name)]:
        raise Refusal(
            "The recipes cannot be drawn: expected every option in the file. Received "
            f"--{given[0]}. Write it there, into its picture or above the first.",
            WRONG_REQUEST,
        )
    recipes = read(Path(options.source))
    made = recipes.make()
    if not options.check:
        for path, data in made:
            write(path, data)
        return 0
    differ = 0
    for path, data in made:
        try:
            said = differences(path.suffix, path.read_bytes(), data)
        except OSError:
            said = "it is not there"
        if said:
            differ += 1
            print(f"{path}: {said}", file=sys.stderr)
    if differ:
        raise Refusal(
            f"The pictures are not what the recipes make: expected {len(made):,} files as they "
            f"would be written. Received {differ:,} that differ. Write them again: "
            f"python -m layerscope render {options.source}",
            DIFFERS,
        )
    return 0
