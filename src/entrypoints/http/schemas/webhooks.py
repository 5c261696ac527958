"""Bodies about webhooks and their deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field

from domain.webhook import (
    EVENTS,
    MAX_DESCRIPTION_LENGTH,
    MAX_OVERLAP_SECONDS,
    OVERLAP_SECONDS,
    WebhookEndpoint,
    WebhookEvent,
    events_in_order,
)
from domain.webhook_delivery import DeliveryAttempt, DeliveryStatus, WebhookDelivery
from domain.webhook_url import MAX_URL_LENGTH
from entrypoints.http.schemas.request_body import RequestBody

_Url = Annotated[str, Field(max_length=MAX_URL_LENGTH, examples=["https://example.org/hooks/docgen"])]
_Description = Annotated[str, Field(max_length=MAX_DESCRIPTION_LENGTH, examples=["The archive"])]
_Events = Annotated[
    list[str] | None,
    Field(max_length=50, description="What is sent; null: every event, those to come among them."),
    Field(json_schema_extra={"examples": [list(EVENTS)]}),
]


class CreateWebhookRequest(RequestBody):
    """A wish for an endpoint."""

    url: _Url
    description: _Description = ""
    events: _Events = None


class UpdateWebhookRequest(RequestBody):
    """The fields to change; those left out stay as they are."""

    url: _Url | None = None
    description: _Description | None = None
    events: _Events = None
    enabled: Annotated[bool | None, Field(strict=True, description="False: nothing is sent any more.")] = None


class RotateSecretRequest(RequestBody):
    """How the secret of before leaves."""

    overlap_seconds: Annotated[
        int, Field(strict=True, ge=0, le=MAX_OVERLAP_SECONDS, description="How long it goes on signing.")
    ] = OVERLAP_SECONDS


class WebhookResponse(BaseModel):
    """An endpoint without its secret."""

    id: str
    url: str
    description: str
    events: list[WebhookEvent] | None
    status: Literal["enabled", "disabled"]
    disabled_reason: str | None
    disabled_at: datetime | None
    previous_secret_expires_at: Annotated[
        datetime | None, Field(description="Until when the secret of before its rotation signs as well.")
    ]
    created_at: datetime
    created_by: str
    updated_at: datetime

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, now: datetime) -> Self:
        """Describe an endpoint as it is at this time."""
        return cls(**_fields_of(endpoint, now))


class WebhookWithSecretResponse(WebhookResponse):
    """An endpoint with its new secret."""

    secret: Annotated[str, Field(description="What signatures are verified with. It is shown this once.")]

    @classmethod
    def of_secret(cls, endpoint: WebhookEndpoint, secret: str, now: datetime) -> Self:
        """Describe an endpoint and its new secret."""
        return cls(**_fields_of(endpoint, now), secret=secret)


class WebhookListResponse(BaseModel):
    """A page of endpoints."""

    data: list[WebhookResponse]
    next_cursor: str | None


class DeliveryAttemptBody(BaseModel):
    """One attempt."""

    at: datetime
    status_code: Annotated[int | None, Field(description="Null: there was no answer.")]
    duration_ms: float
    response_excerpt: Annotated[str, Field(description="The beginning of the answer.")]
    error: Annotated[str | None, Field(description="Why there was no answer, or none that counts.")]

    @classmethod
    def of(cls, attempt: DeliveryAttempt) -> Self:
        """Show an attempt."""
        return cls(
            at=attempt.at,
            status_code=attempt.status_code,
            duration_ms=round(attempt.duration_ms, 3),
            response_excerpt=attempt.excerpt,
            error=attempt.error,
        )


class DeliveryResponse(BaseModel):
    """A message for an endpoint, and the attempts to hand it over."""

    id: str
    webhook_id: str
    event_id: Annotated[str, Field(description="What the header webhook-id says, the same in every attempt.")]
    event: WebhookEvent
    subject: Annotated[str, Field(description="The id of what it tells about.")]
    status: DeliveryStatus
    attempts: list[DeliveryAttemptBody]
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        """Show a delivery."""
        return cls(
            id=delivery.id,
            webhook_id=delivery.webhook_id,
            event_id=delivery.event_id,
            event=delivery.event,
            subject=delivery.subject,
            status=delivery.status,
            attempts=[DeliveryAttemptBody.of(attempt) for attempt in delivery.attempts],
            next_attempt_at=delivery.next_attempt_at,
            created_at=delivery.created_at,
            finished_at=delivery.finished_at,
        )


class DeliveryListResponse(BaseModel):
    """A page of deliveries, the newest first."""

    data: list[DeliveryResponse]
    next_cursor: str | None


def _fields_of(endpoint: WebhookEndpoint, now: datetime) -> dict[str, Any]:
    old = endpoint.previous if len(endpoint.live_secrets(now)) > 1 else None
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": None if endpoint.events is None else events_in_order(endpoint.events),
        "status": "enabled" if endpoint.is_enabled else "disabled",
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": endpoint.disabled_at,
        "previous_secret_expires_at": old.expires_at if old else None,
        "created_at": endpoint.created_at,
        "created_by": endpoint.created_by,
        "updated_at": endpoint.updated_at,
    }
