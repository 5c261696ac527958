"""A queue of jobs in memory."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from typing_extensions import override

from application.ports.idempotency_keys import AnsweredClaim, AnswerLog
from application.ports.job_monitor import JobMonitor, QueueFigures
from application.ports.job_queue import JobKind, JobQueue, NewJob
from application.ports.job_source import JobSource, TakenJob
from domain.errors import RequestInProgressError, ServiceUnavailableError
from domain.identifiers import JobId, WorkspaceId
from tests.fakes.database import Database, QueuedJob, View

_POLL = 0.02


class InMemoryJobQueue(JobQueue):
    """The queue as a part of a transaction."""

    def __init__(self, view: View) -> None:
        self._view = view

    @override
    async def enqueue(self, job: NewJob) -> None:
        await self._view.query()
        taken = TakenJob(self._view.next_job_id(), job.kind, job.workspace_id, job.subject, trace=job.trace)
        self._view.jobs.put(taken.id, QueuedJob(taken, due=_now()))


class InMemoryJobMonitor(JobMonitor):
    """Looks at what is in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def figures(self) -> list[QueueFigures]:
        await asyncio.sleep(0)
        _require_up(self._database)
        return [self._of(kind) for kind in sorted({each.job.kind for each in self._database.jobs.values()})]

    @override
    async def hasten(self, workspace_id: WorkspaceId, subject: str) -> int:
        await asyncio.sleep(0)
        _require_up(self._database)
        late = [
            each
            for each in self._database.jobs.values()
            if (each.job.workspace_id, each.job.subject) == (workspace_id, subject) and each.due > _now()
        ]
        for each in late:
            self._database.jobs[each.job.id] = replace(each, due=_now())
        return len(late)

    def _of(self, kind: JobKind) -> QueueFigures:
        jobs = [each for each in self._database.jobs.values() if each.job.kind is kind]
        queued = [each.due for each in jobs if each.heard_of is None]
        due = [_now() - each for each in queued if each <= _now()]
        return QueueFigures(kind, len(due), len(queued) - len(due), len(jobs) - len(queued), max(due, default=0.0))


class InMemoryAnswerLog(AnswerLog):
    """Answers as a part of a transaction."""

    def __init__(self, view: View) -> None:
        self._view = view

    @override
    async def keep(self, answered: AnsweredClaim) -> None:
        await self._view.query()
        if not self._view.holds_key(answered.claim):
            raise RequestInProgressError(answered.claim.key)
        self._view.answers.put((answered.claim.workspace_id, answered.claim.key), answered)


class InMemoryJobSource(JobSource):
    """The jobs of a worker, by the clock of the event loop."""

    def __init__(self, database: Database, *, heartbeat_timeout: timedelta = timedelta(seconds=5)) -> None:
        self._database = database
        self._heartbeat_timeout = heartbeat_timeout.total_seconds()

    @override
    async def take(self, kinds: Collection[JobKind], count: int) -> list[TakenJob]:
        await self._query()
        self._database.jobs_changed.clear()
        now = _now()
        due = [each for _, each in sorted(self._database.jobs.items()) if each.job.kind in kinds and self._free(each)]
        for each in due[:count]:
            self._database.jobs[each.job.id] = replace(each, heard_of=now)
        return [each.job for each in due[:count]]

    @override
    async def wait(self, kinds: Collection[JobKind]) -> None:
        await self._query()
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL):
                await self._database.jobs_changed.wait()

    @override
    async def keep(self, jobs: Collection[JobId]) -> None:
        await self._query()
        for job_id in jobs:
            if job_id in self._database.jobs:
                self._database.jobs[job_id] = replace(self._database.jobs[job_id], heard_of=_now())

    @override
    async def finish(self, jobs: Collection[TakenJob]) -> None:
        await self._query()
        for job in jobs:
            self._database.jobs.pop(job.id, None)

    @override
    async def hand_back(self, job: TakenJob, after: timedelta) -> None:
        await self._query()
        again = replace(job, handed_back=job.handed_back + 1)
        self._database.jobs[job.id] = QueuedJob(again, due=_now() + after.total_seconds())
        self._database.jobs_changed.set()

    @override
    async def take_turn(self, chore: str, every: timedelta) -> bool:
        await self._query()
        is_due = self._database.turns.get(chore, 0.0) <= _now()
        if is_due:
            self._database.turns[chore] = _now() + every.total_seconds()
        return is_due

    @override
    async def sweep(self) -> None:
        await self._query()

    def _free(self, each: QueuedJob) -> bool:
        if each.heard_of is None:
            return each.due <= _now()
        return each.heard_of < _now() - self._heartbeat_timeout

    async def _query(self) -> None:
        await asyncio.sleep(0)
        _require_up(self._database)


def _require_up(database: Database) -> None:
    if database.down:
        raise ServiceUnavailableError("database", "The database does not answer.")


def _now() -> float:
    return asyncio.get_running_loop().time()
