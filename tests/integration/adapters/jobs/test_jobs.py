"""The queue on pgqueuer keeps the promises of its ports, and what lies below it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries
from typing_extensions import override

from adapters.jobs.monitor import PgqueuerJobMonitor
from adapters.jobs.queue import PgqueuerJobQueue
from adapters.jobs.source import HEARTBEAT_TIMEOUT, POLL, PgqueuerJobSource
from adapters.jobs.statements import CHANNEL, SETTINGS
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.lost_jobs import PostgresLostJobs
from adapters.postgres.statements import QueueConnection
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.telemetry.jobs import TracedJobQueue
from application.job_worker import SECONDS_BETWEEN_BEATS
from domain.errors import ServiceUnavailableError
from tests.contracts.jobs import (
    MINUTE,
    RENDERS,
    JobMonitorContract,
    JobQueueContract,
    JobsFixtures,
    JobSourceContract,
    MakeSource,
    enqueued,
    taken_by,
)
from tests.contracts.lost_jobs import LostJobsContract
from tests.contracts.unit_of_work import stored_workspace
from tests.integration.support.databases import as_service
from tests.integration.support.relay import relay_to
from tests.spans import KeptSpans


class _OnPgqueuer(JobsFixtures):
    """The queue on pgqueuer, under the role of the service."""

    @pytest.fixture
    @override
    def units(self, units: PostgresUnitsOfWork) -> PostgresUnitsOfWork:  # type: ignore[override]  # a fixture
        return units

    @pytest.fixture
    @override
    def source_of(self, source_of: MakeSource) -> MakeSource:  # type: ignore[override]  # a fixture
        return source_of

    @pytest.fixture
    @override
    async def monitor(self, database_url: str) -> AsyncIterator[PgqueuerJobMonitor]:  # type: ignore[override]  # a fixture
        async with QueueConnection(as_service(database_url), CHANNEL) as connection:
            yield PgqueuerJobMonitor(connection.fetch)

    @pytest.fixture
    @override
    async def monitor_that_is_down(self, database_url: str) -> AsyncIterator[PgqueuerJobMonitor]:  # type: ignore[override]  # a fixture
        async with relay_to(database_url) as relay:
            await relay.stop()
            yield PgqueuerJobMonitor(QueueConnection(relay.url, CHANNEL).fetch)

    @pytest.fixture
    @override
    async def source_that_is_down(self, database_url: str) -> AsyncIterator[PgqueuerJobSource]:  # type: ignore[override]  # a fixture
        async with relay_to(database_url) as relay:
            await relay.stop()
            yield PgqueuerJobSource(QueueConnection(relay.url, CHANNEL))


class TestPgqueuerJobMonitor(_OnPgqueuer, JobMonitorContract):
    """Every promise holds on pgqueuer."""


class TestPostgresLostJobs(LostJobsContract):
    @pytest.fixture
    @override
    def units(self, units: PostgresUnitsOfWork) -> PostgresUnitsOfWork:  # type: ignore[override]  # a fixture
        return units

    @pytest.fixture
    @override
    def lost(self, database: PostgresDatabase) -> PostgresLostJobs:  # type: ignore[override]  # a fixture
        return PostgresLostJobs(database)


class TestPgqueuerJobQueue(_OnPgqueuer, JobQueueContract):
    """Every promise holds on pgqueuer."""


class TestTracedJobQueue(_OnPgqueuer, JobQueueContract):
    """What writes traces into jobs keeps every promise, too."""

    @pytest.fixture
    @override
    async def units(self, database: PostgresDatabase, database_url: str) -> AsyncIterator[PostgresUnitsOfWork]:  # type: ignore[override]  # a fixture
        async with PostgresDatabase(database_url) as administration:
            yield PostgresUnitsOfWork(
                database,
                job_queue_on=lambda fetch: TracedJobQueue(PgqueuerJobQueue(fetch), KeptSpans()),
                administration=administration,
            )


class TestPgqueuerJobSource(_OnPgqueuer, JobSourceContract):
    """Every promise holds on pgqueuer."""


async def test_the_migrations_make_what_pgqueuer_needs(database_url: str) -> None:
    """A version of pgqueuer that needs more is heard of here: it wants a migration."""
    connection = await asyncpg.connect(database_url)
    plan = await Queries(AsyncpgDriver(connection), QueryBuilderEnvironment(SETTINGS)).plan_upgrade()
    await connection.close()
    assert (plan.statements, plan.notes) == ((), ())


async def test_jobs_are_seen_by_those_alone_who_work_on_the_queue(
    units: PostgresUnitsOfWork, database_url: str
) -> None:
    acme = await stored_workspace(units, "acme")
    await enqueued(units, acme, "one")
    tables = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")
    for url in (as_service(database_url), database_url):
        connection = await asyncpg.connect(url)
        policies = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = $1::regclass"
        for table in tables:
            assert await connection.fetchval(policies, f"jobs.{table}")
        if url != database_url:  # the owner of a test's database is a superuser, who sees everything
            assert await connection.fetchval("SELECT count(*) FROM jobs.pgqueuer") == 0
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(
                    "INSERT INTO jobs.pgqueuer (priority, status, entrypoint) VALUES (0, 'queued', 'render')"
                )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("TRUNCATE jobs.pgqueuer")
        await connection.close()


async def test_a_worker_whose_connection_is_lost_takes_up_where_it_was(
    units: PostgresUnitsOfWork, database_url: str
) -> None:
    acme = await stored_workspace(units, "acme")
    async with relay_to(as_service(database_url)) as relay, QueueConnection(relay.url, CHANNEL) as connection:
        source = PgqueuerJobSource(connection, heartbeat_timeout=MINUTE)
        assert await source.take(RENDERS, 1) == []
        waiting = asyncio.create_task(source.wait(RENDERS))
        await asyncio.sleep(0)
        await relay.stop()
        with pytest.raises(ServiceUnavailableError):
            await source.take(RENDERS, 1)
        await asyncio.gather(waiting, return_exceptions=True)  # it is woken, or was told
        await enqueued(units, acme, "one")
        await relay.start()
        assert (await taken_by(source)).subject == "one"
        waiting = asyncio.create_task(taken_by(source))
        await asyncio.sleep(0)
        await enqueued(units, acme, "two")
        assert (await waiting).subject == "two"


async def test_news_come_by_notification(units: PostgresUnitsOfWork, database_url: str) -> None:
    heard: list[str] = []
    acme = await stored_workspace(units, "acme")
    async with QueueConnection(as_service(database_url), CHANNEL) as connection:
        source = PgqueuerJobSource(connection)
        hear, told = connection.on_notification, asyncio.Event()

        def listen(payload: str) -> None:
            heard.append(payload)
            hear(payload)
            told.set()

        connection.on_notification = listen
        await source.take(RENDERS, 1)
        await enqueued(units, acme, "one")
        await told.wait()
        assert '"insert"' in heard[0]


def test_jobs_of_the_dead_are_found_within_ten_seconds_with_time_to_spare() -> None:
    assert timedelta(seconds=10) - (HEARTBEAT_TIMEOUT + POLL) >= timedelta(seconds=3)
    # Two beats may be lost before somebody who lives is taken for dead.
    assert timedelta(seconds=3 * SECONDS_BETWEEN_BEATS) < HEARTBEAT_TIMEOUT


async def test_a_job_is_taken_from_who_was_not_heard_of_for_that_time(
    units: PostgresUnitsOfWork, database_url: str
) -> None:
    acme = await stored_workspace(units, "acme")
    await enqueued(units, acme, "one")
    async with (
        QueueConnection(as_service(database_url), CHANNEL) as one,
        QueueConnection(as_service(database_url), CHANNEL) as two,
    ):
        dead, next_one = PgqueuerJobSource(one), PgqueuerJobSource(two)
        assert [job.subject for job in await dead.take(RENDERS, 1)] == ["one"]
        await one.fetch("UPDATE jobs.pgqueuer SET heartbeat = now() - $1::interval", HEARTBEAT_TIMEOUT)
        assert [job.subject for job in await next_one.take(RENDERS, 1)] == ["one"]
