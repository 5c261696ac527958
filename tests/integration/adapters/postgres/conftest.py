"""A database of its own for every test, opened by the adapter."""

import uuid
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from adapters.postgres.database import PostgresDatabase
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay, relay_to


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """A migrated database, under the role of the service."""
    async with PostgresDatabase(as_service(database_url)) as database:
        yield database


@pytest.fixture
async def administration(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """The same database under the role of its owner."""
    async with PostgresDatabase(database_url) as database:
        yield database


@pytest.fixture
async def empty_database_url(postgres_server_url: str) -> AsyncIterator[str]:
    """A database without a table."""
    name = f"empty_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres_server_url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield urlunsplit(urlsplit(postgres_server_url)._replace(path=f"/{name}"))
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture
async def relay(database_url: str) -> AsyncIterator[Relay]:
    """The way to the migrated database, which a test can cut."""
    async with relay_to(database_url) as relay:
        yield relay
