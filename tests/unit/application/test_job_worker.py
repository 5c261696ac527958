"""The worker's loop: how much it does at a time, what it does when it is to stop, and when things fail."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from typing_extensions import override

from application.job_worker import Chore, JobWorker, Outcome, Settled, TryAgain, backoff
from application.ports.job_observer import JobEnd, JobObserver
from application.ports.job_queue import JobKind, NewJob
from application.ports.job_source import TakenJob
from domain.errors import ServiceUnavailableError
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.contracts.jobs import RENDERS
from tests.fakes.jobs import InMemoryJobSource
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.waiting import until


class Workshop:
    """A handler that notes what it does, and goes on when it is let."""

    def __init__(self, source: InMemoryJobSource) -> None:
        self.source = source
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.outcomes: dict[str, list[Outcome | Exception]] = {}

    async def __call__(self, job: TakenJob) -> Outcome:
        """Do a job."""
        self.begun.append(job.subject)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go_on.wait()
        finally:
            self.at_once -= 1
        self.ended.append(job.subject)
        outcomes = self.outcomes.get(job.subject)
        outcome = outcomes.pop(0) if outcomes else Settled.DONE
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def units() -> InMemoryUnitsOfWork:
    return InMemoryUnitsOfWork()


@pytest.fixture
def workshop(units: InMemoryUnitsOfWork) -> Workshop:
    return Workshop(InMemoryJobSource(units.database))


async def put(units: InMemoryUnitsOfWork, *subjects: str) -> None:
    async with units.of_workspace(DEFAULT_WORKSPACE_ID) as unit:
        for subject in subjects:
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, DEFAULT_WORKSPACE_ID, subject))
        await unit.commit()


@asynccontextmanager
async def working(
    workshop: Workshop, concurrency: int = 2, grace_seconds: float = 60.0, observer: JobObserver | None = None
) -> AsyncIterator[tuple[JobWorker, "asyncio.Task[None]"]]:
    """Let a worker work for as long as the block lasts."""
    handlers = {JobKind.RENDER: workshop}
    worker = JobWorker(
        workshop.source, handlers, concurrency=concurrency, grace_seconds=grace_seconds, observer=observer
    )
    run = asyncio.create_task(worker.run())
    try:
        yield worker, run
    finally:
        worker.stop()
        await run


async def test_so_many_jobs_run_at_a_time_and_all_of_them_in_the_end(
    units: InMemoryUnitsOfWork, workshop: Workshop
) -> None:
    subjects = [str(number) for number in range(9)]
    await put(units, *subjects)
    async with working(workshop, concurrency=3):
        await until(lambda: len(workshop.begun) == 3)
        assert workshop.begun == subjects[:3]
        workshop.go_on.set()
        await until(lambda: not units.database.jobs)
    assert sorted(workshop.ended) == subjects
    assert workshop.most_at_once == 3


async def test_jobs_that_come_later_are_heard_of(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    workshop.go_on.set()
    async with working(workshop):
        await put(units, "one")
        await until(lambda: workshop.ended == ["one"])


async def test_who_stops_finishes_and_takes_nothing_else(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    await put(units, "one", "two", "three")
    async with working(workshop) as (worker, run):
        await until(lambda: len(workshop.begun) == 2)
        worker.stop()
        workshop.go_on.set()
        await run
    assert workshop.ended == ["one", "two"]
    assert [each.job.subject for each in units.database.jobs.values()] == ["three"]


async def test_what_does_not_finish_in_time_is_handed_back(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    await put(units, "slow")
    async with working(workshop, grace_seconds=0) as (worker, run):
        await until(lambda: workshop.begun == ["slow"])
        worker.stop()
        await run
    again = await workshop.source.take(RENDERS, 1)
    assert [(job.subject, job.handed_back) for job in again] == [("slow", 1)]


async def test_who_is_to_hurry_hands_back_what_had_time_to_finish(
    units: InMemoryUnitsOfWork, workshop: Workshop
) -> None:
    await put(units, "slow")
    async with working(workshop, grace_seconds=3_600) as (worker, run):
        await until(lambda: workshop.begun == ["slow"])
        worker.stop()
        worker.hurry()
        await run
    again = await workshop.source.take(RENDERS, 1)
    assert [(job.subject, job.handed_back) for job in again] == [("slow", 1)]


async def test_what_has_to_wait_comes_again_then(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    await put(units, "one")
    workshop.go_on.set()
    workshop.outcomes["one"] = [TryAgain(timedelta(0)), TryAgain(timedelta(seconds=0.01))]
    async with working(workshop):
        await until(lambda: not units.database.jobs)
    assert workshop.ended == ["one"] * 3


async def test_what_is_elsewhere_is_left_as_it_is(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    await put(units, "one")
    workshop.go_on.set()
    workshop.outcomes["one"] = [Settled.ELSEWHERE]
    async with working(workshop):
        await until(lambda: workshop.ended == ["one"])
    assert [each.job.subject for each in units.database.jobs.values()] == ["one"]


@pytest.mark.parametrize("failure", [ServiceUnavailableError("database", "Away."), ZeroDivisionError()])
async def test_a_job_that_fails_waits_and_takes_no_other_along(
    units: InMemoryUnitsOfWork, workshop: Workshop, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await put(units, "bad", "good")
    workshop.go_on.set()
    workshop.outcomes["bad"] = [failure]
    async with working(workshop):
        await until(lambda: len(units.database.jobs) == 1 and not workshop.at_once)
        await until(lambda: next(iter(units.database.jobs.values())).job.handed_back == 1)
    assert workshop.ended == ["bad", "good"]
    assert "bad" in caplog.text


async def test_a_database_that_is_away_is_waited_for(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    await put(units, "one", "two")
    async with working(workshop, concurrency=1):
        await until(lambda: workshop.begun == ["one"])
        units.database.down = True
        workshop.go_on.set()
        await until(lambda: workshop.ended == ["one"])
        for _ in range(20):  # it tries to take, and to finish
            await asyncio.sleep(0.01)
        units.database.down = False
        await until(lambda: not units.database.jobs)
    assert workshop.ended == ["one", "two"]


async def test_a_chore_that_takes_long_keeps_no_other_waiting(units: InMemoryUnitsOfWork) -> None:
    done = asyncio.Event()

    async def takes_long() -> None:
        await asyncio.Event().wait()

    async def is_quick() -> None:
        done.set()

    chores = [Chore("long", timedelta(hours=1), takes_long), Chore("quick", timedelta(hours=1), is_quick)]
    worker = JobWorker(InMemoryJobSource(units.database), {}, concurrency=1, grace_seconds=0, chores=chores)
    running = asyncio.create_task(worker.run())
    await done.wait()
    worker.stop()
    await running


async def test_chores_are_done_by_one_worker_of_all_and_what_fails_takes_no_other_along(
    units: InMemoryUnitsOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def chore(name: str, *, fails: bool = False) -> Chore:
        async def do() -> None:
            done.append(name)
            if fails:
                raise ServiceUnavailableError("storage", "Away.")

        return Chore(name, timedelta(hours=1), do)

    chores = [chore("dust", fails=True), chore("wash")]
    workers = [
        JobWorker(InMemoryJobSource(units.database), {}, concurrency=1, grace_seconds=0, chores=chores)
        for _ in range(2)
    ]
    runs = [asyncio.create_task(worker.run()) for worker in workers]
    await until(lambda: len(done) == 2)
    for worker in workers:
        worker.stop()
    await asyncio.gather(*runs)
    assert sorted(done) == ["dust", "wash"]
    assert "do the chore dust" in caplog.text


class _StrangeSource(InMemoryJobSource):
    """Fails once in a way that is no error of DocGen's."""

    failed = False

    @override
    async def take(self, kinds: object, count: int) -> list[TakenJob]:
        if not self.failed:
            self.failed = True
            raise KeyError(kinds)
        return await super().take(RENDERS, count)


async def test_nothing_that_goes_wrong_ends_the_worker(
    units: InMemoryUnitsOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    workshop = Workshop(_StrangeSource(units.database))
    workshop.go_on.set()
    await put(units, "one")
    async with working(workshop):
        await until(lambda: not units.database.jobs)
    assert "could not take jobs" in caplog.text


class _ForgetfulSource(InMemoryJobSource):
    """Cannot take jobs out of the queue for a while."""

    left = 3

    @override
    async def finish(self, jobs: Collection[TakenJob]) -> None:
        if self.left:
            self.left -= 1
            raise ServiceUnavailableError("database", "It is away.")
        await super().finish(jobs)


async def test_what_is_tried_again_and_again_is_said_once(
    units: InMemoryUnitsOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    workshop = Workshop(_ForgetfulSource(units.database))
    workshop.go_on.set()
    await put(units, "one")
    async with working(workshop):
        await until(lambda: not units.database.jobs)
    assert [each for each in caplog.messages if "out of the queue" in each] == [
        "The worker could not take finished jobs out of the queue, and tries again and again: It is away.",
        "The worker can take finished jobs out of the queue again.",
    ]


class _Notes(JobObserver):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.jobs: list[JobEnd] = []
        self.chores: list[tuple[str, bool]] = []

    @override
    def job_ended(self, kind: JobKind, end: JobEnd, seconds: float) -> None:
        assert seconds >= 0
        self.jobs.append(end)

    @override
    def chore_ended(self, chore: str, *, is_done: bool, seconds: float) -> None:
        self.chores.append((chore, is_done))


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (Settled.DONE, JobEnd.DONE),
        (Settled.FAILED, JobEnd.FAILED),
        (Settled.ELSEWHERE, JobEnd.ELSEWHERE),
        (TryAgain(timedelta(hours=1)), JobEnd.PUT_OFF),
        (KeyError("nobody foresaw this"), JobEnd.PUT_OFF),
    ],
)
async def test_who_looks_on_hears_what_came_of_a_job(
    units: InMemoryUnitsOfWork, workshop: Workshop, outcome: Outcome | Exception, end: JobEnd
) -> None:
    notes = _Notes()
    workshop.outcomes["one"] = [outcome]
    workshop.go_on.set()
    await put(units, "one")
    async with working(workshop, observer=notes):
        await until(lambda: bool(notes.jobs))
    assert notes.jobs == [end]
    assert ("queue-log", True) in notes.chores
    # What failed is over, as what was done is.
    assert bool(units.database.jobs) == (end in (JobEnd.ELSEWHERE, JobEnd.PUT_OFF))


async def test_who_looks_on_hears_of_a_job_that_is_handed_back(units: InMemoryUnitsOfWork, workshop: Workshop) -> None:
    notes = _Notes()
    await put(units, "one")
    async with working(workshop, grace_seconds=0, observer=notes):
        await until(lambda: workshop.begun == ["one"])
    assert notes.jobs == [JobEnd.HANDED_BACK]


def test_a_job_waits_ever_longer_up_to_five_minutes() -> None:
    assert [backoff(count).total_seconds() for count in (0, 1, 2, 8, 9, 10_000)] == [1, 2, 4, 256, 300, 300]
