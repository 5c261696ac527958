"""What waits without a job is given one, and what has one is left alone."""

from datetime import timedelta

import pytest

from application.ports.job_queue import JobKind
from application.use_cases.requeue_lost import RequeueLost
from domain.batch import BatchChunk, BatchStatus
from domain.identifiers import JobId
from domain.render_request import RenderStatus
from domain.workspace import DEFAULT_WORKSPACE
from tests.builders import NOW
from tests.contracts.lost_jobs import waiting
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

    def jobs(self) -> list[tuple[str, str]]:
        """Return what is in the queue."""
        return sorted((each.job.kind, each.job.subject) for each in self.units.database.jobs.values())


async def test_everything_gets_a_job_once(caplog: pytest.LogCaptureFixture) -> None:
    house = _House()
    [workspace] = house.units.database.workspaces.values()
    assert workspace.slug == DEFAULT_WORKSPACE
    render, batch_id, delivery = await waiting(house.units, workspace)
    for _ in range(2):
        await house.requeue()
    assert house.jobs() == [
        (JobKind.BATCH, batch_id),
        (JobKind.RENDER, render.id),
        (JobKind.WEBHOOK, f"{delivery.id} {delivery.run}"),
    ]
    assert [record.getMessage() for record in caplog.records if render.id in record.getMessage()] == [
        f"{render.id} had no job in the queue of kind render: it is there again."
    ]


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
    render, batch_id, _ = await waiting(house.units, workspace)
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
