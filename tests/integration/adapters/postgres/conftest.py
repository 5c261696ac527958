"""A database of its own for every test, opened by the adapter."""

from collections.abc import AsyncIterator

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
async def relay(database_url: str) -> AsyncIterator[Relay]:
    """The way to the migrated database, which a test can cut."""
    async with relay_to(database_url) as relay:
        yield relay
