"""Two networks compared: which weights belong together, and how much they differ."""

from __future__ import annotations

import math
from pathlib import Path

import h5py
import numpy as np

from layers.api.models import distances, view_difference
from layers.model_files.read import index
from layers.networks.comparison import Distance, match
from tests.layers.model_files.families import source

ONE = np.array([[1, 2], [3, 4]], "f4")


def weights(path: Path, **layers: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        for name, values in layers.items():
            group = file.create_group(f"layers/{name}/vars")
            group.attrs["name"] = name
            group["0"] = values
    return path


def compared(tmp_path: Path, here: np.ndarray, there: np.ndarray) -> Distance:
    one = weights(tmp_path / "one.weights.h5", dense=here)
    other = weights(tmp_path / "other.weights.h5", dense=there)
    (pair,) = match(index(source(one)), index(source(other)))
    assert pair.fits
    return distances(source(one), source(other), (pair,)).items[0]


def test_the_largest_and_the_root_mean_square_are_numpys(tmp_path):
    other = ONE + np.array([[0, 1], [0, -3]], "f4")
    found = compared(tmp_path, ONE, other)
    assert found == Distance(3.0, math.sqrt((1 + 9) / 4), 2)


def test_equal_numbers_are_no_difference_nan_and_infinities_too(tmp_path):
    odd = np.array([[np.nan, np.inf], [-np.inf, 1]], "f4")
    assert compared(tmp_path, odd, odd) == Distance(0.0, 0.0, 0)


def test_nan_against_a_number_is_nan_and_an_infinity_is_one(tmp_path):
    other = ONE.copy()
    other[0, 0] = np.inf
    assert compared(tmp_path, ONE, other) == Distance(math.inf, math.inf, 1)
    other[-1, -1] = np.nan
    found = compared(tmp_path, ONE, other)
    assert (math.isnan(found.largest), math.isnan(found.rms), found.unequal) == (True, True, 2)


def test_layers_of_other_names_are_matched_by_their_weights_in_order(tmp_path):
    one = weights(tmp_path / "one.weights.h5", dense=ONE, dense_1=ONE[:1], extra=np.ones(3, "f4"))
    other = weights(tmp_path / "other.weights.h5", dense_7=ONE, dense_8=ONE[:1], dense=np.ones(5))
    pairs = match(index(source(one)), index(source(other)))
    found = {(p.layer, p.other_layer): p.fits for p in pairs}
    assert found == {
        ("dense", "dense_7"): True,
        ("dense_1", "dense_8"): True,
        ("extra", ""): False,
        ("", "dense"): False,
    }


def test_another_shape_under_the_same_name_is_a_pair_that_does_not_fit(tmp_path):
    one = weights(tmp_path / "one.weights.h5", dense=ONE)
    other = weights(tmp_path / "other.weights.h5", dense=ONE[:1])
    (pair,) = match(index(source(one)), index(source(other)))
    assert (pair.layer, pair.other_layer, pair.fits) == ("dense", "dense", False)


def test_the_picture_is_first_minus_second(tmp_path):
    one = weights(tmp_path / "one.weights.h5", dense=ONE)
    other = weights(tmp_path / "other.weights.h5", dense=ONE * 2)
    (pair,) = match(index(source(one)), index(source(other)))
    view = view_difference(source(one), source(other), pair)
    np.testing.assert_array_equal(view.planes[0].values("mean"), -ONE)
