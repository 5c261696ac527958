"""Databases of a test run: one template that is migrated once, and a copy of it for every test."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from adapters.postgres.migrator import upgrade
from adapters.postgres.roles import as_role, grant_service, make_login

_PREFIX = "docgen_test_"
# So many characters tell one run from another.
_RUN = 12
_PASSWORD = "service"


@dataclass(frozen=True, slots=True)
class Template:
    """The migrated database `name` on the server, which tests get copies of."""

    server_url: str
    name: str

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[str]:
        """The URL of a database of its own, for as long as the block lasts."""
        name = f"{self.name}_{uuid.uuid4().hex}"
        connection = await asyncpg.connect(self.server_url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
            yield with_database(self.server_url, name)
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        finally:
            await connection.close()


async def wait_for_no_disk(url: str) -> None:
    """Let a server of tests wait for no disk: each test drops a database, which writes all of it out first.

    What a killed process has committed is there nevertheless; only a machine that loses its power would lose it.
    """
    connection = await asyncpg.connect(url)
    try:
        for setting in ("fsync", "full_page_writes"):
            await connection.execute(f"ALTER SYSTEM SET {setting} = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def build_template_database(url: str) -> None:
    """Fill the template: the schema of this version of DocGen, which a role of the run's own may use."""
    await upgrade(url)
    await make_login(url, service_role(url), _PASSWORD)
    await grant_service(url, service_role(url))


def service_role(url: str) -> str:
    """Name the role that the service has on a database of a test: as the template that it is a copy of."""
    return urlsplit(url).path.lstrip("/")[: len(_PREFIX) + _RUN]


def as_service(url: str) -> str:
    """The URL of a database of a test for the role of the service, which owns nothing of it."""
    return as_role(url, service_role(url), _PASSWORD)


@asynccontextmanager
async def shared_template(server_url: str, run: str) -> AsyncIterator[Template]:
    """The template of this run: built by the first process that asks, removed with the last.

    Who uses it holds an advisory lock, which ends with its process; databases of killed runs are known by that.
    """
    name = f"{_PREFIX}{run[:_RUN]}"
    connection = await asyncpg.connect(server_url)
    try:
        await _remove_leftovers(connection)
        await connection.execute("SELECT pg_advisory_lock_shared(hashtext($1))", name)
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", f"{name} is built")
        await _build(connection, server_url, name)
        await connection.execute("SELECT pg_advisory_unlock(hashtext($1))", f"{name} is built")
        yield Template(server_url, name)
        await connection.execute("SELECT pg_advisory_unlock_shared(hashtext($1))", name)
        await _remove_leftovers(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def plain_owner(server_url: str) -> AsyncIterator[str]:
    """The URL of an empty database whose owner is no superuser, as on most servers that are not one's own."""
    name = f"docgen_owner_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(server_url)
    await make_login(server_url, name, "owner")
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 OWNER "{name}"')
    try:
        yield as_role(with_database(server_url, name), name, "owner")
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.execute(f'DROP ROLE "{name}"')
        await connection.close()


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _build(connection: asyncpg.Connection, server_url: str, name: str) -> None:
    connectable = await connection.fetchval("SELECT datallowconn FROM pg_database WHERE datname = $1", name)
    if connectable is False:
        return  # finished by another process
    if connectable:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    await build_template_database(with_database(server_url, name))
    # Nobody, autovacuum included, may be in a database that is copied.
    await connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')


async def _remove_leftovers(connection: asyncpg.Connection) -> None:
    """Drop the databases of every run that nobody is in."""
    rows = await connection.fetch("SELECT datname FROM pg_database WHERE starts_with(datname::text, $1)", _PREFIX)
    templates = {row["datname"][: len(_PREFIX) + _RUN] for row in rows}
    for template in sorted(templates):
        if await connection.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", template):
            for name in (row["datname"] for row in rows if row["datname"].startswith(template)):
                await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.execute(f'DROP ROLE IF EXISTS "{template}"')
            await connection.execute("SELECT pg_advisory_unlock(hashtext($1))", template)
