"""Work that several callers ask for at the same time, and that is done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """Does a piece of work once for all who ask for it while it runs; its outcome is not kept."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Future[T]] = {}

    async def do(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """Return what the work named `key` gives; what it raises reaches everyone who waits for it."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(work())
            self._running[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        # A caller that gives up must not take the others' work along.
        return await asyncio.shield(task)

    def _forget(self, key: K, done: asyncio.Future[T]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()
