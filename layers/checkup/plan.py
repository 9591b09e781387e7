"""The examinations in the order they run, as plain data: what each needs, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One examination: ``layers.checkup.probes`` has a function of its name.

    Attributes:
        name: its name.
        doing: what it does, for the progress.
        needs: what the layer must be able to do.
        gives: what the layer can do where this finds nothing.
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
    Step("positional_add_weight", "reading its lines", _MADE),
    Step("build_signature", "comparing build with call", _MADE),
    Step("reserved_name", "watching its attributes", _MADE),
    Step("untracked", "looking for variables", _CALLED),
    Step("variable_in_call", "watching where variables are made", _CALLED),
    Step("frozen_copy", "moving its weights", _CALLED),
    Step("no_gradient", "measuring gradients", _CALLED),
    Step("softmax_of_one", "reading its graph", _CALLED),
    Step("python_state", "comparing calls", _CALLED),
    Step("children_unbuilt", "building it", _CALLED),
    Step("config", "writing it down and reading it back", _CALLED),
    Step("unregistered", "asking for its name", _MADE),
    Step("fixed_batch", "changing the batch", _CALLED),
    Step("wrong_output_shape", "comparing shapes", _CALLED),
    Step("hard_coded_size", "changing its size", _CALLED),
    Step("float64_constant", "looking at types", _CALLED),
)
WORDS = {"make": "be made", "call": "be called", "graph": "be traced as a graph"}
