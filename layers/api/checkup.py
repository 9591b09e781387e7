"""The functions that the Check-up page submits to a worker. Only they import TensorFlow."""

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
class PostLayer:
    """Makes a post's layer, as posted or repaired.

    Attributes:
        name: one of ``layers.checkup.pairs.NAMES``.
    """

    name: str

    def __call__(self) -> Any:
        """Return a new layer."""
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
        """No classes: an import registers them."""
        return {}


@dataclass(frozen=True)
class AuthorLayer:
    """Makes a layer of an author's module.

    Attributes:
        module: the author's module.
        name: the layer's name in links: ``own.MyLayer``.
        values: (name, value) of its fields; a missing field has its default.
    """

    module: OwnModule
    name: str
    values: tuple[tuple[str, Any], ...] = ()

    def __call__(self) -> Any:
        """Return a new layer with these values; its random weights differ from call to call.

        Raises:
            BadInputError: the module cannot be run, or the layer cannot be made.
        """
        from layers.user_code import user_module

        spec = user_module.get(self.module.path, self.module.source, self.name)
        # `isolated` seeds `random`: the layers of one report differ, and each report has the same.
        return spec.build(dict(self.values), random.randrange(SEED.maximum))  # noqa: S311

    @property
    def registered(self) -> Mapping[str, type]:
        """The classes that the module registers, by registered name."""
        from layers.user_code import user_module

        return user_module.load(self.module.path, self.module.source).registered


def examine(make: PostLayer | AuthorLayer, shape: tuple[int, ...], probe: str) -> Outcome:
    """Run one examination.

    Args:
        make: makes the layer.
        shape: the input's shape, batch first.
        probe: the examination's name in ``layers.checkup.plan.PLAN``.

    Raises:
        BadInputError: what ``make`` raises.
    """
    from layers.checkup.examination.examine import examine

    return examine(probe, make, shape, "float32", make.registered)


def watch(make: PostLayer | AuthorLayer, shape: tuple[int, ...]) -> Evidence:
    """Train, save and load a layer, and return the measurements.

    Args:
        make: makes the layer.
        shape: the input's shape, batch first.

    Raises:
        BadInputError: the author's layer raised an error.
    """
    from layers.checkup.examination.collect_evidence import collect_evidence

    with _errors_as_bad_input(make):
        return collect_evidence(make, shape, make.registered)


def _errors_as_bad_input(make: PostLayer | AuthorLayer) -> AbstractContextManager[None]:
    from layers.user_code.declaring import PREFIX
    from layers.user_code.errors import user_errors_as_bad_input

    if isinstance(make, PostLayer):
        return nullcontext()
    name = make.name.removeprefix(PREFIX)
    return user_errors_as_bad_input(f"{name} cannot be shown at work", make.module.path)
