"""Whose turn it is: without processes, by workers that are names alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from pages.shared.turns import Job, Turns


def worker(*, is_elsewhere: bool = False) -> Any:
    return SimpleNamespace(is_elsewhere=is_elsewhere)


def job(visitor: str, **more: Any) -> Job:
    return Job(visitor=visitor, function=np.sum, arguments=(np.ones(3),), named={}, **more)


def begun(turns: Turns, visitor: str) -> Job:
    running = job(visitor)
    turns.begin(running)
    return running


def test_next_is_who_has_fewest_running_and_nobody_gets_the_last_as_a_second():
    turns = Turns()
    ours, theirs = job("ours"), job("theirs")
    turns.waiting += [ours, theirs]
    running = [begun(turns, "ours"), begun(turns, "ours"), begun(turns, "theirs")]
    idle = [worker(), worker()]
    assert turns.next(idle) == (theirs, idle[1])
    assert turns.next(idle[:1]) is None, "both have one running"
    turns.end(running[2])
    assert turns.next(idle[:1]) == (theirs, idle[0])


def test_who_is_nobody_in_particular_waits_for_nobody():
    turns = Turns()
    begun(turns, "")
    turns.waiting.append(job(""))
    assert turns.next([worker()]) is not None


def test_visitors_who_have_left_are_not_counted_for_ever():
    turns = Turns()
    for visitor in range(100):
        turns.end(begun(turns, str(visitor)))
    assert not turns._running


def test_what_takes_long_gets_the_worker_that_has_waited_longest():
    idle = [worker(), worker()]
    for is_long, expected in ((False, idle[1]), (True, idle[0])):
        turns = Turns()
        turns.waiting.append(job("ours", is_long=is_long))
        found = turns.next(idle)
        assert found is not None
        assert found[1] is expected


def test_what_may_leave_goes_elsewhere_first_and_what_may_not_stays():
    turns = Turns()
    stays, leaves = job("ours"), job("ours", leaves=True)
    turns.waiting += [stays, leaves]
    there, here = worker(is_elsewhere=True), worker()
    assert turns.next([there]) == (leaves, there)
    turns.waiting.remove(leaves)  # though all else of it is equal, arrays too
    assert turns.waiting == [stays]
    assert turns.next([there]) is None
    assert turns.next([there, here]) == (stays, here)
    turns.begin(leaves)
    turns.put_back(leaves)
    assert [each.leaves for each in turns.waiting] == [False, False]
    assert turns.next([there]) is None


def test_jobs_are_taken_out_by_what_they_are():
    turns = Turns()
    first, second = job("ours"), job("ours", leaves=True)
    turns.waiting += [first, second]
    assert turns.take_out(lambda each: each.leaves) == [second]
    assert turns.waiting == [first]
    assert turns.take_out() == [first]
    assert turns.waiting == []
