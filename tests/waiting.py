"""Waiting for what comes by itself, and sets no event of ours."""

import asyncio
import time
from collections.abc import Callable, Iterator

# Longer than anything takes on a machine that is busy; the test's own time limit is shorter, where there is one.
_SECONDS = 300
_PAUSE = 0.005


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, while the loop goes on."""
    for _ in _attempts(condition):
        await asyncio.sleep(_PAUSE)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for a condition, which another thread or process brings about."""
    for _ in _attempts(condition):
        time.sleep(_PAUSE)


def _attempts(condition: Callable[[], object]) -> Iterator[None]:
    end = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        yield
