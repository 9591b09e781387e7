"""``python -m layers.checkup my_module:MyLayer --input-shape 8,10``: examine a layer of your own.

Exit status: 0 where the layer works, 1 where it is broken, 2 where it could not be examined.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from layers.checkup.cli_target import named
from layers.checkup.engine import TIME_LIMIT, outcomes_of, report_of
from layers.checkup.plan import PLAN
from layers.checkup.processes import process
from layers.checkup.shapes import checked_shapes, parse_shapes
from layers.checkup.text import written
from layers.inputs.fields import BadInputError


def main(arguments: list[str] | None = None, *, program: str = "python -m layers.checkup") -> int:
    """Examine what the command line names; return the exit status."""
    options = _options(arguments, program)
    shown = sys.stderr.isatty()
    # Where a process was killed, loky's own tells of what was left behind, and clears it away.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    try:
        make = named(options.layer, options.arg, Path.cwd())
        shapes = checked_shapes(parse_shapes(options.input_shape))
        outcomes = []
        for outcome in outcomes_of(
            make, shapes, dtype=options.dtype, time_limit=options.time_limit, run=process()
        ):
            outcomes.append(outcome)
            if shown:
                step = PLAN[min(len(outcomes), len(PLAN) - 1)]
                print(f"\r\x1b[K{step.doing} …", end="", file=sys.stderr, flush=True)
    except BadInputError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr)
        process().end()
    report = report_of(tuple(outcomes), shapes)
    if options.json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(written(report, colour=colour))
    return 1 if report.broken else 0


def _options(arguments: list[str] | None, program: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    parser.add_argument("layer", help="my_module:MyLayer, or folder/my_module.py:MyLayer")
    parser.add_argument(
        "--input-shape",
        required=True,
        action="append",
        metavar="8,10",
        help="batch first; again for a second input, or argument=8,10 for each argument of call",
    )
    parser.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="units=5",
        help="an argument of the constructor; again for another",
    )
    parser.add_argument("--dtype", default="float32", help="of the input (default: float32)")
    parser.add_argument("--json", action="store_true", help="print the report for machines")
    parser.add_argument(
        "--time-limit",
        type=float,
        default=TIME_LIMIT,
        metavar="SECONDS",
        help=f"for one examination (default: {TIME_LIMIT:g})",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
