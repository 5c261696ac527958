"""Signals while a process loads what it is made of."""

import signal
import subprocess
import sys

import pytest

from entrypoints.cli.early_end import ending_at_once

CALLED_BACK = """
import signal, weakref
from entrypoints.cli.early_end import end_at_once

class Module:
    pass

end_at_once()
loaded = Module()
# What is raised in such a function is printed, and goes no further.
weakref.finalize(loaded, signal.raise_signal, signal.{name})
del loaded
raise SystemExit("The signal was lost.")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_no_signal_is_lost_wherever_it_comes(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLED_BACK.format(name=name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_afterwards_signals_are_whose_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with ending_at_once():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
