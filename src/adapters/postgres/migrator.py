"""Migrations: what brings a database to the schema of this version of DocGen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from adapters.postgres.connection import connect
from adapters.postgres.failures import connecting, translate

# Any number that no other program uses for an advisory lock on the same database: "docgen" in ASCII.
_ADVISORY_LOCK: Final = int.from_bytes(b"docgen")
# How long a migration waits for another process to finish its own, and for other transactions to leave a table.
# The second is short: whoever waits for a table keeps everybody behind waiting as well.
_PATIENCE: Final = "5min"
_LOCK_TIMEOUT: Final = "2s"
_CONNECT_TIMEOUT: Final = 5.0

_HEAD: Final = "head"
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_THERE: Final = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION: Final = text("SELECT version_num FROM alembic_version")


async def upgrade(url: str, revision: str = _HEAD) -> None:
    """Bring the database forward to the newest schema, or to the revision given; safe from several processes at once.

    Raises:
        ServiceUnavailableError: the database is down, refuses, or is too busy for the change now. What was not
            finished is undone, and can be repeated.
    """
    await _run(url, "upgrade", revision)


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to an older revision ('base': to nothing), and lose what only newer ones can hold.

    Raises:
        ServiceUnavailableError: as for `upgrade`.
    """
    await _run(url, "downgrade", revision)


async def current_revision(url: str) -> str | None:
    """Return the revision of the database's schema, None where there is none yet.

    Raises:
        ServiceUnavailableError: the database is down or refuses.
    """
    async with _connected(url) as connection:
        return await connection.run_sync(revision_of)


async def is_up_to_date(url: str) -> bool:
    """Tell whether the database has the newest schema.

    Raises:
        ServiceUnavailableError: the database is down or refuses.
    """
    return await current_revision(url) == head_revision()


async def newer_revision(url: str) -> str | None:
    """Return the revision of a schema that a newer version of DocGen has made, None where it is none of those.

    Raises:
        ServiceUnavailableError: the database is down or refuses.
    """
    revision = await current_revision(url)
    return None if revision in known_revisions() else revision


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema that a connection sees, None where there is none yet."""
    return connection.scalar(_REVISION) if connection.scalar(_THERE) else None


@cache
def head_revision() -> str:
    """Return the newest revision that this version of DocGen knows."""
    return known_revisions()[-1]


@cache
def known_revisions() -> tuple[str, ...]:
    """Return all revisions of this version of DocGen, the oldest first: the numbers that the files begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


async def _run(url: str, command: Literal["upgrade", "downgrade"], revision: str) -> None:
    def with_alembic(connection: Connection) -> None:
        # Every process of the service asks for revisions, and few migrate: importing Alembic takes 0.15 s.
        import alembic.command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        # Alembic reads the value as a template of configparser, where a percent sign of a path is doubled.
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        getattr(alembic.command, command)(config, revision)

    async with _connected(url) as connection:
        # The lock is the session's: it outlives the transactions of the single migrations, and ends with the session.
        await connection.execute(text(f"SET lock_timeout = '{_PATIENCE}'"))
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        await connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
        await connection.commit()
        await connection.run_sync(with_alembic)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    """Give a connection of its own, without a limit on how long a statement takes."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(
            url, connect_timeout=_CONNECT_TIMEOUT, command_timeout=None, idle_in_transaction_seconds=None
        ),
        poolclass=NullPool,
    )
    event.listen(engine.sync_engine, "handle_error", translate, retval=True)
    with connecting():
        connection = await engine.connect()
    try:
        yield connection
    finally:
        await connection.close()
