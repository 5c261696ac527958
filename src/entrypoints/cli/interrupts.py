"""Ctrl-C in commands that only calculate: it ends them at once."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, NoReturn, TypeVar

T = TypeVar("T")

INTERRUPTED: Final = 128 + signal.SIGINT


def run_interruptibly(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that leaves nothing half done; Ctrl-C ends the process, the threads of a long render with it.

    asyncio would wait for them: a thread cannot be stopped from outside.
    """
    before = signal.signal(signal.SIGINT, _end)
    try:
        return asyncio.run(work)
    finally:
        signal.signal(signal.SIGINT, before)


def _end(_signal: int, _frame: object) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError):
            stream.flush()
    os._exit(INTERRUPTED)
