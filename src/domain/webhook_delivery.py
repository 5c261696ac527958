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
# So many attempts may have no end that anybody told of, before the message itself is taken for the reason.
MAX_INTERRUPTIONS: Final = 3

_FIRST_DELAY: Final = timedelta(seconds=5)
_LONGEST_DELAY: Final = timedelta(hours=2)
# A delay is shorter or longer by this part of it at most, so that what failed together does not come back together.
_JITTER: Final = 0.2
INTERRUPTED: Final = "The worker that sent it ended meanwhile: whether it has arrived is not known."
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
    def says_when(self) -> bool:
        """Tell whether the receiver may say when it is to be asked again (RFC 9110: 503; RFC 6585: 429)."""
        return self.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

    @property
    def is_gone(self) -> bool:
        """Tell whether the receiver wants nothing more (Standard Webhooks: 410)."""
        return self.status_code == HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A message for an endpoint. `event_id` is the same in every attempt, and in the messages to other endpoints.

    `subject` is the identifier of what it tells about. `run` counts how often somebody asked for it: the first time is
    1, a replay the next one; `since` is when the present run began. Of the attempts of all runs the last are kept.
    `started_at` is when the attempt began that is under way; `interruptions` counts those of the run that had no end.
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
    started_at: datetime | None = None
    interruptions: int = 0

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
            started_at=None,
            interruptions=0,
        )

    def start(self, *, at: datetime) -> "WebhookDelivery":
        """Return it as it is about to be sent, or failed where too many attempts had no end.

        One that was started already is in the hands of a second worker: the first has died.
        """
        if self.started_at is None:
            return replace(self, started_at=at)
        lost = DeliveryAttempt(self.started_at, 0.0, error=INTERRUPTED)
        counted = replace(self._with(lost), tries=self.tries + 1, interruptions=self.interruptions + 1)
        if counted.is_given_up:
            return counted.finish(DeliveryStatus.FAILED, at=at)
        return replace(counted, started_at=at)

    @property
    def is_given_up(self) -> bool:
        """Tell whether the worker died with too many of its attempts."""
        return self.interruptions >= MAX_INTERRUPTIONS

    def after(
        self, attempt: DeliveryAttempt, chance: float, *, at: datetime, asked: timedelta | None = None
    ) -> "WebhookDelivery":
        """Return what an attempt makes of it; `chance` from 0 to 1 says where within the jitter the next one falls.

        `asked` is for how long the receiver wants to be left alone: the next attempt is no sooner, unless the time for
        all of them is over before.
        """
        tried = replace(self._with(attempt), tries=self.tries + 1, started_at=None)
        if attempt.is_success:
            return tried.finish(DeliveryStatus.SUCCEEDED, at=at)
        last = self.since + TRIED_FOR
        if self.event is WebhookEvent.WEBHOOK_TEST or attempt.is_gone or at >= last:
            return tried.finish(DeliveryStatus.FAILED, at=at)
        delay = delay_after(tried.tries, chance)
        if asked is not None and attempt.says_when:
            delay = max(delay, min(asked, TRIED_FOR))
        return replace(tried, next_attempt_at=min(at + delay, last))

    def refuse(self, reason: str, *, at: datetime) -> "WebhookDelivery":
        """Return it failed without having been sent."""
        refused = self._with(DeliveryAttempt(at=at, duration_ms=0.0, error=reason))
        return refused.finish(DeliveryStatus.FAILED, at=at)

    def finish(self, status: DeliveryStatus, *, at: datetime) -> "WebhookDelivery":
        """Return it as it ended."""
        return replace(self, status=status, next_attempt_at=None, finished_at=at, started_at=None)

    def _with(self, attempt: DeliveryAttempt) -> "WebhookDelivery":
        return replace(self, attempts=(*self.attempts, attempt)[-MAX_ATTEMPTS_KEPT:])


def delay_after(tries: int, chance: float) -> timedelta:
    """Return how long is waited after so many tries: 5 s, doubled each time up to 2 hours, and 20 % more or less."""
    delay = min(_FIRST_DELAY * (1 << min(tries - 1, _DOUBLINGS)), _LONGEST_DELAY)
    return delay * (1 + _JITTER * (2 * chance - 1))
