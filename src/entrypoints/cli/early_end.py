"""SIGTERM and Ctrl-C at a time when there is nothing to finish."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], object]

# What tells a process to end.
ENDING: Final = (signal.SIGTERM, signal.SIGINT)


def end_at_once() -> None:
    """Let both end this process with code 0 from now on, in the middle of whatever it loads.

    An exception would be raised wherever the signal comes: in what an import calls back from C it would be printed,
    and lost. What was started already reads a channel of this process to its end.
    """
    for number in ENDING:
        signal.signal(number, _end_at_once)


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Do so within the block."""
    with handled_by(_end_at_once):
        yield


@contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """Let both be handled so within the block; at its end they are again whose they were."""
    before = [(number, signal.signal(number, handler)) for number in ENDING]
    try:
        yield
    finally:
        for number, its in before:
            signal.signal(number, its)


def _end_at_once(_signal: int, _frame: object) -> None:
    os._exit(0)
