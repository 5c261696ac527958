"""Work without jobs, in memory."""

from datetime import datetime

from typing_extensions import override

from application.ports.job_queue import JobKind
from application.ports.lost_jobs import LostJobs, LostWork
from domain.batch import BatchStatus
from domain.identifiers import WorkspaceId
from domain.render_request import RenderStatus
from domain.webhook_delivery import DeliveryStatus
from tests.fakes.database import Database, View


class InMemoryLostJobs(LostJobs):
    """Compares the committed rows with the jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def of(self, workspace_id: WorkspaceId, *, before: datetime, limit: int) -> list[LostWork]:
        await View(self._database).query()
        jobs = {(each.job.kind, each.job.subject.partition(" ")[0]) for each in self._database.jobs.values()}
        waiting: list[tuple[JobKind, str, WorkspaceId, datetime]] = []
        for render in self._database.renders.values():
            if render.status in (RenderStatus.QUEUED, RenderStatus.RENDERING):
                since = render.queued_at or render.created_at
                waiting.append((JobKind.RENDER, render.id, render.workspace_id, since))
        waiting.extend(
            (JobKind.BATCH, batch.id, batch.workspace_id, batch.created_at)
            for batch in self._database.batches.values()
            if batch.status is BatchStatus.RUNNING
        )
        waiting.extend(
            (JobKind.WEBHOOK, delivery.id, delivery.workspace_id, delivery.since)
            for delivery in self._database.deliveries.values()
            if delivery.status is DeliveryStatus.PENDING
        )
        return [
            LostWork(kind, found)
            for kind, found, owner, since in waiting
            if owner == workspace_id and since < before and (kind, found) not in jobs
        ][:limit]
