"""Tests that share something expensive run in one process."""

import pytest

from tests.conftest import ByFunction


@pytest.mark.xdist_group("kept")
def test_the_name_of_a_test_says_its_group_to_the_scheduler(request):
    in_groups = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@kept") == in_groups


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/test_a.py::test_it", "tests/test_a.py::test_it"),
        ("tests/test_a.py::test_it[one-2]", "tests/test_a.py::test_it"),
        ("tests/test_a.py::test_it[x[0]]", "tests/test_a.py::test_it"),
        ("tests/test_a.py::test_it[one@two]", "tests/test_a.py::test_it"),
        ("tests/test_a.py::test_it[one-2]@kept", "kept"),
    ],
)
def test_a_group_goes_to_one_process_and_so_do_the_parameters_of_a_function(test: str, scope: str):
    assert object.__new__(ByFunction)._split_scope(test) == scope
