"""The contract of `LostJobs`."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from application.ports.job_queue import JobKind, NewJob
from application.ports.lost_jobs import LostJobs, LostWork
from application.ports.unit_of_work import UnitsOfWork
from application.webhook_events import job_of
from domain.batch import Batch, BatchStatus
from domain.render_request import RenderFailure, RenderRequest, Timings
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.slack_intent import SlackIntent
from domain.webhook_delivery import DeliveryStatus, WebhookDelivery
from domain.workspace import Workspace
from tests.builders import (
    NOW,
    a_batch,
    a_batch_item,
    a_delivery,
    a_render_request,
    a_slack_delivery,
    a_slack_intent,
    a_template,
    a_webhook,
)
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

LATER: Final = NOW + timedelta(hours=1)
_FAILURE: Final = RenderFailure("render-failed", "It could not be made.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of each that waits."""

    render: RenderRequest
    batch: Batch
    erased: Batch
    delivery: WebhookDelivery
    intent: SlackIntent
    told: SlackDelivery

    def lost(self) -> list[LostWork]:
        """Return them as they are found, by their kind."""
        return [
            LostWork(JobKind.BATCH, self.batch.id),
            LostWork(JobKind.BATCH_ERASURE, self.erased.id),
            LostWork(JobKind.RENDER, self.render.id),
            LostWork(JobKind.SLACK, self.intent.id),
            LostWork(JobKind.SLACK_DELIVERY, self.told.id),
            LostWork(JobKind.WEBHOOK, self.delivery.id),
        ]

    def jobs(self) -> list[NewJob]:
        """Return the jobs that bring them to their ends, by their kind."""
        subjects = {JobKind.WEBHOOK: job_of(self.delivery).subject}
        workspace_id = self.render.workspace_id
        return [NewJob(each.kind, workspace_id, subjects.get(each.kind, each.id)) for each in self.lost()]


async def waiting(units: UnitsOfWork, workspace: Workspace) -> Waiting:
    """Store one of each that waits, and has no job; and what waits for nothing but the end of a render."""
    template = await stored(units, a_template(workspace_id=workspace.id))
    endpoint = a_webhook(workspace_id=workspace.id)
    failed = a_render_request(template).start().fail(_FAILURE, (), Timings(), at=NOW)
    ended = a_batch(template).end(BatchStatus.CANCELLED, at=NOW)
    there = Waiting(
        a_render_request(template),
        a_batch(template),
        ended.erase(at=NOW),
        a_delivery(endpoint),
        a_slack_intent(workspace_id=workspace.id),
        a_slack_delivery(workspace_id=workspace.id, render_id=failed.id),
    )
    async with units.of_workspace(workspace.id) as unit:
        for request in (there.render, failed):
            await unit.renders.add(request, b"{}")
        for batch in (there.batch, ended):
            await unit.batches.add(batch)
        await unit.batches.add_items(ended.id, [a_batch_item()])
        await unit.batches.update(there.erased)
        await unit.webhooks.add(endpoint)
        await unit.deliveries.add(there.delivery)
        await unit.slack_intents.take(there.intent)
        for told in (there.told, a_slack_delivery(workspace_id=workspace.id, render_id=there.render.id)):
            await unit.slack_deliveries.add(told)
        await unit.commit()
    return there


async def end_all(units: UnitsOfWork, there: Waiting) -> None:
    """Bring each of them to its end."""
    async with units.of_workspace(there.render.workspace_id) as unit:
        await unit.renders.update(there.render.cancel(at=LATER))
        batch = await unit.batches.get(there.batch.id, for_change=True)
        await unit.batches.update(batch.end(BatchStatus.FAILED, at=LATER))
        await unit.batches.remove_items(there.erased.id)
        delivery = await unit.deliveries.get(there.delivery.id, for_change=True)
        await unit.deliveries.update(replace(delivery, status=DeliveryStatus.FAILED, finished_at=LATER))
        await unit.slack_intents.update(there.intent.finish(LATER))
        for told in await unit.slack_deliveries.of_user(there.told.origin.place, there.told.origin.user_id, limit=9):
            await unit.slack_deliveries.update(told.end(SlackOutcome.FAILED, at=LATER))
        await unit.commit()


class LostJobsContract(UnitsOfWorkFixtures):
    """Promises of whoever compares rows and jobs."""

    @pytest.fixture
    @abstractmethod
    def lost(self, units: UnitsOfWork) -> LostJobs:
        """Give one for the same database."""

    async def test_what_waits_without_a_job_is_found(
        self, units: UnitsOfWork, lost: LostJobs, acme: Workspace, globex: Workspace
    ) -> None:
        there = await waiting(units, acme)
        assert {each.kind for each in there.lost()} == {*JobKind}
        found = await lost.of(acme.id, before=LATER, limit=10)
        assert sorted(found, key=lambda each: each.kind) == there.lost()
        assert len(await lost.of(acme.id, before=LATER, limit=2)) == 2
        assert await lost.of(globex.id, before=LATER, limit=10) == []
        assert await lost.of(acme.id, before=NOW, limit=10) == []

    async def test_what_has_a_job_is_not(self, units: UnitsOfWork, lost: LostJobs, acme: Workspace) -> None:
        there = await waiting(units, acme)
        async with units.of_workspace(acme.id) as unit:
            # The first has one of another kind alone.
            await unit.jobs.enqueue(NewJob(JobKind.BATCH_ERASURE, acme.id, there.batch.id))
            for job in there.jobs()[1:]:
                await unit.jobs.enqueue(job)
            await unit.commit()
        assert await lost.of(acme.id, before=LATER, limit=10) == there.lost()[:1]

    async def test_what_has_its_end_is_not(self, units: UnitsOfWork, lost: LostJobs, acme: Workspace) -> None:
        there = await waiting(units, acme)
        await end_all(units, there)
        assert await lost.of(acme.id, before=LATER + timedelta(hours=1), limit=10) == []
