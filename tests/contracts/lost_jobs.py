"""The contract of `LostJobs`."""

from abc import abstractmethod
from datetime import timedelta

import pytest

from application.ports.job_queue import JobKind, NewJob
from application.ports.lost_jobs import LostJobs, LostWork
from application.ports.unit_of_work import UnitsOfWork
from application.webhook_events import job_of
from domain.batch import BatchStatus
from domain.render_request import RenderRequest
from domain.webhook_delivery import WebhookDelivery
from domain.workspace import Workspace
from tests.builders import NOW, a_batch, a_delivery, a_render_request, a_template, a_webhook
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

LATER = NOW + timedelta(hours=1)


async def waiting(units: UnitsOfWork, workspace: Workspace) -> tuple[RenderRequest, str, WebhookDelivery]:
    """Store a render, a batch and a message that wait, and have no jobs."""
    template = await stored(units, a_template(workspace_id=workspace.id))
    endpoint = a_webhook(workspace_id=workspace.id)
    render, batch, delivery = a_render_request(template), a_batch(template), a_delivery(endpoint)
    async with units.of_workspace(workspace.id) as unit:
        await unit.renders.add(render, b"{}")
        await unit.batches.add(batch)
        await unit.webhooks.add(endpoint)
        await unit.deliveries.add(delivery)
        await unit.commit()
    return render, batch.id, delivery


class LostJobsContract(UnitsOfWorkFixtures):
    """Promises of whoever compares rows and jobs."""

    @pytest.fixture
    @abstractmethod
    def lost(self, units: UnitsOfWork) -> LostJobs:
        """Give one for the same database."""

    async def test_what_waits_without_a_job_is_found(
        self, units: UnitsOfWork, lost: LostJobs, acme: Workspace, globex: Workspace
    ) -> None:
        render, batch_id, delivery = await waiting(units, acme)
        found = await lost.of(acme.id, before=LATER, limit=10)
        assert sorted(found, key=lambda each: each.kind) == [
            LostWork(JobKind.BATCH, batch_id),
            LostWork(JobKind.RENDER, render.id),
            LostWork(JobKind.WEBHOOK, delivery.id),
        ]
        assert len(await lost.of(acme.id, before=LATER, limit=2)) == 2
        assert await lost.of(globex.id, before=LATER, limit=10) == []
        assert await lost.of(acme.id, before=NOW, limit=10) == []

    async def test_what_has_a_job_or_an_end_is_not(self, units: UnitsOfWork, lost: LostJobs, acme: Workspace) -> None:
        render, batch_id, delivery = await waiting(units, acme)
        async with units.of_workspace(acme.id) as unit:
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, acme.id, render.id))
            await unit.jobs.enqueue(job_of(delivery))
            # Of another kind.
            await unit.jobs.enqueue(NewJob(JobKind.BATCH_ERASURE, acme.id, batch_id))
            await unit.commit()
        assert await lost.of(acme.id, before=LATER, limit=10) == [LostWork(JobKind.BATCH, batch_id)]
        async with units.of_workspace(acme.id) as unit:
            batch = await unit.batches.get(batch_id, for_change=True)
            await unit.batches.update(batch.end(BatchStatus.FAILED, at=LATER))
            await unit.commit()
        assert await lost.of(acme.id, before=LATER, limit=10) == []
