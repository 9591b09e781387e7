"""The examinations in the order they run, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One examination: ``layers.checkup.probes`` has a function of its name.

    Attributes:
        name: its name.
        doing: what it does, for the progress and for errors.
        needs: what the layer must be able to do for it to run.
        gives: what the layer is known to be able to do if it finds nothing broken.
    """

    name: str
    doing: str
    needs: frozenset[str] = frozenset()
    gives: str = ""


_MADE = frozenset({"make"})
_CALLED = frozenset({"make", "call"})
_TRACED = frozenset({"make", "call", "graph"})

PLAN = (
    Step("make", "making it", gives="make"),
    Step("call", "calling it", _MADE, gives="call"),
    Step("graph", "tracing it", _CALLED, gives="graph"),
    Step("positional_add_weight", "reading its source", _MADE),
    Step("build_signature", "comparing build() with call()", _MADE),
    Step("reserved_name", "watching its attributes", _MADE),
    Step("untracked", "looking for variables", _CALLED),
    Step("variable_in_call", "watching where variables are created", _CALLED),
    Step("frozen_copy", "changing its weights", _CALLED),
    Step("no_gradient", "measuring gradients", _CALLED),
    Step("softmax_of_one", "reading its graph", _CALLED),
    Step("python_state", "comparing repeated calls", _CALLED),
    Step("children_unbuilt", "building it", _CALLED),
    Step("config", "serializing it and reading it back", _CALLED),
    Step("unregistered", "looking up its registered name", _MADE),
    Step("fixed_batch", "changing the batch size", _CALLED),
    Step("wrong_output_shape", "comparing output shapes", _CALLED),
    Step("hard_coded_size", "changing its size", _CALLED),
    Step("float64_constant", "looking at dtypes", _CALLED),
)
WORDS = {"make": "be made", "call": "be called", "graph": "be traced as a graph"}
