"""Hand a message over to a webhook, and try again until it is taken or given up."""

import logging
from collections import Counter
from datetime import timedelta
from typing import Final

from application.job_worker import Outcome, Settled, TryAgain
from application.ports.clock import Clock
from application.ports.job_source import TakenJob
from application.ports.random_source import RandomSource
from application.ports.secret_box import SealBrokenError, SecretBox
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.webhook_sender import WebhookSender
from domain.audit import AuditAction, AuditEntry, AuditObject
from domain.errors import NotFoundError
from domain.identifiers import WebhookId
from domain.retry_after import parse_retry_after
from domain.webhook import WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import TRIED_FOR, DeliveryAttempt, DeliveryStatus, WebhookDelivery
from domain.webhook_signature import signed_headers

logger = logging.getLogger("docgen.webhooks")

# Who is recorded for what nobody has asked for.
ACTOR: Final = "docgen"
# A receiver that hangs holds so many messages of a worker's at a time and no more; the others are put off.
AT_ONCE: Final = 8
_PUT_OFF: Final = timedelta(seconds=5)

_DISABLED: Final = "The webhook is disabled: enable it, then replay this."
_GONE: Final = "It answered 410 Gone, which says that it wants nothing more."
_HOURS: Final = TRIED_FOR // timedelta(hours=1)
_FAILING: Final = f"It took nothing for {_HOURS} hours."


class DeliverWebhook:
    """No transaction is open while a message is under way: whoever dies then leaves the job to another worker.

    So a message may come twice, each time with the same `webhook-id`, and nothing is lost. That it is about to be sent
    is written before, so that the log has the attempts of the dead, too, and a message that ends its worker again and
    again is given up. An endpoint that took nothing for as long as a message is tried, or that says it is gone, is
    disabled.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        sender: WebhookSender,
        box: SecretBox,
        clock: Clock,
        randomness: RandomSource,
    ) -> None:
        self._units_of_work = units_of_work
        self._sender = sender
        self._box = box
        self._clock = clock
        self._randomness = randomness
        self._under_way: Counter[WebhookId] = Counter()

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it.

        Raises:
            ServiceUnavailableError: the database is down; the message is sent again.
        """
        delivery_id, _, run = job.subject.partition(" ")
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                delivery = await unit.deliveries.get(delivery_id)
                endpoint = await unit.webhooks.get(delivery.webhook_id)
            except NotFoundError:  # the endpoint was deleted, or what it tells of erased
                return Settled.DONE
        if delivery.status is not DeliveryStatus.PENDING or str(delivery.run) != run:
            return Settled.DONE
        if not endpoint.is_enabled and delivery.event is not WebhookEvent.WEBHOOK_TEST:
            return await self._write(delivery, delivery.refuse(_DISABLED, at=self._clock.now())) or Settled.FAILED
        early = (delivery.next_attempt_at or delivery.since) - self._clock.now()
        if early > timedelta(0):  # a worker that ended has handed it back
            return TryAgain(early)
        if self._under_way[endpoint.id] >= AT_ONCE:
            return TryAgain(_PUT_OFF * (1 + self._chance()))
        self._under_way[endpoint.id] += 1
        try:
            return await self._send(delivery, endpoint)
        finally:
            self._under_way[endpoint.id] -= 1
            self._under_way += Counter()  # forgets those that have none

    async def _send(self, delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> Outcome:
        begun = delivery.start(at=self._clock.now())
        lost = await self._write(delivery, begun)
        if lost is not None:
            return lost
        if begun.is_given_up:
            logger.error("The delivery %s was given up: its worker ended %d times", begun.id, begun.interruptions)
            return Settled.FAILED
        attempt, asked = await self._attempt(begun, endpoint)
        tried = begun.after(attempt, self._chance(), at=self._clock.now(), asked=asked)
        lost = await self._write(begun, tried)
        if lost is not None:
            return lost
        if tried.next_attempt_at is None:
            return Settled.DONE if tried.status is DeliveryStatus.SUCCEEDED else Settled.FAILED
        return TryAgain(max(timedelta(0), tried.next_attempt_at - self._clock.now()))

    async def _attempt(
        self, delivery: WebhookDelivery, endpoint: WebhookEndpoint
    ) -> tuple[DeliveryAttempt, timedelta | None]:
        """Send a message; return what came of it, and for how long the receiver wants to be left alone."""
        at, began = self._clock.now(), self._clock.elapsed_ms()
        try:
            secrets = [self._box.open(each.sealed, endpoint.id) for each in endpoint.live_secrets(at)]
        except SealBrokenError as error:
            return DeliveryAttempt(at, 0.0, error=f"{error} Give the webhook a new secret."), None
        headers = signed_headers(delivery.event_id, delivery.body, secrets, at=at)
        answer = await self._sender.send(endpoint.url, headers, delivery.body)
        duration = self._clock.elapsed_ms() - began
        asked = None if answer.retry_after is None else parse_retry_after(answer.retry_after, now=self._clock.now())
        return DeliveryAttempt(at, duration, answer.status_code, answer.excerpt, answer.error), asked

    async def _write(self, tried: WebhookDelivery, changed: WebhookDelivery) -> Settled | None:
        """Write what became of a delivery; return what becomes of the job where it is another one's by now."""
        async with self._units_of_work.of_workspace(tried.workspace_id) as unit:
            try:
                # The endpoint first, as whoever deletes it does.
                endpoint = await unit.webhooks.get(tried.webhook_id, for_change=changed.status is DeliveryStatus.FAILED)
                current = await unit.deliveries.get(tried.id, for_change=True)
            except NotFoundError:
                return Settled.DONE
            if current.run != tried.run:
                return Settled.DONE
            if (current.tries, current.status, current.started_at) != (tried.tries, tried.status, tried.started_at):
                return Settled.ELSEWHERE  # another worker has the job
            await unit.deliveries.update(changed)
            await self._disable_if_hopeless(unit, endpoint, changed)
            await unit.commit()
        return None

    async def _disable_if_hopeless(
        self, unit: UnitOfWork, endpoint: WebhookEndpoint, delivery: WebhookDelivery
    ) -> None:
        reason = await self._hopeless(unit, endpoint, delivery)
        if reason is None:
            return
        now = self._clock.now()
        await unit.webhooks.update(endpoint.disable(reason, at=now))
        await unit.audit.record(
            AuditEntry(
                workspace_id=endpoint.workspace_id,
                actor=ACTOR,
                actor_name="DocGen",
                action=AuditAction.WEBHOOK_DISABLED,
                object_kind=AuditObject.WEBHOOK,
                object_id=endpoint.id,
                detail=reason,
                request_id=None,
                address=None,
            )
        )
        logger.warning("The webhook %s was disabled: %s", endpoint.id, reason)

    async def _hopeless(self, unit: UnitOfWork, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> str | None:
        """Say why nothing more is sent to an endpoint, None where more is."""
        tested = delivery.event is WebhookEvent.WEBHOOK_TEST
        if delivery.status is not DeliveryStatus.FAILED or tested or delivery.is_given_up or not endpoint.is_enabled:
            return None
        if delivery.attempts[-1].is_gone:
            return _GONE
        # It may be this one message that it cannot take.
        return None if await unit.deliveries.has_succeeded(endpoint.id, since=delivery.since) else _FAILING

    def _chance(self) -> float:
        return int.from_bytes(self._randomness.random_bytes(4)) / 0xFFFFFFFF
