"""SQLAlchemy's pool of connections, in which whoever has waited longest has the next one."""

import asyncio
import logging
from collections import deque
from typing import TypeVar

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_only
from sqlalchemy.util.queue import Empty, Full, QueueCommon
from typing_extensions import override

T = TypeVar("T")


class FairQueue(QueueCommon[T]):
    """A queue of one event loop that hands what comes back to the first who waits.

    asyncio's own wakes them up, and whoever asks in that moment is faster: who was woken goes to the end of the line,
    again and again where many ask. It also needs a task for each wait that has a time limit.
    """

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:  # noqa: FBT001, FBT002  # SQLAlchemy's
        """Take how many it holds at most, 0 for any number; `use_lifo` gives what came back last."""
        self.maxsize = maxsize
        self.use_lifo = use_lifo
        self._items: deque[T] = deque()
        # A future without a result has waited for as long as it may.
        self._waiting: deque[asyncio.Future[list[T]]] = deque()

    @override
    def empty(self) -> bool:
        return not self._items

    @override
    def full(self) -> bool:
        return 0 < self.maxsize <= len(self._items)

    @override
    def qsize(self) -> int:
        return len(self._items)

    def waiting(self) -> int:
        """Return how many wait."""
        return sum(not each.done() for each in self._waiting)

    @override
    def put_nowait(self, item: T) -> None:
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result([item])
                return
        if self.full():
            raise Full
        self._items.append(item)

    @override
    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:
        # The pool puts back what it has made, and never more than there is room for.
        self.put_nowait(item)

    @override
    def get_nowait(self) -> T:
        if not self._items:
            raise Empty
        return self._items.pop() if self.use_lifo else self._items.popleft()

    @override
    def get(self, block: bool = True, timeout: float | None = None) -> T:
        if self._items or not block:
            return self.get_nowait()
        found = await_only(self._wait(timeout))
        if not found:
            raise Empty
        return found[0]

    async def _wait(self, seconds: float | None) -> list[T]:
        """Wait in line; an empty list says that it took too long."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[list[T]] = loop.create_future()
        self._waiting.append(mine)
        timer = None if seconds is None else loop.call_later(seconds, _give_up, mine)
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled() and mine.result():
                self.put_nowait(mine.result()[0])  # it came in the moment of the end
            raise
        finally:
            if timer is not None:
                timer.cancel()


def _give_up(waiting: "asyncio.Future[list[T]]") -> None:
    if not waiting.done():
        waiting.set_result([])


# SQLAlchemy tells of every connection, by a logger that is called after the class: it is not our line.
logging.getLogger(f"{__name__}.FairPool").setLevel(logging.WARNING)


class FairPool(AsyncAdaptedQueuePool):
    """The pool for asyncio, with a queue that is fair."""

    # SQLAlchemy has no public name for it; the tests of the pool hold it to what it does.
    _queue_class = FairQueue[ConnectionPoolEntry]

    def waiting(self) -> int:
        """Return how many wait for a connection."""
        queue = self._pool
        assert isinstance(queue, FairQueue)  # noqa: S101  # made of the class above
        return queue.waiting()
