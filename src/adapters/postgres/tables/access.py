"""Who may come in, and who did what: API keys and audit events."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import Code, CodeKey, Columns, Row
from adapters.postgres.texts import require_storable, storable
from domain.api_key import ApiKey
from domain.audit import AuditAction, AuditEntry, AuditEvent, AuditObject
from domain.identifiers import ApiKeyId, AuditEventId, WorkspaceId
from domain.scope import Scope, in_order


class ApiKeyRow(Row):
    """An API key; of its secret there is the hash alone."""

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("sha256"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    name: Mapped[str]
    hint: Mapped[Code]
    sha256: Mapped[Code]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEventRow(Row):
    """An audit event."""

    __tablename__ = "audit_events"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    created_at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[Code]
    object_kind: Mapped[Code]
    object_id: Mapped[Code]
    detail: Mapped[str]
    request_id: Mapped[str | None]
    address: Mapped[str | None]


def api_key_columns(key: ApiKey) -> Columns:
    """Give an API key's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=key.name, created_by=key.created_by)
    return {
        "workspace_id": key.workspace_id,
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "sha256": key.sha256,
        "scopes": in_order(key.scopes),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def known_scopes(names: Collection[str]) -> frozenset[Scope]:
    """Make the scopes of their names; one that this version does not know allows nothing."""
    return frozenset(scope for scope in Scope if scope in names)


def api_key_of(row: ApiKeyRow) -> ApiKey:
    """Make the API key of its row."""
    return ApiKey(
        id=ApiKeyId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        name=row.name,
        hint=row.hint,
        sha256=row.sha256,
        scopes=known_scopes(row.scopes),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def audit_columns(entry: AuditEntry) -> Columns:
    """Give the columns of an audit event but for its identifier and time; what cannot be kept of a text is replaced."""
    return {
        "workspace_id": entry.workspace_id,
        "actor": storable(entry.actor),
        "actor_name": storable(entry.actor_name),
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": storable(entry.object_id),
        "detail": storable(entry.detail),
        "request_id": entry.request_id,
        "address": entry.address,
    }


def audit_event_of(row: AuditEventRow) -> AuditEvent:
    """Make the audit event of its row."""
    entry = AuditEntry(
        workspace_id=WorkspaceId(row.workspace_id),
        actor=row.actor,
        actor_name=row.actor_name,
        action=AuditAction(row.action),
        object_kind=AuditObject(row.object_kind),
        object_id=row.object_id,
        detail=row.detail,
        request_id=row.request_id,
        address=row.address,
    )
    return AuditEvent(AuditEventId(row.id), row.created_at, entry)
