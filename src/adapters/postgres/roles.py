"""The role of the service: it owns nothing, and may do with each table what the service does with it, and no more."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from adapters.postgres.connection import connect
from adapters.postgres.failures import COMPONENT, connecting
from adapters.postgres.tables.base import Row
from domain.errors import ServiceUnavailableError

EMBEDDED_ROLE: Final = "docgen_service"

_EVERYTHING: Final = "SELECT, INSERT, UPDATE, DELETE"
# Where the service does less than everything. Workspaces come and go by commands, under the owner's role.
_PRIVILEGES: Final[Mapping[str, str]] = {
    "alembic_version": "SELECT",
    "workspaces": "SELECT",
    "deleted_workspaces": "SELECT",
    "workspace_settings": "SELECT, INSERT, UPDATE",
    "api_keys": "SELECT, INSERT, UPDATE",
    # What was done stays done.
    "audit_events": "SELECT, INSERT",
}
_TIMEOUT: Final = 5.0
# Any number that no other program uses for an advisory lock on the same database: "roles" in ASCII.
_ADVISORY_LOCK: Final = int.from_bytes(b"roles")

_WALL: Final = """
    SELECT r.rolsuper OR r.rolbypassrls AS bypasses, pg_has_role(r.oid, c.relowner, 'MEMBER') AS owns
    FROM pg_roles AS r, pg_class AS c WHERE r.rolname = $1 AND c.oid = 'workspaces'::regclass
    """


def role_of(url: str) -> str | None:
    """Return the role that a URL names, None where it names none."""
    user = urlsplit(url).username
    return unquote(user) if user else None


async def grant_service(owner_url: str, role: str) -> None:
    """Let a role do what the service does, and nothing besides; repeated, it changes nothing.

    Raises:
        ServiceUnavailableError: the database is down, there is no such role, or the owner's role may not grant this.
    """
    name = _identifier(role)
    async with _transaction(owner_url) as connection:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            raise ServiceUnavailableError(
                COMPONENT,
                f"There is no role {role!r}, which DOCGEN_DATABASE__URL names: create it with "
                f"CREATE ROLE {name} LOGIN PASSWORD '…', then run 'docgen migrate' again.",
            )
        await connection.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        for table in ("alembic_version", *Row.metadata.tables):
            await connection.execute(f"GRANT {_PRIVILEGES.get(table, _EVERYTHING)} ON {_identifier(table)} TO {name}")
        await connection.execute(f"GRANT USAGE ON SCHEMA jobs TO {name}")
        await connection.execute(f"GRANT {_EVERYTHING} ON ALL TABLES IN SCHEMA jobs TO {name}")
        await connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {name}")


async def weakness_of(owner_url: str, role: str) -> str | None:
    """Say why row-level security is no second wall for a role; None where it is one.

    Raises:
        ServiceUnavailableError: the database is down or refuses.
    """
    async with _transaction(owner_url) as connection:
        wall = await connection.fetchrow(_WALL, role)
    if wall is None:
        return None
    if wall["bypasses"]:
        return f"the role {role!r} is a superuser or has BYPASSRLS, so that row-level security does not hold for it"
    if wall["owns"]:
        return f"the role {role!r} owns the tables, and could switch row-level security off"
    return None


async def make_embedded_service(owner_url: str) -> str:
    """Make the service's role on the embedded PostgreSQL, and return the URL that it connects by.

    Its password follows from the owner's, so that there is no other one to keep.

    Raises:
        ServiceUnavailableError: the database is down.
    """
    parts = urlsplit(owner_url)
    password = hmac.digest((parts.password or "").encode(), EMBEDDED_ROLE.encode(), hashlib.sha256).hex()
    await make_login(owner_url, EMBEDDED_ROLE, password)
    await grant_service(owner_url, EMBEDDED_ROLE)
    return as_role(owner_url, EMBEDDED_ROLE, password)


async def make_login(owner_url: str, role: str, password: str) -> None:
    """Create a role that may log in, or give the one that is there this password.

    Raises:
        ServiceUnavailableError: the database is down, or the owner's role may not create roles.
    """
    name, secret = _identifier(role), password.replace("'", "''")
    async with _transaction(owner_url) as connection:
        there = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role)
        verb = "ALTER" if there else "CREATE"
        await connection.execute(f"{verb} ROLE {name} LOGIN PASSWORD '{secret}'")


def as_role(url: str, role: str, password: str) -> str:
    """Return a URL of the same database for another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{host}"))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a transaction that commits at the end of the block; those of several processes take turns."""
    connection = await connect(url, connect_timeout=_TIMEOUT, command_timeout=_TIMEOUT)
    try:
        with connecting():
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _ADVISORY_LOCK)
                yield connection
    finally:
        await connection.close()
