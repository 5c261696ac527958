"""SIGTERM and Ctrl-C while a service or a worker opens what it needs."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from entrypoints.cli.early_end import ENDING, handled_by

T = TypeVar("T")


def leave_when_told() -> None:
    """Let both leave every block of this process in order from now on, with code 0."""
    for number in ENDING:
        signal.signal(number, _leave)


def run_until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, which both cancel where it waits.

    An exception out of a handler would come wherever Python is: in the middle of a driver's own code, which crashed.

    Raises:
        SystemExit: it was told to end, with code 0.
    """
    told = False

    async def cancellable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101  # this is one

        def cancel(_signal: int, _frame: object) -> None:
            nonlocal told
            told = True
            loop.call_soon_threadsafe(task.cancel)

        with handled_by(cancel):
            return await work

    try:
        found = asyncio.run(cancellable())
    except BaseException:
        if told:
            raise SystemExit(0) from None
        raise
    if told:
        raise SystemExit(0)
    return found


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
