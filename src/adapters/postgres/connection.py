"""Connections to PostgreSQL by a URL as libpq understands it."""

from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from adapters.postgres.failures import COMPONENT, connecting
from adapters.postgres.scope import ScopedConnection
from domain.errors import ServiceUnavailableError

APPLICATION_NAME: Final = "docgen"

# Parameters of libpq that tune the client side only. asyncpg does not know them and would send them to the server,
# which refuses what it does not know; without them a connection works as well.
_LIBPQ_ONLY: Final = frozenset(
    {
        "connect_timeout",
        "client_encoding",
        "gssencmode",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "tcp_user_timeout",
        "sslcompression",
        "sslsni",
    }
)


# What is said after the connect: a pooler on the way refuses to start a session with settings that it does not know.
# The server asks a client that is silent whether it still is there, and ends the session of one that is not, with all
# its locks: a minute after a machine was lost. A client that is there may leave a transaction alone for so long.
_SETTINGS: Final = (
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET idle_in_transaction_session_timeout = {idle_ms}"
)
# No transaction of ours waits for anything but the database. A process that is stopped for so long is given up.
IDLE_SECONDS: Final = 30.0


async def connect(
    url: str,
    *,
    connect_timeout: float,
    command_timeout: float | None,
    idle_in_transaction_seconds: float | None = IDLE_SECONDS,
    on_open: Callable[[asyncpg.Connection], None] | None = None,
) -> asyncpg.Connection:
    """Open a connection; `url` is postgresql://user:password@host:port/database?sslmode=…, timeouts are seconds.

    A transaction that waits longer than `idle_in_transaction_seconds` for its next statement is ended by the server,
    whatever the server's own settings say; None is for ever.

    Raises:
        ServiceUnavailableError: the database cannot be reached, refuses, or the URL is none.
    """
    with connecting():
        connection = await _connect(url, connect_timeout, command_timeout)
        try:
            await connection.execute(_SETTINGS.format(idle_ms=round(1000 * (idle_in_transaction_seconds or 0))))
        except BaseException:
            connection.terminate()
            raise
    if on_open is not None:
        on_open(connection)
    return connection


async def _connect(url: str, connect_timeout: float, command_timeout: float | None) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(
            _for_asyncpg(url),
            timeout=connect_timeout,
            command_timeout=command_timeout,
            server_settings={"application_name": APPLICATION_NAME},
            connection_class=ScopedConnection,
        )
    except asyncpg.ClientConfigurationError as error:
        raise _unusable(str(error)) from error
    except ValueError:
        # Its text may quote a part of the password, so it goes nowhere.
        raise _unusable(
            "write postgresql://user:password@host:port/database, and / @ : ? # % [ ] in the password as %2F %40 "
            "%3A %3F %23 %25 %5B %5D"
        ) from None


def _unusable(reason: str) -> ServiceUnavailableError:
    return ServiceUnavailableError(COMPONENT, f"The URL of the database cannot be used: {reason.rstrip('.')}.")


def _for_asyncpg(url: str) -> str:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    # asyncpg knows SCRAM without channel binding only: what merely allows it is left out, what demands it is refused.
    if ("channel_binding", "require") in query:
        raise _unusable("channel_binding=require is not supported; leave it out, and use sslmode=verify-full")
    kept = [(name, value) for name, value in query if name not in _LIBPQ_ONLY and name != "channel_binding"]
    return urlunsplit(parts._replace(query=urlencode(kept)))
