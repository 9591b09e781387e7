"""Tests that share something expensive run in one process."""

import pytest


@pytest.mark.xdist_group("kept")
def test_the_name_of_a_test_says_its_group_to_the_scheduler(request):
    in_groups = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@kept") == in_groups
