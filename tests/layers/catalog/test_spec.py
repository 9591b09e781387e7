import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.api.explore import describe
from layers.catalog.registry import LAYERS, NAMES, POSTS, get
from layers.inputs.description import SEED, MismatchError
from layers.inputs.fields import BadInputError

ROOT = Path(__file__).parents[3]


def test_the_fixed_names_are_there():
    fixed = {"linear", "repeated_dense", "center_zero", "running_sum", "mlp_block", "nd_dense"}
    assert fixed <= set(NAMES)
    assert tuple(spec.name for spec in POSTS) == NAMES
    assert all(get(name).name == name for name in NAMES)


@pytest.mark.parametrize("name", ["", "Linear", "LSTM", "x" * 10_000])
def test_an_unknown_layer_is_refused_with_those_there_are(name):
    with pytest.raises(BadInputError, match=r"^The layer cannot be shown: .+ Pick a layer") as no:
        get(name)
    assert all(known in str(no.value) for known in NAMES)
    assert len(str(no.value)) < 300


def test_seeds_run_from_nought_to_just_below_a_million():
    assert (SEED.minimum, SEED.maximum, SEED.default) == (0, 999_999, 0)


def test_descriptions_are_plain_data_that_unpickle_without_tensorflow():
    received = """
import pickle, sys
sys.path.insert(0, sys.argv[1])
for description in pickle.load(sys.stdin.buffer):
    print(description.name, len(description.fields), description.check({}) != {})
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""
    printed = subprocess.run(
        [sys.executable, "-I", "-c", received, str(ROOT)],
        input=pickle.dumps(describe()),
        capture_output=True,
        check=True,
    ).stdout.decode()
    expected = [f"{spec.name} {len(spec.fields)} True" for spec in LAYERS]
    assert printed.splitlines() == [*expected, "False False"]


@pytest.mark.parametrize("spec", POSTS, ids=NAMES)
def test_a_description_answers_as_its_declaration_does(spec):
    plain = spec.describe()
    assert plain.check({}) == spec.check({})
    assert plain.full_shape({}, None) == spec.full_shape({}, None)
    assert plain.example_label == spec.example_input.label
    assert plain.examples == spec.examples


@settings(max_examples=100, deadline=None)
@given(
    spec=st.sampled_from(POSTS),
    shape=st.lists(st.integers(0, 300), max_size=6).map(tuple),
)
def test_an_array_of_any_shape_fits_or_is_met_with_a_setting_that_it_does_fit(spec, shape):
    fits = spec.sized_to(shape)
    if fits is not None:
        batch = fits.pop("batch", None)
        assert spec.full_shape(fits, batch) == shape
        spec.check_array(shape, fits)
    else:
        with pytest.raises(MismatchError, match="No setting of this layer takes that shape"):
            spec.check_array(shape, {})


def test_a_mismatch_crosses_from_the_worker_with_its_fitting_values():
    sent = MismatchError("It does not fit.", {"units": 3})
    came = pickle.loads(pickle.dumps(sent))  # noqa: S301 our own bytes
    assert (str(came), came.values) == ("It does not fit.", {"units": 3})
    assert isinstance(came, ValueError)
