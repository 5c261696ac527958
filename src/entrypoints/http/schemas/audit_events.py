"""Bodies about audit events."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from domain.audit import AuditAction, AuditEvent, AuditObject


class ActorBody(BaseModel):
    """Who did something: the id stays the same, the name is what it was called then."""

    id: str
    name: str


class ObjectBody(BaseModel):
    """What something was done to."""

    type: AuditObject
    id: str


class AuditEventResponse(BaseModel):
    """One change, or one refused attempt."""

    id: str
    created_at: datetime
    actor: ActorBody
    action: AuditAction
    object: ObjectBody
    detail: Annotated[str, Field(description="For people to read: `version 3`, or what was missing.")]
    request_id: str | None
    address: Annotated[str | None, Field(description="The network address that the request came from.")]

    @classmethod
    def of(cls, event: AuditEvent) -> Self:
        """Describe an event."""
        entry = event.entry
        return cls(
            id=event.id,
            created_at=event.created_at,
            actor=ActorBody(id=entry.actor, name=entry.actor_name or entry.actor),
            action=entry.action,
            object=ObjectBody(type=entry.object_kind, id=entry.object_id),
            detail=entry.detail,
            request_id=entry.request_id,
            address=entry.address,
        )


class AuditEventListResponse(BaseModel):
    """A page of audit events."""

    data: list[AuditEventResponse]
    next_cursor: str | None
