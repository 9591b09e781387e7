"""The examinations in the order they run, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Examination:
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
    Examination("make", "making it", gives="make"),
    Examination("call", "calling it", _MADE, gives="call"),
    Examination("graph", "tracing it", _CALLED, gives="graph"),
    Examination("positional_add_weight", "reading its source", _MADE),
    Examination("build_signature", "comparing build() with call()", _MADE),
    Examination("reserved_name", "watching its attributes", _MADE),
    Examination("untracked", "looking for variables", _CALLED),
    Examination("variable_in_call", "watching where variables are created", _CALLED),
    Examination("frozen_copy", "changing its weights", _CALLED),
    Examination("no_gradient", "measuring gradients", _CALLED),
    Examination("softmax_of_one", "reading its graph", _CALLED),
    Examination("python_state", "comparing repeated calls", _CALLED),
    Examination("children_unbuilt", "building it", _CALLED),
    Examination("config", "serializing it and reading it back", _CALLED),
    Examination("unregistered", "looking up its registered name", _MADE),
    Examination("fixed_batch", "changing the batch size", _CALLED),
    Examination("wrong_output_shape", "comparing output shapes", _CALLED),
    Examination("hard_coded_size", "changing its size", _CALLED),
    Examination("float64_constant", "looking at dtypes", _CALLED),
)
WORDS = {"make": "be made", "call": "be called", "graph": "be traced as a graph"}
