"""The contracts of `JobQueue` and `JobSource`, which are two ends of one thing."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from datetime import timedelta

import pytest

from application.ports.job_monitor import JobMonitor
from application.ports.job_queue import JobKind, NewJob
from application.ports.job_source import JobSource, TakenJob
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import ServiceUnavailableError
from domain.workspace import Workspace
from tests.contracts.unit_of_work import UnitsOfWorkFixtures

RENDERS = (JobKind.RENDER,)
MINUTE = timedelta(minutes=1)
# How soon a worker that says nothing is taken for dead.
SOON = timedelta(seconds=0.3)

MakeSource = Callable[[timedelta], JobSource]


async def enqueued(units: UnitsOfWork, workspace: Workspace, *subjects: str, commit: bool = True) -> None:
    """Put jobs into the queue."""
    async with units.of_workspace(workspace.id) as unit:
        for subject in subjects:
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, workspace.id, subject))
        if commit:
            await unit.commit()


async def taken_by(source: JobSource) -> TakenJob:
    """Wait for a job."""
    while not (jobs := await source.take(RENDERS, 1)):
        await source.wait(RENDERS)
    return jobs[0]


class _OnPurposeError(Exception):
    """Raised by a test inside a unit of work."""


class JobsFixtures(UnitsOfWorkFixtures):
    """What a module gives to run the contracts of both ends."""

    @pytest.fixture
    @abstractmethod
    def source_of(self) -> MakeSource:
        """Give what makes the source of a worker, which is taken for dead after a time."""

    @pytest.fixture
    @abstractmethod
    def source_that_is_down(self) -> JobSource:
        """Give one whose database is away."""

    @pytest.fixture
    @abstractmethod
    def monitor(self) -> JobMonitor:
        """Give what looks after the queue."""

    @pytest.fixture
    @abstractmethod
    def monitor_that_is_down(self) -> JobMonitor:
        """Give one whose database is away."""

    @pytest.fixture
    def source(self, source_of: MakeSource) -> JobSource:
        """The source of a worker that lives."""
        return source_of(MINUTE)


class JobQueueContract(JobsFixtures):
    """Promises of the end where jobs go in."""

    async def test_jobs_come_as_they_were_given_and_in_their_order(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace, source: JobSource
    ) -> None:
        await enqueued(units, acme, "one", "two")
        await enqueued(units, globex, "three")
        jobs = await source.take(RENDERS, 2) + await source.take(RENDERS, 2)
        assert [(job.kind, job.workspace_id, job.subject, job.handed_back) for job in jobs] == [
            (JobKind.RENDER, acme.id, "one", 0),
            (JobKind.RENDER, acme.id, "two", 0),
            (JobKind.RENDER, globex.id, "three", 0),
        ]
        assert len({job.id for job in jobs}) == 3

    async def test_a_job_is_there_with_its_transaction_or_never(
        self, units: UnitsOfWork, acme: Workspace, source: JobSource
    ) -> None:
        async with units.of_workspace(acme.id) as unit:
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, acme.id, "kept"))
            assert await source.take(RENDERS, 10) == []
            await unit.commit()
        await enqueued(units, acme, "lost", commit=False)
        assert [job.subject for job in await source.take(RENDERS, 10)] == ["kept"]

    async def test_a_job_that_is_the_first_statement_of_its_transaction_is_undone_too(
        self, units: UnitsOfWork, acme: Workspace, source: JobSource
    ) -> None:
        async def fail() -> None:
            async with units.of_workspace(acme.id) as unit:
                await unit.jobs.enqueue(NewJob(JobKind.RENDER, acme.id, "lost"))
                raise _OnPurposeError

        with pytest.raises(_OnPurposeError):
            await fail()
        assert await source.take(RENDERS, 10) == []

    async def test_a_job_keeps_the_trace_that_it_was_made_in_also_when_it_is_handed_back(
        self, units: UnitsOfWork, acme: Workspace, source: JobSource
    ) -> None:
        trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=1"}
        async with units.of_workspace(acme.id) as unit:
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, acme.id, "traced", trace))
            await unit.commit()
        job = await taken_by(source)
        await source.hand_back(job, timedelta(0))
        again = await taken_by(source)
        assert (job.trace, again.trace) == (trace, trace)


class JobSourceContract(JobsFixtures):
    """Promises of the end where they come out."""

    async def test_workers_that_take_at_once_get_each_job_once(
        self, units: UnitsOfWork, acme: Workspace, source_of: MakeSource
    ) -> None:
        await enqueued(units, acme, *(str(number) for number in range(60)))
        workers = [source_of(MINUTE) for _ in range(3)]

        async def take_all(source: JobSource) -> list[str]:
            subjects: list[str] = []
            while jobs := await source.take(RENDERS, 7):
                subjects += [job.subject for job in jobs]
            return subjects

        shares = await asyncio.gather(*map(take_all, workers))
        assert sorted(int(subject) for share in shares for subject in share) == list(range(60))

    async def test_what_is_finished_does_not_come_again(
        self, units: UnitsOfWork, acme: Workspace, source_of: MakeSource
    ) -> None:
        await enqueued(units, acme, "one", "two", "three")
        worker = source_of(SOON)
        jobs = await worker.take(RENDERS, 2)
        await worker.finish(jobs)
        await worker.finish(jobs)
        another = source_of(timedelta(0))
        assert [job.subject for job in await another.take(RENDERS, 10)] == ["three"]

    async def test_the_jobs_of_the_dead_go_to_others_and_those_of_the_living_do_not(
        self, units: UnitsOfWork, acme: Workspace, source_of: MakeSource
    ) -> None:
        await enqueued(units, acme, "dead", "alive")
        worker, another = source_of(SOON), source_of(SOON)
        dead, alive = await worker.take(RENDERS, 2)

        async def live() -> None:
            while True:
                await worker.keep([alive.id])
                await asyncio.sleep(SOON.total_seconds() / 6)

        life = asyncio.create_task(live())
        try:
            assert await taken_by(another) == dead
        finally:
            life.cancel()
        await another.finish([dead])
        assert (await taken_by(another)).id == alive.id  # now that nobody says anything any more

    async def test_what_is_handed_back_comes_again_when_it_is_due(
        self, units: UnitsOfWork, acme: Workspace, source_of: MakeSource
    ) -> None:
        await enqueued(units, acme, "at once", "later", "much later")
        worker, another = source_of(MINUTE), source_of(MINUTE)
        at_once, later, much_later = await worker.take(RENDERS, 3)
        await worker.hand_back(much_later, timedelta(hours=1))
        await worker.hand_back(later, SOON)
        await worker.hand_back(at_once, timedelta(0))
        assert await another.take(RENDERS, 2) in ([_again(at_once)], [_again(at_once), _again(later)])
        assert (await taken_by(another)) == _again(later)
        assert await another.take(RENDERS, 1) == []

    async def test_who_waits_hears_of_a_job(self, units: UnitsOfWork, acme: Workspace, source: JobSource) -> None:
        waiting = asyncio.create_task(taken_by(source))
        await asyncio.sleep(0)
        await enqueued(units, acme, "news")
        assert (await waiting).subject == "news"

    async def test_one_worker_of_all_has_its_turn(self, source_of: MakeSource) -> None:
        workers = [source_of(MINUTE) for _ in range(4)]
        turns = await asyncio.gather(*(worker.take_turn("dust", MINUTE) for worker in workers))
        assert sorted(turns) == [False, False, False, True]
        assert await workers[0].take_turn("wash", timedelta(0))
        assert await workers[1].take_turn("wash", timedelta(0))

    async def test_sweeping_leaves_what_is_to_be_done(
        self, units: UnitsOfWork, acme: Workspace, source: JobSource
    ) -> None:
        await enqueued(units, acme, "one")
        await source.sweep()
        assert [job.subject for job in await source.take(RENDERS, 1)] == ["one"]

    async def test_a_database_that_is_down_is_said(self, source_that_is_down: JobSource) -> None:
        with pytest.raises(ServiceUnavailableError):
            await source_that_is_down.take(RENDERS, 1)
        with pytest.raises(ServiceUnavailableError):
            await source_that_is_down.wait(RENDERS)


def _again(job: TakenJob) -> TakenJob:
    return TakenJob(job.id, job.kind, job.workspace_id, job.subject, job.handed_back + 1)


class JobMonitorContract(JobsFixtures):
    """Promises of who looks after the queue."""

    async def test_jobs_are_counted_by_what_they_do(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace, source: JobSource, monitor: JobMonitor
    ) -> None:
        assert await monitor.figures() == []
        await enqueued(units, acme, "running", "later")
        running, later = await source.take(RENDERS, 2)
        await source.hand_back(later, MINUTE)
        await enqueued(units, globex, "waiting")
        (figures,) = await monitor.figures()
        assert (figures.kind, figures.waiting, figures.later, figures.running) == ("render", 1, 1, 1)
        assert 0 <= figures.oldest_seconds < MINUTE.total_seconds()
        await source.finish([running, *await source.take(RENDERS, 1)])
        (figures,) = await monitor.figures()
        assert (figures.waiting, figures.later, figures.running, figures.oldest_seconds) == (0, 1, 0, 0)

    async def test_what_was_put_off_is_due_at_once_where_somebody_wants_it(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace, source: JobSource, monitor: JobMonitor
    ) -> None:
        await enqueued(units, acme, "one", "two")
        for job in await source.take(RENDERS, 2):
            await source.hand_back(job, MINUTE)
        assert [await monitor.hasten(each.id, "two") for each in (globex, acme, acme)] == [0, 1, 0]
        assert [job.subject for job in await source.take(RENDERS, 2)] == ["two"]

    async def test_a_database_that_is_down_is_told(self, monitor_that_is_down: JobMonitor, acme: Workspace) -> None:
        with pytest.raises(ServiceUnavailableError):
            await monitor_that_is_down.figures()
        with pytest.raises(ServiceUnavailableError):
            await monitor_that_is_down.hasten(acme.id, "one")
