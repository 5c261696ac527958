"""Locks on blobs as advisory locks."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest
from typing_extensions import override

from adapters.postgres.blob_locks import PostgresBlobLocks
from application.ports.blob_locks import BlobLocks
from tests.contracts.blob_locks import ACME, BOOK, LETTER, BlobLocksContract, hold, is_kept_out
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay

HOLDER = """
import asyncio, sys
from adapters.postgres.blob_locks import PostgresBlobLocks
from application.ports.document_storage import BlobKey

async def main(url, workspace, sha256):
    async with PostgresBlobLocks(url) as locks, locks.{way}(BlobKey(workspace, sha256)){more}:
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def kill_a_holder(database_url: str, locks: BlobLocks, way: str, more: str = "") -> None:
    """Have another process hold a lock, and kill it."""
    program = HOLDER.format(way=way, more=more)
    command = [sys.executable, "-c", program, as_service(database_url), ACME, LETTER.sha256]
    holder = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    assert await is_kept_out(locks.alone(LETTER))
    holder.kill()
    await holder.wait()


@pytest.fixture
async def locks(database_url: str) -> AsyncIterator[PostgresBlobLocks]:
    """Locks that nobody holds."""
    async with PostgresBlobLocks(as_service(database_url)) as locks:
        yield locks


class TestPostgresBlobLocks(BlobLocksContract):
    @pytest.fixture
    @override
    async def locks(self, database_url: str) -> AsyncIterator[PostgresBlobLocks]:  # type: ignore[override]  # a fixture
        async with PostgresBlobLocks(as_service(database_url)) as locks:
            yield locks

    @pytest.fixture
    @override
    async def others(self, database_url: str) -> AsyncIterator[PostgresBlobLocks]:  # type: ignore[override]  # a fixture
        async with PostgresBlobLocks(as_service(database_url)) as locks:
            yield locks

    @pytest.fixture
    @override
    async def locks_that_are_down(self, relay: Relay) -> AsyncIterator[PostgresBlobLocks]:  # type: ignore[override]  # a fixture
        await relay.stop()
        async with PostgresBlobLocks(relay.url) as locks:
            yield locks

    @pytest.fixture
    @override
    async def impatient(self, database_url: str) -> AsyncIterator[PostgresBlobLocks]:  # type: ignore[override]  # a fixture
        async with PostgresBlobLocks(as_service(database_url), patience_seconds=0.05) as locks:
            yield locks


async def test_a_process_that_is_killed_holds_nothing(locks: PostgresBlobLocks, database_url: str) -> None:
    await kill_a_holder(database_url, locks, "shared")
    await hold(locks.alone(LETTER))


async def test_what_a_process_that_is_killed_was_deleting_is_not_stored_meanwhile(
    locks: PostgresBlobLocks, database_url: str
) -> None:
    await kill_a_holder(database_url, locks, "alone", " as deleting, deleting(600)")
    async with locks.alone(LETTER):  # the lock is free
        pass
    assert await is_kept_out(locks.shared(LETTER))
    await hold(locks.shared(BOOK))


async def test_nothing_is_deleted_whose_lock_was_lost(relay: Relay, locks: BlobLocks) -> None:
    async with PostgresBlobLocks(relay.url) as lossy, lossy.alone(LETTER) as deleting:
        await relay.stop()
        await relay.start()
        await hold(lossy.shared(BOOK))  # it is connected again
        async with deleting(600) as is_held:
            assert not is_held
        await hold(locks.shared(LETTER))  # and nothing is noted


async def test_notes_of_deletions_do_not_pile_up(locks: BlobLocks, database_url: str) -> None:
    for key, seconds in ((BOOK, 0.0), (LETTER, 600.0)):
        with pytest.raises(KeyError):
            async with locks.alone(key) as deleting, deleting(seconds):
                raise KeyError
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM jobs.blob_deletions") == 1
    finally:
        await connection.close()


async def test_a_connection_that_was_lost_is_opened_anew(relay: Relay, locks: BlobLocks) -> None:
    """What was lost with it is not given back in the place of what is held now."""
    async with PostgresBlobLocks(relay.url) as lossy, AsyncExitStack() as held_now:
        async with lossy.shared(LETTER):
            await relay.stop()
            await hold(locks.alone(LETTER))  # the lock went with the connection
            await relay.start()
            await held_now.enter_async_context(lossy.shared(LETTER))
        await hold(lossy.shared(BOOK))  # what is to be given back is given back by now
        assert await is_kept_out(locks.alone(LETTER))


async def test_a_lock_that_was_lost_is_said_to_be(relay: Relay) -> None:
    async with PostgresBlobLocks(relay.url) as lossy, lossy.shared(LETTER) as still_held:
        assert await still_held()
        await relay.stop()
        assert not await still_held()
        await relay.start()
        assert not await still_held()
        async with lossy.shared(BOOK) as held_now:
            assert await asyncio.gather(still_held(), held_now()) == [False, True]


async def test_all_locks_are_given_back(locks: PostgresBlobLocks, database_url: str) -> None:
    async with PostgresBlobLocks(as_service(database_url)) as others:
        await asyncio.gather(*(hold(others.shared(LETTER)) for _ in range(50)))
        await hold(others.alone(LETTER))
    connection = await asyncpg.connect(database_url)
    counted = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = " + (
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    try:
        assert await connection.fetchval(counted) == 0
    finally:
        await connection.close()
