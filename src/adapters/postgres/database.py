"""The database as the service uses it: a bounded pool that heals itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from types import TracebackType
from typing import Protocol, Self

import asyncpg
from sqlalchemy import AdaptedConnection, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from adapters.postgres.connection import IDLE_SECONDS, connect
from adapters.postgres.driver_connections import DriverConnections
from adapters.postgres.failures import connecting, translate
from adapters.postgres.fair_pool import FairPool
from adapters.postgres.scope import ScopedSession, leave, session_info
from application.ports.figures import ConnectionPools, PoolUse


class DatabaseWatch(Protocol):
    """Whom statements are told of."""

    def watch_engine(self, engine: Engine) -> None:
        """Listen to what SQLAlchemy executes."""

    def watch_connection(self, connection: asyncpg.Connection) -> None:
        """Listen to what the driver executes on a connection that was just opened."""


class PostgresDatabase(ConnectionPools):
    """An async context manager around the pool of connections; leaving it closes them.

    Nothing connects before the first use, so that a service whose database is down starts, unready, and becomes
    ready by itself. Connections that the server closed while they were idle are replaced unnoticed. asyncpg hears
    of that by itself, so that no trial query is needed, which would cost a fifth of a short transaction's time.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        timeout_seconds: float = 5.0,
        idle_in_transaction_seconds: float = IDLE_SECONDS,
        watch: DatabaseWatch | None = None,
    ) -> None:
        """Take a URL as libpq understands it; the timeout holds for a connect, a query, and a wait for the pool.

        A transaction that waits for its next statement for `idle_in_transaction_seconds` is ended by the server.
        `watch` is told of every statement, if it is there.
        """
        self._timeout = timeout_seconds
        open_connection = partial(
            connect,
            url,
            connect_timeout=timeout_seconds,
            command_timeout=timeout_seconds,
            idle_in_transaction_seconds=idle_in_transaction_seconds,
            on_open=None if watch is None else watch.watch_connection,
        )
        self._driver = DriverConnections(open_connection, timeout_seconds)
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=open_connection,
            poolclass=FairPool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=timeout_seconds,
        )
        if watch is not None:
            watch.watch_engine(self.engine.sync_engine)
        event.listen(self.engine.sync_engine, "handle_error", translate, retval=True)
        event.listen(self.engine.sync_engine, "checkout", _replace_if_closed)
        event.listen(self.engine.sync_engine, "reset", leave)
        self._sessions = async_sessionmaker(self.engine, sync_session_class=ScopedSession, expire_on_commit=False)

    def session(self, scope: str = "") -> AsyncSession:
        """Return a new session, which connects when it is first used.

        Each of its transactions begins with `scope` (see `scope.py`); without one it sees nothing of any workspace.
        """
        return self._sessions(info=session_info(scope))

    @contextlib.asynccontextmanager
    async def single_statements(self) -> AsyncIterator[asyncpg.Connection]:
        """Give a connection of the driver, on which each statement is a transaction of its own.

        That takes one round trip in place of three. Raises ServiceUnavailableError when the database is down. Such
        connections are `DRIVER_CONNECTIONS` at most, beside those of the pool.
        """
        with connecting():
            async with self._driver.one() as connection:
                yield connection

    @override
    def pools(self) -> list[PoolUse]:
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)  # noqa: S101  # what an engine has that is given a size
        sessions = PoolUse("sessions", pool.checkedout(), pool.checkedin(), pool.size())
        return [sessions, self._driver.use()]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A database that hangs does not answer a farewell either; the sockets close with the process at the latest.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout):
                await self._driver.close()
                await self.engine.dispose()


def _replace_if_closed(adapted: AdaptedConnection, _record: object, _proxy: object) -> None:
    connection: asyncpg.Connection = adapted.driver_connection
    if connection.is_closed():
        raise DisconnectionError
