"""Statements of the driver itself, for adapters that bring their own SQL."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.postgres.connection import connect
from adapters.postgres.failures import COMPONENT, LOST, driver_errors
from adapters.postgres.scope import QUEUE, QUEUE_IN_TRANSACTION
from application.ports.job_queue import JobQueue
from domain.errors import ServiceUnavailableError

logger = logging.getLogger("docgen.database")

# Runs a statement with its values, and returns its rows.
Fetch = Callable[..., Awaitable[list[Any]]]
# Makes a queue of jobs whose statements are run so.
JobQueueOn = Callable[[Fetch], JobQueue]

_TIMEOUT: Final = 5.0


def in_queue(session: AsyncSession) -> Fetch:
    """Run statements on the queue of jobs within the transaction of a session."""

    async def fetch(statement: str, *values: object) -> list[Any]:
        await on_driver(session, QUEUE_IN_TRANSACTION)
        return await on_driver(session, statement, *values)

    return fetch


async def on_driver(session: AsyncSession, statement: str, *values: object) -> list[Any]:
    """Run a statement of the driver within the transaction of a session."""
    driver = await _begun(session)
    with driver_errors():
        rows: list[Any] = await driver.fetch(statement, *values)
        return rows


async def on_driver_many(session: AsyncSession, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run a statement of the driver for many rows, in one round trip within the transaction of a session."""
    driver = await _begun(session)
    with driver_errors():
        await driver.executemany(statement, rows)


async def _begun(session: AsyncSession) -> asyncpg.Connection:
    """Return the driver's connection of a session, in its transaction."""
    raw = await (await session.connection()).get_raw_connection()
    driver: asyncpg.Connection = raw.driver_connection
    if not driver.is_in_transaction():
        # SQLAlchemy sends the BEGIN with its own first statement, and would know nothing of ours.
        await session.execute(text("SELECT 1"))
    return driver


class QueueConnection:
    """A connection of its own to the queue of jobs, opened when it is first used, and anew where it was lost.

    An async context manager, which closes it.
    """

    def __init__(self, url: str, channel: str) -> None:
        """Take the channel that `on_notification` is called for."""
        self._url = url
        self._channel = channel
        self._lock = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        # Why the last attempts to connect came to nothing, and how many there were.
        self._failure = ""
        self._failures = 0
        self.on_notification: Callable[[str], None] = lambda _: None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection is not None:
            with suppress(asyncpg.PostgresError, *LOST, OSError):
                await self._connection.close(timeout=_TIMEOUT)

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """Run a statement, which is a transaction of its own, and return its rows.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        failures = self._failures
        async with self._lock:
            connection = await self._connected(failures)
            try:
                with driver_errors():
                    rows: list[Any] = await connection.fetch(statement, *values)
                    return rows
            except BaseException:
                # Whether it was carried out is not known, nor what state the connection is in.
                connection.terminate()
                raise

    async def _connected(self, failures: int) -> asyncpg.Connection:
        """Return the connection, for somebody who came when there had been so many failures."""
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        if self._failures > failures:
            # It was tried meanwhile: a database that does not answer would hold up each of them in turn, for its time.
            raise ServiceUnavailableError(COMPONENT, self._failure)
        try:
            self._connection = await self._open()
        except ServiceUnavailableError as failure:
            self._failures, self._failure = self._failures + 1, str(failure)
            raise
        return self._connection

    async def _open(self) -> asyncpg.Connection:
        connection = await connect(self._url, connect_timeout=_TIMEOUT, command_timeout=_TIMEOUT)
        try:
            with driver_errors():
                await connection.execute(QUEUE)
                await connection.add_listener(self._channel, self._heard)
        except BaseException:
            connection.terminate()
            raise
        connection.add_termination_listener(self._lost)
        return connection

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self.on_notification(str(payload))

    def _lost(self, _connection: object) -> None:
        # What waits for a message has to look for itself.
        self.on_notification("")
