"""What PostgreSQL announces by NOTIFY, heard on one connection of the process."""

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Protocol, Self

import asyncpg

from adapters.postgres.connection import connect
from adapters.postgres.failures import LOST
from domain.errors import ServiceUnavailableError

logger = logging.getLogger("docgen.database")

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
QUESTION: Final = "SELECT 'still there?'"
_SECONDS_BETWEEN_QUESTIONS: Final = 30.0


class Subscriber(Protocol):
    """Who hears of a channel."""

    @abstractmethod
    def heard(self, payload: str) -> None:
        """Take a message."""

    @abstractmethod
    def connected(self) -> None:
        """Messages are heard from now on; what was said before this moment was not."""

    @abstractmethod
    def disconnected(self) -> None:
        """Messages are not heard for the time being."""


class PostgresNotifications:
    """Listens on a connection of its own, which it opens anew where it is lost; an async context manager."""

    def __init__(
        self,
        url: str,
        subscribers: Mapping[str, Subscriber],
        *,
        timeout_seconds: float = 5.0,
        seconds_between_questions: float = _SECONDS_BETWEEN_QUESTIONS,
    ) -> None:
        """Take who is to hear of each channel, and how often the server is asked whether it still is there."""
        self._pause = seconds_between_questions
        self._url = url
        self._subscribers = subscribers
        self._timeout = timeout_seconds
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listener = asyncio.create_task(self._listen_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def _listen_for_ever(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._listen()
                pause = _FIRST_PAUSE
            except ServiceUnavailableError as failure:
                logger.debug("Cannot listen for notifications: %s", failure)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Listen until the connection is lost."""
        connection = await connect(self._url, connect_timeout=self._timeout, command_timeout=self._timeout)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            with suppress(asyncpg.PostgresError, *LOST, OSError):  # lost before it listens
                for channel in self._subscribers:
                    await connection.add_listener(channel, self._on_notification)
                for subscriber in self._subscribers.values():
                    subscriber.connected()
                while not lost.is_set():
                    await self._ask(connection, lost)
        finally:
            for subscriber in self._subscribers.values():
                subscriber.disconnected()
            connection.terminate()

    async def _ask(self, connection: asyncpg.Connection, lost: asyncio.Event) -> None:
        """Wait, and then ask: a server whose machine is gone says no farewell, and would be listened to for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await lost.wait()
                return
        await connection.execute(QUESTION)  # an empty one would be cheaper, and the driver cannot read its answer

    def _on_notification(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._subscribers[channel].heard(str(payload))
