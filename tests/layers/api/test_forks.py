"""Own layers run in forks; which fork, and that no worker has computed before it is forked."""

import subprocess
import sys

import pytest

from layers.api import forks
from layers.api.checkup import AuthorLayer
from layers.api.explore import OwnModule
from layers.fork import CAN_FORK
from layers.training.subject import Subject

MODULE = OwnModule("/nowhere/mine.py", "x = 1")
EDITED = OwnModule("/nowhere/mine.py", "x = 2")


def test_every_way_of_asking_for_a_layer_leads_to_its_own_fork():
    asked = {
        forks.own_layer(("own.A", MODULE)),
        forks.own_layer((len, AuthorLayer(MODULE, "own.A"), (8, 10))),
        forks.own_layer((Subject(name="own.A", own=MODULE), {"steps": 3})),
    }
    assert len(asked) == 1
    others = (("own.B", MODULE), ("own.A", EDITED), (MODULE,))
    assert not asked & {forks.own_layer(other) for other in others}


def test_what_prepares_a_worker_computes_nothing():
    """A process in which TensorFlow has computed may hang once it is forked."""
    script = (
        "from layers.api import forks; forks.prepare()\n"
        "from tensorflow.python.eager import context\n"
        "assert not context.context()._initialized"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300)


@pytest.mark.skipif(not CAN_FORK, reason="only Linux forks")
def test_a_fork_that_ends_is_an_error_and_the_next_one_is_fresh():
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=300)


SCRIPT = """
import os
import pickle

from layers.api import forks
from layers.fork import ForkDiedError


def ask(function, *arguments):
    return pickle.loads(pickle.dumps(forks.guarded(function, *arguments)))


pid = ask(os.getpid)
assert pid == ask(os.getpid) != os.getpid()
try:
    ask(os._exit, 3)
except ForkDiedError:
    pass
assert ask(os.getpid) != pid
try:
    ask(int, "x")
except ValueError as error:
    assert "invalid literal" in str(error)
assert [ask(len, f"own.{n}") for n in range(9)] == 9 * [5]
assert len(forks._forks) == forks.MOST
forks.end_all()
assert not forks._forks
"""
