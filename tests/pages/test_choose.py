"""What was set travels from layer to layer; numbers are drawn anew, and calls counted."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from pages.shared.session import widget_key
from tests.pages.session import assert_drawn, assert_sound, drawn, explored, opened, registered


def switch(session: AppTest, layer: str) -> AppTest:
    return session.radio(key="layer").set_value(layer).run()


def test_what_was_set_travels_to_every_layer_that_has_the_field():
    session = opened(layer="linear")
    session.slider(key="units").set_value(7).run()
    session.selectbox(key="kernel_initializer").set_value("ones").run()
    for layer in ("repeated_dense", "nd_dense"):
        switch(session, layer)
        assert_sound(session)
        assert session.slider(key="units").value == 7
        assert session.query_params["units"] == "7"
        assert session.query_params["kernel_initializer"] == "ones"
    switch(session, "center_zero")  # which has no units
    assert_drawn(session, explored("center_zero"))
    assert session.query_params == {"layer": "center_zero"}
    switch(session, "linear")
    assert session.slider(key="units").value == 7
    assert drawn(session)["outputs"].shape == (8, 7)


def test_what_nobody_set_follows_the_new_layers_default():
    session = opened(layer="linear")
    for layer, units, activation in (
        ("repeated_dense", 5, "relu"),
        ("nd_dense", 10, "linear"),
        ("linear", 5, "linear"),
    ):
        switch(session, layer)
        assert_sound(session)
        assert session.slider(key="units").value == units
        assert session.selectbox(key="activation").value == activation
        assert session.query_params == {"layer": layer}
    switch(session, "mlp_block")
    assert session.slider(key="features").value == 6
    assert session.slider(key="batch").value == 3


def test_a_value_that_one_layer_has_by_default_and_another_not_is_kept_where_it_was_set():
    session = opened(layer="linear", features=64)
    switch(session, "mlp_block")
    assert session.slider(key="features").value == 64
    switch(session, "linear")
    assert_sound(session)


def test_what_does_not_fit_the_new_layer_becomes_its_default_and_comes_back():
    session = opened(layer="center_zero")
    assert session.slider(key="batch").value == 0
    switch(session, "linear")  # where a batch of 0 is none
    assert_drawn(session, explored("linear", source="normal"))
    session = opened(layer="linear", batch=2)
    switch(session, "nd_dense")
    switch(session, "center_zero")
    assert_drawn(session, explored("center_zero", batch=2))


def test_seed_and_input_stay_with_the_visitor():
    session = opened(layer="linear", seed=5, input="ramp")
    for layer in ("center_zero", "running_sum", "nd_dense"):
        switch(session, layer)
        assert_drawn(session, explored(layer, seed=5, source="ramp"))
        assert session.query_params == {"layer": layer, "seed": "5", "input": "ramp"}


def test_the_way_through_all_layers_and_back_ends_at_the_same_picture():
    session = opened(layer="repeated_dense", units=3, seed=2)
    before = drawn(session)
    for layer in (*registered(), "repeated_dense"):
        switch(session, layer)
        assert_sound(session)
    after = drawn(session)
    assert before.keys() == after.keys()
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name], err_msg=name)


# --- New numbers, and calls of one layer object


def test_new_numbers_are_other_weights_and_another_random_input():
    session = opened(layer="linear", kernel_initializer="random_normal")
    before = drawn(session)
    session.button(key=widget_key("new_numbers")).click().run()
    assert_drawn(session, explored("linear", seed=1, source="normal"))
    assert session.number_input(key="seed").value == 1
    assert session.query_params["seed"] == "1"
    after = drawn(session)
    for name in ("inputs", "kernel", "outputs"):
        assert not np.array_equal(before[name], after[name]), name


def test_new_numbers_leave_a_fixed_input_alone():
    session = opened(layer="linear", input="ones")
    session.button(key=widget_key("new_numbers")).click().run()
    np.testing.assert_array_equal(drawn(session)["inputs"], np.ones((8, 10)))


def test_after_the_last_seed_comes_the_first():
    session = opened(layer="linear", seed=999_999)
    session.button(key=widget_key("new_numbers")).click().run()
    assert_drawn(session, explored("linear", seed=0, source="normal"))


def test_call_again_grows_the_total_and_reset_forgets_it():
    session = opened(layer="running_sum", features=2, batch=2)
    np.testing.assert_array_equal(drawn(session)["total_before"], [[0, 0]])
    np.testing.assert_array_equal(drawn(session)["total"], [[2, 2]])
    for calls in (2, 3):
        session.button(key=widget_key("calls_step")).click().run()
        assert_sound(session)
        totals = 2.0 * np.arange(1, calls + 1)
        np.testing.assert_array_equal(drawn(session)["history"], np.column_stack([totals, totals]))
        np.testing.assert_array_equal(drawn(session)["total_before"], [[totals[-2]] * 2])
        np.testing.assert_array_equal(drawn(session)["outputs"], [[totals[-1]] * 2])
        assert session.query_params["calls"] == str(calls)
    session.button(key=widget_key("calls_reset")).click().run()
    np.testing.assert_array_equal(drawn(session)["outputs"], [[2, 2]])
    assert "calls" not in session.query_params


def test_each_call_of_a_random_input_adds_other_numbers():
    session = opened(layer="running_sum", input="normal", calls=3)
    history = drawn(session)["history"]
    assert history.shape == (3, 10)
    added = np.diff(history, axis=0, prepend=0)
    assert not np.allclose(added[0], added[1])
    np.testing.assert_allclose(added[2], drawn(session)["column_sums"][0], atol=1e-5)  # float32


def test_layers_without_state_have_no_history():
    assert "history" not in drawn(opened(layer="linear"))
