"""Bodies about API keys, and about the caller."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from application.caller import Caller, CallerKind
from application.use_cases.manage_api_keys import MAX_EXPIRES_IN
from domain.api_key import MAX_NAME_LENGTH, ApiKey
from domain.scope import Scope, in_order
from entrypoints.http.schemas.request_body import RequestBody


class CreateApiKeyRequest(RequestBody):
    """A wish for a key."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_LENGTH, examples=["Billing"])]
    scopes: Annotated[
        list[str],
        Field(min_length=1, max_length=50, description="What it may do; only what the caller may do as well."),
        Field(json_schema_extra={"items": {"type": "string", "enum": list(Scope)}}),
    ]
    expires_in: Annotated[
        int | None, Field(strict=True, ge=1, le=MAX_EXPIRES_IN, description="Seconds; without it, it never expires.")
    ] = None


class ApiKeyResponse(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    hint: Annotated[str, Field(description="The beginning of its secret.")]
    scopes: list[Scope]
    status: Literal["active", "expired", "revoked"]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute.")]
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey, now: datetime) -> Self:
        """Describe a key as it is at this time."""
        return cls(**_fields_of(key, now))


class CreatedApiKeyResponse(ApiKeyResponse):
    """A new key with its secret."""

    key: Annotated[str, Field(description="The secret. It is shown this once, and kept nowhere.")]

    @classmethod
    def of_creation(cls, key: ApiKey, secret: str, now: datetime) -> Self:
        """Describe a new key."""
        return cls(**_fields_of(key, now), key=secret)


class ApiKeyListResponse(BaseModel):
    """A page of keys."""

    data: list[ApiKeyResponse]
    next_cursor: str | None


class WorkspaceReference(BaseModel):
    """A workspace by its names."""

    id: str
    slug: str


class MeResponse(BaseModel):
    """Who the caller is, and what it may do."""

    kind: CallerKind
    actor: Annotated[str, Field(description="What is recorded as the author of changes: the key's id, for example.")]
    name: str
    workspace: WorkspaceReference
    scopes: list[Scope]
    expires_at: datetime | None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Describe the caller."""
        return cls(
            kind=caller.kind,
            actor=caller.actor,
            name=caller.name or caller.actor,
            workspace=WorkspaceReference(id=caller.workspace_id, slug=caller.workspace),
            scopes=in_order(caller.scopes),
            expires_at=caller.expires_at,
        )


def _fields_of(key: ApiKey, now: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": in_order(key.scopes),
        "status": _status_of(key, now),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _status_of(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.refusal_at(now) is None else "expired"
