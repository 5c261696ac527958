"""Deliveries: one message for one endpoint, and every attempt to hand it over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from domain.identifiers import DeliveryId, EventId, WebhookId, WorkspaceId
from domain.webhook import WebhookEvent

# For how long a message is tried again and again.
TRIED_FOR: Final = timedelta(hours=24)
# How long the record of a delivery is kept.
KEPT_FOR: Final = timedelta(days=30)
MAX_EXCERPT_LENGTH: Final = 1000
MAX_ATTEMPTS_KEPT: Final = 50

_FIRST_DELAY: Final = timedelta(seconds=5)
_LONGEST_DELAY: Final = timedelta(hours=2)
# A delay is shorter or longer by this part of it at most, so that what failed together does not come back together.
_JITTER: Final = 0.2
_DOUBLINGS: Final = 20


class DeliveryStatus(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt: what the receiver answered, or why it did not. `excerpt` is the beginning of its answer."""

    at: datetime
    duration_ms: float
    status_code: int | None = None
    excerpt: str = ""
    error: str | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether the receiver took it: a status of 2xx."""
        return self.status_code is not None and HTTPStatus.OK <= self.status_code < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_gone(self) -> bool:
        """Tell whether the receiver wants nothing more (Standard Webhooks: 410)."""
        return self.status_code == HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A message for an endpoint. `event_id` is the same in every attempt, and in the messages to other endpoints.

    `subject` is the identifier of what it tells about. `run` counts how often somebody asked for it: the first time is
    1, a replay the next one; `since` is when the present run began. Of the attempts of all runs the last are kept.
    """

    id: DeliveryId
    workspace_id: WorkspaceId
    webhook_id: WebhookId
    event_id: EventId
    event: WebhookEvent
    subject: str
    body: bytes
    created_at: datetime
    since: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    run: int = 1
    tries: int = 0
    attempts: tuple[DeliveryAttempt, ...] = ()
    next_attempt_at: datetime | None = None
    finished_at: datetime | None = None

    def replay(self, *, at: datetime) -> "WebhookDelivery":
        """Return it to be sent once more, from now on as if it were new."""
        return replace(
            self,
            status=DeliveryStatus.PENDING,
            run=self.run + 1,
            tries=0,
            since=at,
            next_attempt_at=at,
            finished_at=None,
        )

    def after(self, attempt: DeliveryAttempt, chance: float, *, at: datetime) -> "WebhookDelivery":
        """Return what an attempt makes of it; `chance` from 0 to 1 says where within the jitter the next one falls."""
        tried = replace(self, tries=self.tries + 1, attempts=(*self.attempts, attempt)[-MAX_ATTEMPTS_KEPT:])
        if attempt.is_success:
            return tried.finish(DeliveryStatus.SUCCEEDED, at=at)
        last = self.since + TRIED_FOR
        if self.event is WebhookEvent.WEBHOOK_TEST or attempt.is_gone or at >= last:
            return tried.finish(DeliveryStatus.FAILED, at=at)
        return replace(tried, next_attempt_at=min(at + delay_after(tried.tries, chance), last))

    def refuse(self, reason: str, *, at: datetime) -> "WebhookDelivery":
        """Return it failed without having been sent."""
        attempt = DeliveryAttempt(at=at, duration_ms=0.0, error=reason)
        tried = replace(self, attempts=(*self.attempts, attempt)[-MAX_ATTEMPTS_KEPT:])
        return tried.finish(DeliveryStatus.FAILED, at=at)

    def finish(self, status: DeliveryStatus, *, at: datetime) -> "WebhookDelivery":
        """Return it as it ended."""
        return replace(self, status=status, next_attempt_at=None, finished_at=at)


def delay_after(tries: int, chance: float) -> timedelta:
    """Return how long is waited after so many tries: 5 s, doubled each time up to 2 hours, and 20 % more or less."""
    delay = min(_FIRST_DELAY * (1 << min(tries - 1, _DOUBLINGS)), _LONGEST_DELAY)
    return delay * (1 + _JITTER * (2 * chance - 1))
