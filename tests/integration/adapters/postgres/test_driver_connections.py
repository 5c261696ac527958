"""Connections for single statements: bounded, used again, and replaced where they are of no more use."""

import asyncio

import pytest

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.driver_connections import DRIVER_CONNECTIONS
from domain.errors import ServiceUnavailableError
from tests.integration.support.relay import Relay

# Short, so that the tests are; a working database on the same machine answers much faster.
IMPATIENT = 0.5


async def backend_of(database: PostgresDatabase) -> int:
    async with database.single_statements() as connection:
        pid: int = await connection.fetchval("SELECT pg_backend_pid()")
        return pid


async def test_one_connection_serves_who_comes_one_after_the_other(database: PostgresDatabase) -> None:
    assert len({await backend_of(database) for _ in range(3)}) == 1


async def test_who_comes_when_all_are_in_use_waits_for_one(database: PostgresDatabase) -> None:
    found = await asyncio.gather(*(backend_of(database) for _ in range(5 * DRIVER_CONNECTIONS)))
    assert len(found) == 5 * DRIVER_CONNECTIONS
    assert len(set(found)) <= DRIVER_CONNECTIONS


async def test_who_waits_too_long_is_told_why(database_url: str) -> None:
    async with PostgresDatabase(database_url, timeout_seconds=IMPATIENT) as database:
        enough = asyncio.Event()

        async def hold() -> None:
            async with database.single_statements():
                await enough.wait()

        async with asyncio.TaskGroup() as holders:
            for _ in range(DRIVER_CONNECTIONS):
                holders.create_task(hold())
            await asyncio.sleep(0)  # each has its place now
            with pytest.raises(ServiceUnavailableError, match="every connection of the pool is in use"):
                await backend_of(database)
            enough.set()
        await backend_of(database)


async def test_a_connection_that_was_lost_while_it_was_idle_is_replaced_unnoticed(
    database: PostgresDatabase, administration: PostgresDatabase
) -> None:
    lost = await backend_of(database)
    async with database.single_statements() as connection, administration.single_statements() as owner:
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        assert await owner.fetchval("SELECT pg_terminate_backend($1)", lost)
        await gone.wait()
    assert await backend_of(database) != lost


async def test_a_connection_whose_statement_was_given_up_is_not_used_again(database: PostgresDatabase) -> None:
    async def sleep() -> None:
        async with database.single_statements() as connection:
            used.append(await connection.fetchval("SELECT pg_backend_pid()"))
            await connection.execute("SELECT pg_sleep(60)")

    used: list[int] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await sleep()
    assert await backend_of(database) not in used


async def test_a_database_that_is_away_takes_no_place_for_good(relay: Relay) -> None:
    async with PostgresDatabase(relay.url) as database:
        await relay.stop()
        for _ in range(2 * DRIVER_CONNECTIONS):
            with pytest.raises(ServiceUnavailableError):
                await backend_of(database)
        await relay.start()
        await backend_of(database)
