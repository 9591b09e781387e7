"""Every layer of the catalogue trains or says why not, and moves exactly its trainable weights."""

from typing import Any

import keras
import numpy as np
import pytest

from layers.catalog.registry import LAYERS, get
from layers.inputs.fields import BadInputError
from layers.runs.prepare import prepare_call
from layers.training import step_traces, train
from layers.training.running.teacher import outputs_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning"),  # Keras, of one column
]
NOT_TRAINED = {"discretization": "Received int32, which has no gradient"}


@pytest.mark.parametrize("name", LAYERS.names)
def test_a_layer_moves_exactly_its_trainable_weights(name):
    layer, calls = prepare_call(get(name), {}, seed=3)
    call = calls[-1]
    keywords = {key: value for key, value in call.named.items() if key != "training"}
    shape = outputs_of(layer, call.arguments, keywords)[0].shape
    targets = np.random.default_rng(5).normal(size=shape).astype("float32")
    given: dict[str, Any] = {"steps": 2, "learning_rate": 0.1, "call_arguments": keywords}
    if name in NOT_TRAINED:
        with pytest.raises(BadInputError, match=NOT_TRAINED[name]):
            train(layer, call.arguments, targets, **given)
        return
    before = {id(weight): weight.numpy() for weight in layer.trainable_variables}
    history = train(layer, call.arguments, targets, **given)
    assert history.failure == ""
    assert history.steps == 2
    moved = {n for n, frames in history.weights.items() if (frames[0] != frames[-1]).any()}
    trained = set(history.weights) - set(history.fixed)
    assert len(trained) == len(layer.trainable_variables)
    assert trained <= moved
    for weight in layer.trainable_variables:
        assert (weight.numpy() != before[id(weight)]).any()
    if not trained:
        assert history.notes[0].startswith("Nothing moves: no weight of this layer is trained.")

    found = step_traces(history, 1, layer, call.arguments, targets, call_arguments=keywords)
    assert found.loss == history.losses[1]
    assert found.note == ""
    for path, frames in history.gradients.items():
        np.testing.assert_array_equal(found.whole[found.gradients[path]], frames[1])
        np.testing.assert_array_equal(found.whole[found.updated[path]], history.weights[path][2])
    named = {*found.gradients, *found.missing, "loss"}
    assert set(found.forward.tensors) <= named | set(found.missing)
    for sentence in found.missing.values():
        assert sentence.endswith(".")


def test_what_moves_without_being_trained_is_state_or_chance():
    for name, state in {"batch_normalization": "moving_mean", "running_sum": "total"}.items():
        layer, calls = prepare_call(get(name), {}, seed=3)
        arguments = calls[-1].arguments
        shape = outputs_of(layer, arguments)[0].shape
        history = train(layer, arguments, np.ones(shape), steps=2)
        assert (history.weights[state][0] != history.weights[state][-1]).any()
        assert history.fixed[state] == "It is not trainable."
    dropout = keras.layers.Dropout(0.5, seed=1)
    history = train(dropout, np.ones((4, 3), "float32"), np.ones((4, 3)), steps=2)
    (path,) = history.weights
    assert "generator of random numbers" in history.fixed[path]
