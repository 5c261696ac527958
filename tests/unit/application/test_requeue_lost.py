"""What waits without a job is given one, and what has one is left alone."""

from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from application.ports.job_queue import JobKind, NewJob
from application.ports.lost_jobs import LostJobs, LostWork
from application.use_cases.requeue_lost import RequeueLost
from domain.batch import BatchChunk, BatchStatus
from domain.identifiers import JobId, WorkspaceId
from domain.render_request import RenderStatus
from domain.workspace import DEFAULT_WORKSPACE
from tests.builders import NOW
from tests.contracts.lost_jobs import end_all, waiting
from tests.fakes.clock import FixedClock
from tests.fakes.lost_jobs import InMemoryLostJobs
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory


class _House:
    def __init__(self) -> None:
        self.units = InMemoryUnitsOfWork()
        database = self.units.database
        self.clock = FixedClock(NOW + timedelta(hours=1))
        self.requeue = RequeueLost(
            self.units, InMemoryWorkspaceDirectory(database), InMemoryLostJobs(database), self.clock
        )

    def jobs(self) -> list[NewJob]:
        """Return what is in the queue, by its kind."""
        jobs = [each.job for each in self.units.database.jobs.values()]
        queued = [NewJob(each.kind, each.workspace_id, each.subject) for each in jobs]
        return sorted(queued, key=lambda each: each.kind)


async def test_everything_gets_a_job_once(caplog: pytest.LogCaptureFixture) -> None:
    house = _House()
    [workspace] = house.units.database.workspaces.values()
    assert workspace.slug == DEFAULT_WORKSPACE
    there = await waiting(house.units, workspace)
    for _ in range(2):
        await house.requeue()
    assert house.jobs() == there.jobs()
    assert sorted(record.getMessage() for record in caplog.records if record.name == "docgen.worker") == sorted(
        f"{each.id} had no job in the queue of kind {each.kind}: it is there again." for each in there.lost()
    )


class _Belated(LostJobs):
    """Tells of what has had its end since it looked."""

    def __init__(self, found: list[LostWork]) -> None:
        self._found = found

    @override
    async def of(self, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> list[LostWork]:
        found, self._found = self._found, []
        return found


async def test_what_ends_meanwhile_gets_no_job(caplog: pytest.LogCaptureFixture) -> None:
    house = _House()
    [workspace] = house.units.database.workspaces.values()
    there = await waiting(house.units, workspace)
    await end_all(house.units, there)
    gone = [LostWork(kind, "nothing_like_that") for kind in JobKind]
    # Whether an erased batch still has rows is seen by whoever erases them.
    ended = [each for each in there.lost() if each.kind is not JobKind.BATCH_ERASURE]
    lost = _Belated([*gone, *ended, LostWork(JobKind.BATCH_ERASURE, there.batch.id)])
    await RequeueLost(house.units, InMemoryWorkspaceDirectory(house.units.database), lost, house.clock)()
    assert house.jobs() == []
    assert caplog.records == []


async def test_what_is_young_may_be_about_to_end() -> None:
    house = _House()
    [workspace] = house.units.database.workspaces.values()
    await waiting(house.units, workspace)
    house.clock.advance(timedelta(minutes=-55))
    await house.requeue()
    assert house.jobs() == []


async def test_what_a_job_has_begun_that_is_gone_can_be_begun_by_another_one() -> None:
    house = _House()
    [workspace] = house.units.database.workspaces.values()
    there = await waiting(house.units, workspace)
    render, batch_id = there.render, there.batch.id
    async with house.units.of_workspace(workspace.id) as unit:
        await unit.renders.update(render.start_by(JobId(77), at=NOW))
        batch = await unit.batches.get(batch_id, for_change=True)
        await unit.batches.update(batch.hand_out(3, at=NOW))
        await unit.batches.put_chunk(batch.id, BatchChunk(JobId(78), 1, 2))
        await unit.commit()
    await house.requeue()
    async with house.units.of_workspace(workspace.id) as unit:
        assert (await unit.renders.get(render.id)).status is RenderStatus.QUEUED
        batch = await unit.batches.get(batch_id)
        assert (batch.status, batch.next_number) == (BatchStatus.RUNNING, 1)
        assert await unit.batches.chunk_of(batch.id, JobId(78)) is None
