"""Webhooks: addresses that hear what happens in a workspace."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.errors import InvalidRequestError
from domain.identifiers import WebhookId, WorkspaceId
from domain.near_names import no_such

MAX_DESCRIPTION_LENGTH: Final = 500
MAX_ENDPOINTS: Final = 50
# How long the secret of before goes on signing, unless somebody says otherwise, and at most.
OVERLAP_SECONDS: Final = 24 * 3600
MAX_OVERLAP_SECONDS: Final = 7 * 24 * 3600


class WebhookEvent(StrEnum):
    """What happens, and is told."""

    RENDER_SUCCEEDED = "render.succeeded"
    RENDER_FAILED = "render.failed"
    BATCH_COMPLETED = "batch.completed"
    BATCH_FAILED = "batch.failed"
    TEMPLATE_PUBLISHED = "template.published"
    # Told to the endpoint that is tried, whatever it listens to.
    WEBHOOK_TEST = "webhook.test"


# Those that an endpoint may choose.
EVENTS: Final = tuple(event for event in WebhookEvent if event is not WebhookEvent.WEBHOOK_TEST)


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A secret that only the service can open; None never ends."""

    sealed: bytes
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address that is told of events; `events` None: of every one.

    `disabled_reason` says why nothing is sent any more, and is None while it is. `previous` is the secret of before
    its rotation, which signs beside the new one until it expires.
    """

    id: WebhookId
    workspace_id: WorkspaceId
    url: str
    description: str
    events: frozenset[WebhookEvent] | None
    secret: SealedSecret
    created_at: datetime
    created_by: str
    updated_at: datetime
    previous: SealedSecret | None = None
    disabled_reason: str | None = None
    disabled_at: datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Tell whether events are sent to it."""
        return self.disabled_at is None

    def hears(self, event: WebhookEvent) -> bool:
        """Tell whether this event is sent to it."""
        return self.is_enabled and (self.events is None or event in self.events)

    def live_secrets(self, now: datetime) -> list[SealedSecret]:
        """Return the secrets that sign at this time, the newest first."""
        old = self.previous
        return [self.secret, old] if old and old.expires_at and old.expires_at > now else [self.secret]

    def rotate(self, sealed: bytes, overlap: timedelta, *, at: datetime) -> "WebhookEndpoint":
        """Return it with a new secret; the present one goes on signing for a while, and an older one does not."""
        old = SealedSecret(self.secret.sealed, at + overlap) if overlap else None
        return replace(self, secret=SealedSecret(sealed), previous=old, updated_at=at)

    def disable(self, reason: str, *, at: datetime) -> "WebhookEndpoint":
        """Return it disabled; one that is so stays as it is."""
        return replace(self, disabled_reason=reason, disabled_at=at, updated_at=at) if self.is_enabled else self

    def enable(self, *, at: datetime) -> "WebhookEndpoint":
        """Return it enabled; one that is so stays as it is."""
        return self if self.is_enabled else replace(self, disabled_reason=None, disabled_at=None, updated_at=at)


def parse_events(names: Iterable[str] | None) -> frozenset[WebhookEvent] | None:
    """Return the events of these names; None, for every event, stays so.

    Raises:
        InvalidRequestError: there is no name, or no such event.
    """
    if names is None:
        return None
    events = frozenset(map(_parse_event, names))
    if not events:
        raise InvalidRequestError("events", "name one event at least, or send null for every one.")
    return events


def _parse_event(name: str) -> WebhookEvent:
    for event in EVENTS:
        if event == name:
            return event
    raise InvalidRequestError("events", f"{name[:40]!r}: {no_such('event', name, EVENTS)}")


def events_in_order(events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """Return events in the order in which they are declared."""
    given = frozenset(events)
    return [event for event in WebhookEvent if event in given]


def parse_description(text: str) -> str:
    """Return the description of an endpoint.

    Raises:
        InvalidRequestError: it is too long, or has control characters.
    """
    if len(text) > MAX_DESCRIPTION_LENGTH or any(unicodedata.category(c) == "Cc" for c in text):
        raise InvalidRequestError(
            "description", f"a description has {MAX_DESCRIPTION_LENGTH} characters at most, and no line breaks or tabs."
        )
    return text.strip()
