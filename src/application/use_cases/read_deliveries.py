"""What was delivered to a webhook; a test, and the same once more."""

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.delivery_repository import DeliveryFilter
from application.ports.unit_of_work import UnitsOfWork
from application.webhook_bodies import trial_data
from application.webhook_events import WebhookEvents, job_of
from domain.audit import AuditAction, AuditObject
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import DeliveryId, WebhookId
from domain.webhook import WebhookEvent
from domain.webhook_delivery import DeliveryStatus, WebhookDelivery


class ReadDeliveries:
    """The log of an endpoint: every message of the last 30 days with its attempts."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def search(
        self,
        caller: Caller,
        webhook_id: str,
        *,
        status: DeliveryStatus | None = None,
        event: WebhookEvent | None = None,
        limit: int,
        after: DeliveryId | None = None,
    ) -> list[WebhookDelivery]:
        """Return up to `limit` deliveries to an endpoint, newest first, behind `after`.

        Raises:
            NotFoundError: there is no such endpoint.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            endpoint = await unit.webhooks.get(webhook_id)
            criteria = DeliveryFilter(endpoint.id, status, event)
            return await unit.deliveries.search(criteria, limit=limit, after=after)


class TryWebhook:
    """A test is sent once, to a disabled endpoint as well, whatever it listens to; it never disables one."""

    def __init__(self, units_of_work: UnitsOfWork, events: WebhookEvents) -> None:
        self._units_of_work = units_of_work
        self._events = events

    async def __call__(self, caller: Caller, webhook_id: str) -> WebhookDelivery:
        """Have a test message sent, and return its delivery.

        Raises:
            NotFoundError: there is no such endpoint.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            endpoint = await unit.webhooks.get(webhook_id)
            event = WebhookEvent.WEBHOOK_TEST
            (delivery,) = await self._events.tell_to(unit, [endpoint], event, endpoint.id, trial_data(endpoint))
            await unit.audit.record(caller.entry(AuditAction.WEBHOOK_TESTED, AuditObject.WEBHOOK, endpoint.id))
            await unit.commit()
        return delivery


class ReplayDelivery:
    """A message is sent once more as it was, whatever became of it; one that waits for its next try is sent at once."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, caller: Caller, webhook_id: WebhookId | str, delivery_id: str) -> WebhookDelivery:
        """Have a message sent once more, and return its delivery.

        Raises:
            NotFoundError: there is no such endpoint, or delivery to it.
            ConflictError: the endpoint is disabled.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            endpoint = await unit.webhooks.get(webhook_id)
            delivery = await unit.deliveries.get(delivery_id, for_change=True)
            if delivery.webhook_id != endpoint.id:
                raise NotFoundError("delivery", delivery_id)
            if not endpoint.is_enabled and delivery.event is not WebhookEvent.WEBHOOK_TEST:
                raise ConflictError(
                    f"The webhook {endpoint.id} is disabled: enable it, then replay what it has missed."
                )
            again = delivery.replay(at=self._clock.now())
            await unit.deliveries.update(again)
            await unit.jobs.enqueue(job_of(again))
            entry = caller.entry(AuditAction.WEBHOOK_REPLAYED, AuditObject.WEBHOOK, endpoint.id, delivery.id)
            await unit.audit.record(entry)
            await unit.commit()
        return again
