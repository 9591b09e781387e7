"""The functions that the Check-up page submits to a worker. TensorFlow is imported in them only."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from layers.api.explore import OwnModule
from layers.checkup.evidence import Evidence
from layers.checkup.pairs import POSTED, pair_of
from layers.checkup.report import Outcome
from layers.inputs.description import SEED


@dataclass(frozen=True)
class Known:
    """Makes a layer of ``PAIRS``, by its name."""

    name: str

    def __call__(self) -> Any:
        """Return a fresh layer."""
        from layers import registry
        from layers.checkup.examination import posted

        pair = pair_of(self.name)
        if self.name.endswith(POSTED):
            cls, arguments = pair.posted
            return getattr(posted, cls)(*arguments)
        cls, named = pair.repaired
        (found,) = (c for c in registry.get(pair.name).classes if c.__name__ == cls)
        return found(**named)

    @property
    def registered(self) -> Mapping[str, type]:
        """Its classes are registered where they are imported."""
        return {}


@dataclass(frozen=True)
class Own:
    """Makes a layer of an author's module, by its name there.

    Attributes:
        module: the author's.
        name: the layer's, ``own.MyLayer``.
        values: its fields' (name, value); what is left out is the default.
    """

    module: OwnModule
    name: str
    values: tuple[tuple[str, Any], ...] = ()

    def __call__(self) -> Any:
        """Return a fresh layer, of these values and of numbers of its own."""
        from layers.user_code import user_module

        spec = user_module.get(self.module.path, self.module.source, self.name)
        # Each is seeded by what the one before left: others each time, and the same in each report.
        return spec.build(dict(self.values), random.randrange(SEED.maximum))  # noqa: S311

    @property
    def registered(self) -> Mapping[str, type]:
        """The classes that the module registers; they are registered while it is at work only."""
        from layers.user_code import user_module

        return user_module.load(self.module.path, self.module.source).registered


def examine(make: Known | Own, shape: tuple[int, ...], probe: str) -> Outcome:
    """Run one probe on a layer; the shape is its input's, batch first."""
    from layers.checkup.examination.examine import examine

    return examine(probe, make, shape, "float32", make.registered)


def watch(make: Known | Own, shape: tuple[int, ...]) -> Evidence:
    """Train, save and load a layer; the shape is its input's, batch first."""
    from layers.checkup.examination.collect_evidence import evidence

    with _told(make):
        return evidence(make, shape, make.registered)


def _told(make: Known | Own) -> AbstractContextManager[None]:
    """Tell of what an author's layer raises at work as a sentence."""
    from layers.user_code.user_module import PREFIX, told

    if isinstance(make, Known):
        return nullcontext()
    return told(f"{make.name.removeprefix(PREFIX)} cannot be shown at work", make.module.path)
