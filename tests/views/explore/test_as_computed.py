"""Every layer as TensorFlow computed it, from a link to the text of its picture."""

import json

import pytest

from layers.api.explore import describe, explore
from layers.catalog.registry import LAYERS
from views.blocks import as_text
from views.explore.link import choice_from_link
from views.explore.picture import picture
from views.explore.view import choose_view


@pytest.mark.parametrize("name", LAYERS.names)
def test_the_operations_of_every_layer_are_drawn(name):
    choice = choice_from_link(tuple(describe()), {"layer": name, "as_computed": "true"})
    assert choice.as_computed
    run = explore(**choice.arguments())
    assert run.trace.unexplained == ()
    view = choose_view(run.trace, choice.layer.title, lambda field: field.default, run.refused)
    equation, *_ = blocks = picture(choice.layer, run, view)
    drawn = as_text(blocks)
    assert all(json.dumps(name) in drawn for name in run.trace.output_names)
    assert equation["links"]["tensors"].keys() >= set(run.trace.output_names)
