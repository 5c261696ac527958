"""Give a job to what waits without one."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from application.ports.clock import Clock
from application.ports.job_queue import JobKind, NewJob
from application.ports.lost_jobs import LostJobs, LostWork
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.use_cases.create_batch import enqueue_lanes
from application.use_cases.keep_house import in_each
from application.webhook_events import job_of
from domain.batch import BatchStatus
from domain.errors import NotFoundError
from domain.identifiers import WorkspaceId
from domain.render_request import RenderStatus
from domain.webhook_delivery import DeliveryStatus

logger = logging.getLogger("docgen.worker")

_OLDER_THAN: Final = timedelta(minutes=10)


class RequeueLost:
    """What waits without a job, of whatever kind, goes into the queue again.

    Row and job are written together, so that there are none, unless somebody has changed the tables of the queue by
    hand or restored them apart: the log says of each that there was one.
    """

    def __init__(
        self, units_of_work: UnitsOfWork, workspaces: WorkspaceDirectory, lost: LostJobs, clock: Clock
    ) -> None:
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._lost = lost
        self._clock = clock

    async def __call__(self) -> None:
        """Give jobs to all that there are."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, count: int) -> int:
        before = self._clock.now() - _OLDER_THAN
        found = await self._lost.of(workspace_id, before=before, limit=count)
        for work in found:
            await self._requeue(workspace_id, work)
        return len(found)

    async def _requeue(self, workspace_id: WorkspaceId, work: LostWork) -> None:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            try:
                waits = await _REQUEUE[work.kind](unit, work.id)
            except NotFoundError:
                return
            await unit.commit()
        if waits:
            logger.warning("%s had no job in the queue of kind %s: it is there again.", work.id, work.kind)


async def _render(unit: UnitOfWork, render_id: str) -> bool:
    request = await unit.renders.get(render_id, for_change=True)
    if request.finished_at is not None:
        return False
    if request.status is RenderStatus.RENDERING:  # by a job that is gone; another one could not take it
        await unit.renders.update(request.hand_back())
    await unit.jobs.enqueue(NewJob(JobKind.RENDER, request.workspace_id, request.id))
    return True


async def _batch(unit: UnitOfWork, batch_id: str) -> bool:
    batch = await unit.batches.get(batch_id, for_change=True)
    if batch.status is not BatchStatus.RUNNING:
        return False
    # As somebody who pauses it and lets it go on: from its first row without an end, whoever had that in hand.
    resumed = batch.pause().resume()
    await unit.batches.remove_chunks(batch.id)
    await unit.batches.update(resumed)
    await enqueue_lanes(unit, resumed)
    return True


async def _delivery(unit: UnitOfWork, delivery_id: str) -> bool:
    delivery = await unit.deliveries.get(delivery_id, for_change=True)
    if delivery.status is not DeliveryStatus.PENDING:
        return False
    await unit.jobs.enqueue(job_of(delivery))
    return True


async def _batch_erasure(unit: UnitOfWork, batch_id: str) -> bool:
    batch = await unit.batches.get(batch_id)
    if batch.erased_at is None:
        return False
    await unit.jobs.enqueue(NewJob(JobKind.BATCH_ERASURE, batch.workspace_id, batch.id))
    return True


async def _slack_intent(unit: UnitOfWork, intent_id: str) -> bool:
    intent = await unit.slack_intents.get(intent_id, for_change=True)
    if intent.finished_at is not None:
        return False
    await unit.jobs.enqueue(NewJob(JobKind.SLACK, intent.workspace_id, intent.id))
    return True


async def _slack_delivery(unit: UnitOfWork, delivery_id: str) -> bool:
    delivery = await unit.slack_deliveries.get(delivery_id, for_change=True)
    if delivery.finished_at is not None:
        return False
    await unit.jobs.enqueue(NewJob(JobKind.SLACK_DELIVERY, delivery.workspace_id, delivery.id))
    return True


_REQUEUE: Final[dict[JobKind, Callable[[UnitOfWork, str], Awaitable[bool]]]] = {
    JobKind.RENDER: _render,
    JobKind.BATCH: _batch,
    JobKind.BATCH_ERASURE: _batch_erasure,
    JobKind.WEBHOOK: _delivery,
    JobKind.SLACK: _slack_intent,
    JobKind.SLACK_DELIVERY: _slack_delivery,
}
