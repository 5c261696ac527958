"""A database of its own for every test, and what works on its queue of jobs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from adapters.jobs.source import PgqueuerJobSource
from adapters.jobs.statements import CHANNEL
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.statements import QueueConnection
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from tests.contracts.jobs import MakeSource
from tests.integration.support.databases import as_service
from tests.integration.support.units import units_on


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """A migrated database, under the role of the service."""
    async with PostgresDatabase(as_service(database_url)) as database:
        yield database


@pytest.fixture
async def units(database: PostgresDatabase, database_url: str) -> AsyncIterator[PostgresUnitsOfWork]:
    """Units of work with a queue."""
    async with PostgresDatabase(database_url) as administration:
        yield units_on(database, administration=administration)


@pytest.fixture
async def source_of(database_url: str) -> AsyncIterator[MakeSource]:
    """What makes the source of a worker, with a connection of its own."""
    async with AsyncExitStack() as stack:

        def make(heartbeat: timedelta) -> PgqueuerJobSource:
            connection = QueueConnection(as_service(database_url), CHANNEL)
            stack.push_async_exit(connection)
            return PgqueuerJobSource(connection, heartbeat_timeout=heartbeat)

        yield make
