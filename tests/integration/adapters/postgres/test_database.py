"""The database as the service meets it: away, hanging, busy, refusing, and back again."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import pytest
from sqlalchemy import text

from adapters.postgres.connection import connect
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.fair_pool import FairPool
from adapters.postgres.health import PostgresHealthCheck
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from domain.errors import InvalidRequestError, ServiceUnavailableError
from domain.workspace import DEFAULT_WORKSPACE
from tests.integration.support.relay import Relay, relay_to
from tests.integration.support.units import units_on
from tests.waiting import until

# Short, so that the tests are; a working database on the same machine answers much faster.
IMPATIENT = 1.0


async def read_default(units: PostgresUnitsOfWork) -> None:
    """Run a transaction with one query."""
    async with units.of_administration() as unit:
        await unit.workspaces.get(DEFAULT_WORKSPACE)


# --- away and back --------------------------------------------------------------------------------------------


async def test_connections_that_broke_while_nobody_used_them_are_replaced_unnoticed(relay: Relay) -> None:
    async with PostgresDatabase(relay.url) as database:
        units = units_on(database)
        await asyncio.gather(*(read_default(units) for _ in range(4)))
        await relay.stop()
        await relay.start()
        # News of the end reached the other connections while this one was made.
        await (await asyncpg.connect(relay.url)).close()
        await asyncio.gather(*(read_default(units) for _ in range(4)))


async def test_a_database_that_went_away_is_back_without_a_restart(relay: Relay) -> None:
    async with PostgresDatabase(relay.url) as database:
        units = units_on(database)
        await read_default(units)
        await relay.stop()
        for _ in range(3):
            with pytest.raises(ServiceUnavailableError, match=r"cannot be reached|lost the connection"):
                await read_default(units)
        await relay.start()
        await read_default(units)


async def test_a_database_may_come_later_than_the_service(relay: Relay) -> None:
    await relay.stop()
    async with PostgresDatabase(relay.url) as database:
        with pytest.raises(ServiceUnavailableError):
            await PostgresHealthCheck(database).check()
        await relay.start()
        await PostgresHealthCheck(database).check()


async def test_a_connection_that_breaks_within_a_transaction_is_named(relay: Relay) -> None:
    async with PostgresDatabase(relay.url) as database:
        units = units_on(database)

        async def break_halfway() -> None:
            async with units.of_administration() as unit:
                await relay.stop()
                await unit.workspaces.all()

        with pytest.raises(ServiceUnavailableError, match=r"connection|cannot be reached"):
            await break_halfway()
        await relay.start()
        await read_default(units)


# --- clients that are gone, or might be -----------------------------------------------------------------------

LOCKS_A_ROW = """
import asyncio, sys
from sqlalchemy import text
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.fair_pool import FairPool
from domain.errors import ServiceUnavailableError

async def main():
    database = PostgresDatabase(sys.argv[1], idle_in_transaction_seconds=0.2)
    async with database, database.session() as session:
        await session.execute(text("UPDATE lots SET taken = 1"))
        print("taken", flush=True)
        sys.stdin.readline()
        try:
            await session.execute(text("UPDATE lots SET taken = 2"))
        except ServiceUnavailableError as error:
            print(error, flush=True)

asyncio.run(main())
"""


async def test_the_locks_of_a_process_that_is_stopped_are_given_back(database_url: str) -> None:
    connection = await connect(database_url, connect_timeout=5, command_timeout=30)
    await connection.execute("CREATE TABLE lots AS SELECT 0 AS taken")
    command = (sys.executable, "-c", LOCKS_A_ROW, database_url)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert await process.stdout.readline() == b"taken\n"
        process.send_signal(signal.SIGSTOP)
        # Waits for the row.
        await connection.execute("UPDATE lots SET taken = taken + 10")
        assert await connection.fetchval("SELECT taken FROM lots") == 10
        # Who was stopped only is told so.
        process.send_signal(signal.SIGCONT)
        process.stdin.write(b"\n")
        said = (await process.stdout.readline()).decode()
        assert "The database" in said
    finally:
        process.kill()
        await process.wait()
        await connection.close()


async def test_sessions_ask_whether_their_client_is_there_and_give_it_up(database_url: str) -> None:
    connection = await connect(database_url, connect_timeout=5, command_timeout=5)
    try:
        names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        asked = [int(await connection.fetchval("SELECT current_setting($1)", name)) for name in names]
        if urlsplit(database_url).hostname:  # over a socket of this machine there is nothing to ask
            assert all(asked)
        assert await connection.fetchval("SELECT current_setting('idle_in_transaction_session_timeout')") == "30s"
    finally:
        await connection.close()


# --- hanging --------------------------------------------------------------------------------------------------


async def test_a_database_that_hangs_is_given_up_and_used_again_when_it_answers(relay: Relay) -> None:
    """Idle connections, new connections, and the health check: none waits for ever."""
    async with PostgresDatabase(relay.url, pool_size=2, timeout_seconds=IMPATIENT) as database:
        units = units_on(database)
        await read_default(units)
        relay.hang()
        outcomes = await asyncio.gather(
            read_default(units),
            read_default(units),
            PostgresHealthCheck(database).check(),
            return_exceptions=True,
        )
        assert {type(outcome) for outcome in outcomes} == {ServiceUnavailableError}
        relay.flow()
        await read_default(units)


async def test_a_query_that_hangs_is_given_up(relay: Relay) -> None:
    async with PostgresDatabase(relay.url, timeout_seconds=IMPATIENT) as database:
        units = units_on(database)

        async def hang_halfway() -> None:
            async with units.of_administration() as unit:
                relay.hang()
                await unit.workspaces.all()

        with pytest.raises(ServiceUnavailableError, match="in time"):
            await hang_halfway()
        relay.flow()
        await read_default(units)


async def test_leaving_does_not_wait_for_a_database_that_hangs(relay: Relay) -> None:
    async with PostgresDatabase(relay.url, timeout_seconds=IMPATIENT) as database:
        units = units_on(database)
        await asyncio.gather(*(read_default(units) for _ in range(3)))
        relay.hang()


async def test_a_slow_query_ends_alone(database_url: str) -> None:
    """Its connection is closed at once, and the server forgets it; the others stay in the pool."""
    my_pid = text("SELECT pg_backend_pid()")
    async with PostgresDatabase(database_url, pool_size=2, timeout_seconds=IMPATIENT) as database:
        async with database.session() as slow:
            async with database.session() as other:
                slow_pid, other_pid = await slow.scalar(my_pid), await other.scalar(my_pid)
            connection = await slow.connection()
            with pytest.raises(ServiceUnavailableError, match="in time"):
                await slow.execute(text("SELECT pg_sleep(3600)"))
            assert connection.invalidated
        async with database.session() as session:
            assert await session.scalar(my_pid) == other_pid
            sleepers = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid AND state = 'active'")
            while await session.scalar(sleepers, {"pid": slow_pid}):
                await session.rollback()


async def test_a_pool_that_is_used_up_is_named(database_url: str) -> None:
    async with PostgresDatabase(database_url, pool_size=1, timeout_seconds=IMPATIENT) as database:
        units = units_on(database)
        async with units.of_administration():
            with pytest.raises(ServiceUnavailableError, match="every connection of the pool is in use"):
                await read_default(units)
        await read_default(units)


async def test_whoever_waits_longest_has_the_next_connection(database_url: str) -> None:
    async with PostgresDatabase(database_url, pool_size=1) as database:
        order = []
        pool = database.engine.pool
        assert isinstance(pool, FairPool)

        async def use(name: str) -> None:
            async with database.session() as session:
                await session.execute(text("SELECT 1"))
                order.append(name)

        async with database.session() as session:
            await session.execute(text("SELECT 1"))
            waiting = [asyncio.create_task(use(name)) for name in ("first", "given up", "second")]
            await until(lambda: pool.waiting() == len(waiting))
            waiting[1].cancel()
        await use("newcomer")  # asks in the moment in which the connection comes back
        await asyncio.gather(*waiting, return_exceptions=True)
        assert order == ["first", "second", "newcomer"]
        await use("last")


async def test_a_cancelled_transaction_gives_its_connection_back(database_url: str) -> None:
    async with PostgresDatabase(database_url, pool_size=1) as database:
        units = units_on(database)
        entered = asyncio.Event()

        async def wait_inside() -> None:
            async with units.of_administration():
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(wait_inside())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await read_default(units)


async def test_a_cancelled_statement_is_cancelled_and_no_fault_of_the_database(database_url: str) -> None:
    async with PostgresDatabase(database_url, pool_size=1) as database:

        async def sleep_inside() -> None:
            async with database.session() as session:
                await session.execute(text("SELECT pg_sleep(60)"))

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await sleep_inside()
        await read_default(units_on(database))


# --- refusing -------------------------------------------------------------------------------------------------


async def test_a_server_that_ends_the_session_is_named(database_url: str) -> None:
    async with PostgresDatabase(database_url) as database, database.session() as session:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        killer = await asyncpg.connect(database_url)
        await killer.execute("SELECT pg_terminate_backend($1)", pid)
        await killer.close()
        with pytest.raises(ServiceUnavailableError, match=r"starting, stopping or restarting|connection"):
            await session.scalar(text("SELECT 1"))
        await session.rollback()
        assert await session.scalar(text("SELECT 1")) == 1


async def test_a_database_without_tables_says_how_to_make_them(empty_database_url: str) -> None:
    async with PostgresDatabase(empty_database_url) as database:
        with pytest.raises(ServiceUnavailableError, match="docgen migrate"):
            await read_default(units_on(database))
        with pytest.raises(ServiceUnavailableError, match="docgen migrate"):
            await PostgresHealthCheck(database).check()


async def test_a_newer_schema_is_healthy_and_told(database_url: str) -> None:
    """While a fleet is replaced one by one, the older ones meet the schema of the newer ones."""
    async with PostgresDatabase(database_url) as database:
        async with database.session() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            await session.commit()
        assert "a newer version" in (await PostgresHealthCheck(database).check() or "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": "/no_such_database"}, "does not exist"),
        ({"netloc": "postgres:wrong-secret@{host}"}, "user or password"),
        ({"query": "sslmode=verify-full"}, "."),
        ({"query": "sslmode=nonsense"}, "URL of the database.*sslmode"),
        ({"query": "channel_binding=require"}, "URL of the database.*channel_binding"),
        ({"scheme": "mysql"}, "URL of the database.*postgresql"),
        ({"netloc": "postgres:half/wrong-secret@{host}"}, "URL of the database.*%2F"),
        ({"netloc": "postgres:wrong-secret@[x"}, "URL of the database.*%5B"),
    ],
)
async def test_a_wrong_url_is_explained_without_the_password(
    postgres_server_url: str, change: dict[str, str], reason: str
) -> None:
    parts = urlsplit(postgres_server_url)
    host = parts.netloc.rpartition("@")[2]
    url = urlunsplit(parts._replace(**{name: value.format(host=host) for name, value in change.items()}))
    async with PostgresDatabase(url) as database:
        with pytest.raises(ServiceUnavailableError, match=reason) as failure:
            await read_default(units_on(database))
    assert "wrong-secret" not in str(failure.value)
    assert failure.value.component == "database"


@pytest.mark.parametrize(
    "query",
    [
        "sslmode=disable",
        "sslmode=prefer&connect_timeout=10&keepalives_idle=30&channel_binding=prefer",
        "options=-c%20search_path%3Dpublic",
    ],
)
async def test_parameters_of_libpq_are_taken(database_url: str, query: str) -> None:
    url = urlunsplit(urlsplit(database_url)._replace(query=query))
    connection = await connect(url, connect_timeout=5, command_timeout=5)
    try:
        assert await connection.fetchval("SHOW application_name") == "docgen"
    finally:
        await connection.close()


async def test_a_password_may_hold_every_character_that_a_url_can_encode(database_url: str) -> None:
    password = "a/b@c:d?e#f%g[h]i ä+&="
    role = "role_" + urlsplit(database_url).path.strip("/").replace("-", "_")
    admin = await asyncpg.connect(database_url)
    await admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}'")
    try:
        parts = urlsplit(database_url)
        host = parts.netloc.rpartition("@")[2]
        url = urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}"))
        connection = await connect(url, connect_timeout=5, command_timeout=5)
        assert await connection.fetchval("SELECT current_user") == role
        await connection.close()
    finally:
        await admin.execute(f'DROP ROLE "{role}"')
        await admin.close()


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"], ids=["nul", "lone surrogate"])
async def test_a_value_that_slips_through_is_the_callers_mistake(database: PostgresDatabase, value: str) -> None:
    async with database.session() as session:
        with pytest.raises(InvalidRequestError):
            await session.scalar(text("SELECT CAST(:value AS text)"), {"value": value})


async def test_the_relay_of_these_tests_passes_everything_on(database_url: str) -> None:
    async with relay_to(database_url) as relay:
        connection = await asyncpg.connect(relay.url)
        assert len(await connection.fetchval("SELECT repeat('x', 1000000)")) == 1_000_000
        await connection.close()
