"""SIGTERM and Ctrl-C at a time when there is nothing to finish."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def end_at_once() -> None:
    """Let both end this process with code 0 from now on, in the middle of whatever it loads.

    An exception would be raised wherever the signal comes: in what an import calls back from C it would be printed,
    and lost. What was started already reads a channel of this process to its end.
    """
    for number in _SIGNALS:
        signal.signal(number, lambda *_: os._exit(0))


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Do so within the block; at its end they are again whose they were."""
    before = [(number, signal.getsignal(number)) for number in _SIGNALS]
    end_at_once()
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
