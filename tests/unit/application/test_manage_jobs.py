"""Looking after the queue: what is tried again, and what is given up."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from application.ports.job_queue import JobKind, NewJob
from application.use_cases.change_batch import ChangeBatch
from application.use_cases.change_render import CancelRender, RetryRender
from application.use_cases.manage_jobs import ManageJobs
from application.use_cases.read_deliveries import ReplayDelivery
from domain.errors import ConflictError, InvalidRequestError, NotFoundError
from domain.render_request import RenderStatus
from domain.webhook_delivery import DeliveryStatus
from tests.builders import a_delivery, a_slack_delivery, a_webhook
from tests.fakes.jobs import InMemoryJobMonitor, InMemoryJobSource
from tests.unit.application.conftest import World
from tests.unit.application.test_queued_renders import now, queued


@dataclass
class Operator:
    """Who looks after a world."""

    world: World

    def __post_init__(self) -> None:
        world = self.world
        self.jobs = ManageJobs(
            world.units,
            InMemoryJobMonitor(world.units.database),
            world.clock,
            RetryRender(world.units, world.clock),
            CancelRender(world.units, world.clock),
            ChangeBatch(world.units, world.clock),
            ReplayDelivery(world.units, world.clock),
        )

    async def retry(self, reference: str) -> str:
        """Have something tried again."""
        return await self.jobs.retry(self.world.caller, reference)

    async def discard(self, reference: str) -> str:
        """Give something up."""
        return await self.jobs.discard(self.world.caller, reference)


@pytest.fixture
def operator(world: World) -> Operator:
    return Operator(world)


async def test_every_kind_of_jobs_is_shown_also_where_there_are_none(operator: Operator) -> None:
    await queued(operator.world)
    shown = await operator.jobs.status()
    assert [each.kind for each in shown] == list(JobKind)
    assert [each.waiting for each in shown] == [1, *[0] * (len(JobKind) - 1)]


async def test_a_render_that_was_put_off_is_due_now_and_one_that_was_cancelled_is_queued_again(
    operator: Operator,
) -> None:
    request, job = await queued(operator.world)
    source = InMemoryJobSource(operator.world.units.database)
    await source.hand_back(job, timedelta(minutes=5))
    assert await operator.retry(request.id) == "is due now"
    assert len(await source.take([JobKind.RENDER], 5)) == 1
    assert await operator.discard(request.id) == "was cancelled"
    assert (await now(operator.world, request)).status is RenderStatus.CANCELLED
    with pytest.raises(ConflictError):
        await operator.discard(request.id)
    assert await operator.retry(request.id) == "is in the queue again"
    assert (await now(operator.world, request)).status is RenderStatus.QUEUED
    with pytest.raises(ConflictError):  # it waits already, and for nothing but a worker
        await operator.retry(request.id)


async def test_a_message_is_given_up_and_sent_again(operator: Operator) -> None:
    await operator.world.registered()
    webhook = a_webhook(workspace_id=operator.world.caller.workspace_id)
    delivery = a_delivery(webhook)
    async with operator.world.units.of_workspace(webhook.workspace_id) as unit:
        await unit.webhooks.add(webhook)
        await unit.deliveries.add(delivery)
        await unit.commit()
    assert await operator.discard(delivery.id) == "is not sent any more"
    with pytest.raises(ConflictError, match="has failed already"):
        await operator.discard(delivery.id)
    assert await operator.retry(delivery.id) == "is sent again"
    async with operator.world.units.of_workspace(webhook.workspace_id) as unit:
        assert (await unit.deliveries.get(delivery.id)).status is DeliveryStatus.PENDING


async def test_a_document_for_slack_is_given_up_and_handed_over_at_once(operator: Operator) -> None:
    world = operator.world
    delivery = a_slack_delivery()
    async with world.units.of_workspace(delivery.workspace_id) as unit:
        await unit.slack_deliveries.add(delivery)
        await unit.jobs.enqueue(NewJob(JobKind.SLACK_DELIVERY, delivery.workspace_id, delivery.id))
        await unit.commit()
    source = InMemoryJobSource(world.units.database)
    (job,) = await source.take([JobKind.SLACK_DELIVERY], 1)
    with pytest.raises(ConflictError, match="does not wait"):
        await operator.retry(delivery.id)
    await source.hand_back(job, timedelta(hours=1))
    assert await operator.retry(delivery.id) == "is due now"
    assert await operator.discard(delivery.id) == "is not handed over any more"
    for again in (operator.discard, operator.retry):
        with pytest.raises(ConflictError, match="has ended: given-up"):
            await again(delivery.id)


@pytest.mark.parametrize("prefix", ["rnd", "bat", "dlv", "slm"])
async def test_what_is_not_there_is_said(operator: Operator, prefix: str) -> None:
    for action in (operator.retry, operator.discard):
        with pytest.raises(NotFoundError):
            await action(f"{prefix}_{'0' * 32}")
        with pytest.raises(InvalidRequestError, match="rnd_…, bat_…, dlv_…"):
            await action("tpl_1")
