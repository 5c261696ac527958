"""Work without jobs, in memory."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

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
        return [
            LostWork(kind, found)
            for kind, found, owner, since in chain(self._waiting(), self._waiting_in_slack())
            if owner == workspace_id and since < before and (kind, found) not in jobs
        ][:limit]

    def _waiting(self) -> Iterator[tuple[JobKind, str, WorkspaceId, datetime]]:
        database = self._database
        for render in database.renders.values():
            if render.status in (RenderStatus.QUEUED, RenderStatus.RENDERING):
                yield JobKind.RENDER, render.id, render.workspace_id, render.queued_at or render.created_at
        with_rows = {(workspace_id, batch_id) for workspace_id, batch_id, _ in database.items}
        for key, batch in database.batches.items():
            if batch.status is BatchStatus.RUNNING:
                yield JobKind.BATCH, batch.id, batch.workspace_id, batch.created_at
            if batch.erased_at is not None and key in with_rows:
                yield JobKind.BATCH_ERASURE, batch.id, batch.workspace_id, batch.erased_at
        for delivery in database.deliveries.values():
            if delivery.status is DeliveryStatus.PENDING:
                yield JobKind.WEBHOOK, delivery.id, delivery.workspace_id, delivery.since

    def _waiting_in_slack(self) -> Iterator[tuple[JobKind, str, WorkspaceId, datetime]]:
        database = self._database
        for intent in database.slack_intents.values():
            if intent.finished_at is None:
                yield JobKind.SLACK, intent.id, intent.workspace_id, intent.received_at
        for told in database.slack_deliveries.values():
            of = database.renders.get((told.workspace_id, told.render_id))
            if told.finished_at is None and of is not None and of.finished_at is not None:
                yield JobKind.SLACK_DELIVERY, told.id, told.workspace_id, of.finished_at
