"""Migrations lead forward and back, to what the rows say, and hold up nobody."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from adapters.postgres import migrator
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tables.base import Row
from domain.errors import ServiceUnavailableError
from tests.integration.support.relay import Relay


async def tables_of(url: str) -> set[str]:
    """List the tables, Alembic's own left out."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows} - {"alembic_version"}


def test_revisions_follow_one_another_as_their_files_do() -> None:
    """Two files of one number would hide each other, and what Alembic does not know is no revision."""
    scripts = ScriptDirectory(str(Path(migrator.__file__).parent / "migrations"))
    assert list(migrator.known_revisions()) == [each.revision for each in scripts.walk_revisions()][::-1]


async def test_every_step_leads_up_and_down_and_up_again(empty_database_url: str) -> None:
    for revision in migrator.known_revisions():
        before = await migrator.current_revision(empty_database_url)
        await migrator.upgrade(empty_database_url, revision)
        await migrator.downgrade(empty_database_url, before or "base")
        assert await migrator.current_revision(empty_database_url) == before
        await migrator.upgrade(empty_database_url, revision)
    assert await migrator.is_up_to_date(empty_database_url)
    await migrator.downgrade(empty_database_url, "base")
    assert await tables_of(empty_database_url) == set()


async def test_the_rows_are_what_the_migrations_make(empty_database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Row.metadata))

    await migrator.upgrade(empty_database_url)
    async with PostgresDatabase(empty_database_url) as database, database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_constraints_and_collations_are_what_the_rows_say(empty_database_url: str, database_url: str) -> None:
    """What Alembic does not compare: names of keys, rules of deletion, collations."""
    facts = """
        SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
        UNION ALL
        SELECT table_name || '.' || column_name || ' ' || COALESCE(collation_name, '') || ' ' || data_type
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
        UNION ALL
        SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        """
    async with PostgresDatabase(empty_database_url) as database, database.engine.begin() as connection:
        await connection.run_sync(Row.metadata.create_all)
    from_rows = await asyncpg.connect(empty_database_url)
    await from_rows.execute("CREATE TABLE alembic_version (version_num text)")
    from_migrations = await asyncpg.connect(database_url)
    expected = {row[0] for row in await from_rows.fetch(facts)}
    assert {row[0] for row in await from_migrations.fetch(facts)} == expected
    await from_rows.close()
    await from_migrations.close()


async def test_the_state_is_told(empty_database_url: str) -> None:
    assert await migrator.current_revision(empty_database_url) is None
    assert not await migrator.is_up_to_date(empty_database_url)
    await migrator.upgrade(empty_database_url)
    await migrator.upgrade(empty_database_url)
    assert await migrator.current_revision(empty_database_url) == migrator.head_revision()
    assert await migrator.is_up_to_date(empty_database_url)


async def migrating(url: str) -> asyncio.subprocess.Process:
    """Start a process that brings a database to the newest schema."""
    program = "import asyncio, sys; from adapters.postgres import migrator; asyncio.run(migrator.upgrade(sys.argv[1]))"
    return await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, stderr=asyncio.subprocess.PIPE)


async def test_processes_that_migrate_at_once_take_turns(empty_database_url: str) -> None:
    processes = [await migrating(empty_database_url) for _ in range(3)]
    outcomes = await asyncio.gather(*(process.communicate() for process in processes))
    assert [(process.returncode, stderr) for process, (_, stderr) in zip(processes, outcomes, strict=True)] == [
        (0, b"")
    ] * 3
    assert await migrator.is_up_to_date(empty_database_url)


async def test_a_process_that_is_killed_leaves_nothing_half_and_keeps_nobody(empty_database_url: str) -> None:
    await migrator.upgrade(empty_database_url, "0004")
    reader = await asyncpg.connect(empty_database_url)
    database = "SELECT oid FROM pg_database WHERE datname = current_database()"
    waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = ({database})"
    async with reader.transaction():
        await reader.fetch("SELECT * FROM templates")
        process = await migrating(empty_database_url)
        while not await reader.fetchval(waiting):  # it is in the middle of a revision that changes the table
            assert process.returncode is None
        process.kill()
        await process.communicate()
        before = await migrator.current_revision(empty_database_url)
    await reader.close()
    assert "0004" < (before or "") < migrator.head_revision()
    await migrator.upgrade(empty_database_url)
    assert await migrator.is_up_to_date(empty_database_url)


async def test_tasks_of_one_process_take_turns(empty_database_url: str) -> None:
    await asyncio.gather(*(migrator.upgrade(empty_database_url) for _ in range(3)))
    assert await migrator.is_up_to_date(empty_database_url)


async def test_a_table_in_use_stops_the_migration_and_nobody_else(database_url: str) -> None:
    """A migration that waited on would make every later reader wait behind it."""
    reader = await asyncpg.connect(database_url)
    async with reader.transaction():
        await reader.fetch("SELECT * FROM workspaces")
        with pytest.raises(ServiceUnavailableError, match="busy"):
            await migrator.downgrade(database_url, "base")
        await reader.fetch("SELECT * FROM templates")
    # Migrations before the one that needs the table are done, that one is undone, and the way is open again.
    await migrator.upgrade(database_url)
    assert await migrator.is_up_to_date(database_url)
    await migrator.downgrade(database_url, "base")
    await reader.close()


async def test_a_database_that_is_down_is_named(relay: Relay) -> None:
    await relay.stop()
    for work in (migrator.upgrade, migrator.current_revision, migrator.is_up_to_date):
        with pytest.raises(ServiceUnavailableError, match="database") as failure:
            await work(relay.url)
        assert failure.value.component == "database"


@pytest.mark.parametrize("old", ["'0000'", "NULL"])
async def test_a_schema_of_nobody_is_not_up_to_date(database_url: str, old: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM alembic_version")
    if old != "NULL":
        await connection.execute(f"INSERT INTO alembic_version VALUES ({old})")
    await connection.close()
    assert not await migrator.is_up_to_date(database_url)
