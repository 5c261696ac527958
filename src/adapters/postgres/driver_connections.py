"""Connections of the driver alone, for statements that are a transaction each.

SQLAlchemy's pool runs each step of a connection's way out and back in a greenlet of its own, whose stack is mapped and
unmapped by the kernel. For a short statement that takes more processor time than the statement does.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import asyncpg

from adapters.postgres.failures import all_in_use
from application.ports.figures import PoolUse

# Two write the journal of renders; the others look up keys, and take tokens.
DRIVER_CONNECTIONS: Final = 4


class DriverConnections:
    """Up to so many connections, opened when they are first needed; those that were lost are replaced unnoticed."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], timeout_seconds: float) -> None:
        """Take what opens a connection; the timeout holds for the wait for a free one."""
        self._connect = connect
        self._timeout = timeout_seconds
        self._room = asyncio.Semaphore(DRIVER_CONNECTIONS)
        # The one that was used last is taken first: of those that a burst has opened, the others stay idle.
        self._idle: deque[asyncpg.Connection] = deque()
        self._in_use = 0

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[asyncpg.Connection]:
        """Give a connection for the block; an error in the block closes it, since its state is not known.

        Raises:
            ServiceUnavailableError: all of them stay in use.
        """
        await self._wait_for_room()
        self._in_use += 1
        try:
            connection = self._take_idle() or await self._connect()
            try:
                yield connection
            except BaseException:
                connection.terminate()  # a statement may still run on it
                raise
            self._idle.append(connection)
        finally:
            self._in_use -= 1
            self._room.release()

    def use(self) -> PoolUse:
        """Return how they are used."""
        return PoolUse("statements", self._in_use, len(self._idle), DRIVER_CONNECTIONS)

    async def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            await self._idle.pop().close()

    async def _wait_for_room(self) -> None:
        if not self._room.locked():  # then it does not wait, and needs no timer
            await self._room.acquire()
            return
        try:
            async with asyncio.timeout(self._timeout):
                await self._room.acquire()
        except TimeoutError:
            raise all_in_use() from None

    def _take_idle(self) -> asyncpg.Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None
