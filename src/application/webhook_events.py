"""What happens becomes messages for those who listen, in the transaction in which it happens."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final

from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.job_queue import JobKind, NewJob
from application.ports.template_changes import TemplateChanges
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.until_changed import UntilChanged
from application.webhook_bodies import Json, batch_data, body_of, render_data
from domain.batch import Batch, BatchStatus
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import (
    DELIVERY_PREFIX,
    EVENT_PREFIX,
    SLACK_DELIVERY_PREFIX,
    DeliveryId,
    EventId,
    WebhookId,
    WorkspaceId,
    is_id,
)
from domain.render_request import RenderRequest, RenderStatus
from domain.webhook import WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import WebhookDelivery

_BATCH_EVENTS: Final = {
    BatchStatus.SUCCEEDED: WebhookEvent.BATCH_COMPLETED,
    BatchStatus.FAILED: WebhookEvent.BATCH_FAILED,
}


def job_of(delivery: WebhookDelivery) -> NewJob:
    """Return the job of a delivery's present run; that of an earlier run is not carried out any more."""
    return NewJob(JobKind.WEBHOOK, delivery.workspace_id, f"{delivery.id} {delivery.run}")


async def tell_slack(unit: UnitOfWork, request: RenderRequest) -> None:
    """Have what became of a render told in Slack, if it was asked for there; also that it was called off."""
    for told_id in request.deliver_to:
        if is_id(told_id, SLACK_DELIVERY_PREFIX):
            await unit.jobs.enqueue(NewJob(JobKind.SLACK_DELIVERY, request.workspace_id, told_id))


class WebhookEvents:
    """Writes deliveries and their jobs into the caller's transaction: they are there when that is committed.

    Whether anybody listens is remembered for as long as nobody changes an endpoint, so that a render costs no query
    where nobody does.
    """

    def __init__(self, units_of_work: UnitsOfWork, changes: TemplateChanges, clock: Clock, ids: IdGenerator) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._ids = ids
        self._heard: UntilChanged[WebhookEvent, bool] = UntilChanged(changes, clock)

    async def is_heard(self, workspace_id: WorkspaceId, event: WebhookEvent) -> bool:
        """Tell whether any endpoint of a workspace hears an event; an answer may be a second old."""

        async def read() -> bool:
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                return bool(await unit.webhooks.hearing(event))

        return await self._heard.get(workspace_id, event, read)

    async def is_told(self, request: RenderRequest) -> bool:
        """Tell whether the end of a render is to be written down for anybody; an answer may be a second old."""
        event = event_of(request)
        if event is None:
            return False
        return bool(request.deliver_to) or await self.is_heard(request.workspace_id, event)

    async def named(self, workspace_id: WorkspaceId, webhook_ids: Collection[str]) -> tuple[WebhookId, ...]:
        """Return the webhooks that a render names to be told of its end.

        Raises:
            NotFoundError: there is no such webhook.
            ConflictError: one is disabled.
        """
        if not webhook_ids:
            return ()
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            named = [await unit.webhooks.get(webhook_id) for webhook_id in dict.fromkeys(webhook_ids)]
        for endpoint in named:
            if not endpoint.is_enabled:
                raise ConflictError(f"The webhook {endpoint.id} is disabled: enable it, or leave it out of 'deliver'.")
        return tuple(endpoint.id for endpoint in named)

    async def tell(self, unit: UnitOfWork, event: WebhookEvent, subject: str, data: Json) -> None:
        """Write an event down for every endpoint that hears it."""
        await self.tell_to(unit, await unit.webhooks.hearing(event), event, subject, data)

    async def tell_of_end(self, unit: UnitOfWork, request: RenderRequest) -> None:
        """Write down that a render has succeeded or failed, for those who listen and those whom it names."""
        await tell_slack(unit, request)
        event = event_of(request)
        if event is None:
            return
        told = {endpoint.id: endpoint for endpoint in await unit.webhooks.hearing(event)}
        for webhook_id in request.deliver_to:
            with suppress(NotFoundError):  # it was deleted since, or is none
                endpoint = await unit.webhooks.get(webhook_id)
                told[endpoint.id] = endpoint
        enabled = [endpoint for endpoint in told.values() if endpoint.is_enabled]
        await self.tell_to(unit, enabled, event, request.id, render_data(request))

    async def tell_of_end_of_batch(self, unit: UnitOfWork, batch: Batch) -> None:
        """Write down that a batch has succeeded or failed; nothing is said of the documents of its rows one by one."""
        event = _BATCH_EVENTS.get(batch.status)
        if event is not None:
            await self.tell(unit, event, batch.id, batch_data(batch, self._clock.now()))

    async def tell_to(
        self, unit: UnitOfWork, endpoints: Iterable[WebhookEndpoint], event: WebhookEvent, subject: str, data: Json
    ) -> list[WebhookDelivery]:
        """Write an event down for these endpoints: the same message, with the same identifier, for all of them."""
        now = self._clock.now()
        event_id, body = EventId(self._ids.new_id(EVENT_PREFIX)), body_of(event, now, data)
        deliveries = [
            WebhookDelivery(
                id=DeliveryId(self._ids.new_id(DELIVERY_PREFIX)),
                workspace_id=endpoint.workspace_id,
                webhook_id=endpoint.id,
                event_id=event_id,
                event=event,
                subject=subject,
                body=body,
                created_at=now,
                since=now,
                next_attempt_at=now,
            )
            for endpoint in endpoints
        ]
        for delivery in deliveries:
            await unit.deliveries.add(delivery)
            await unit.jobs.enqueue(job_of(delivery))
        return deliveries


def event_of(request: RenderRequest) -> WebhookEvent | None:
    """Return what the end of a render is to webhooks; None where it has not ended, or was called off."""
    if request.status is RenderStatus.SUCCEEDED:
        return WebhookEvent.RENDER_SUCCEEDED
    return WebhookEvent.RENDER_FAILED if request.status is RenderStatus.FAILED else None
