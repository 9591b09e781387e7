"""A history in parts: what is passed on for one step makes that step again."""

from __future__ import annotations

import numpy as np

from layers.api import train as train_api
from layers.training.subject import Subject


def test_the_little_near_a_step_makes_that_step_again_bit_for_bit():
    subject = Subject(name="dense", source="normal")
    history = train_api.train(subject, {"steps": 30, "optimizer": "adam"}).history
    near = history.near(17)
    assert near.kept == (17,)
    assert near.nbytes < history.nbytes / 10
    whole, part = history.moment(17), train_api.show_moment(subject, near, 17)
    assert part.loss == whole.loss
    for kind in ("weights", "slots", "gradients", "updates"):
        for name, array in getattr(whole, kind).items():
            np.testing.assert_array_equal(getattr(part, kind)[name], array)
    assert whole.nbytes == part.nbytes > 0
