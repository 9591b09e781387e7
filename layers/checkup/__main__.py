"""``python -m layers.checkup my_module:MyLayer --input-shape 8,10``: examine a layer of your own.

Exit status: 0 if the layer works, 1 if it is broken, 2 if it could not be examined.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path

from layers.checkup.cli_target import parse_target
from layers.checkup.engine import TIME_LIMIT, iter_outcomes, report_of
from layers.checkup.plan import PLAN
from layers.checkup.processes import shared_process
from layers.checkup.shapes import parse_shapes, validate_dtype, validate_shapes
from layers.checkup.text import format_report
from layers.inputs.fields import BadInputError


def main(arguments: list[str] | None = None, *, program: str = "python -m layers.checkup") -> int:
    """Examine the layer that the command line names, and print the report.

    Args:
        arguments: the command line without the program's name; ``sys.argv`` if None.
        program: the program's name, for its usage.

    Returns:
        The exit status.
    """
    options = _options(arguments, program)
    progress = sys.stderr.isatty()
    # Silences loky's message about resources of a killed process; it cleans them up itself.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    try:
        make = parse_target(options.layer, options.arg, Path.cwd())
        shapes = validate_shapes(parse_shapes(options.input_shape))
        dtype = validate_dtype(options.dtype)
        if progress:
            message = f"Running {len(PLAN)} examinations …"
            print(f"\r\x1b[K{message}", end="", file=sys.stderr, flush=True)
        outcomes = tuple(
            iter_outcomes(
                make, shapes, dtype=dtype, time_limit=options.time_limit, run=shared_process()
            )
        )
    except BadInputError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        if progress:
            print("\r\x1b[K", end="", file=sys.stderr)
    report = report_of(outcomes, shapes)
    if options.json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(format_report(report, colour=colour))
    return 1 if report.broken else 0


def _options(arguments: list[str] | None, program: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    parser.add_argument("layer", help="my_module:MyLayer, or folder/my_module.py:MyLayer")
    parser.add_argument(
        "--input-shape",
        required=True,
        action="append",
        metavar="8,10",
        help="batch first; repeat it for a second input, or write argument=8,10 for each argument "
        "of call",
    )
    parser.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="units=5",
        help="an argument of the constructor; repeat it for another",
    )
    parser.add_argument("--dtype", default="float32", help="the input's (default: float32)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=TIME_LIMIT,
        metavar="SECONDS",
        help=f"for one examination (default: {TIME_LIMIT:g})",
    )
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(
            f"The time limit cannot be used: expected a positive number of seconds. "
            f"Received {text[:60]!r}. Write, for example, --time-limit 20."
        )
    return seconds


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shared_process().end()
