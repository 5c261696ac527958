"""Audit events: who did what, on what, from where. Names and identifiers only, never a value of anybody's data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.identifiers import AuditEventId, WorkspaceId


class AuditAction(StrEnum):
    """What was done, or tried."""

    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_CONFIGURED = "workspace.configured"
    TEMPLATE_REGISTERED = "template.registered"
    TEMPLATE_UPDATED = "template.updated"
    TEMPLATE_ARCHIVED = "template.archived"
    TEMPLATE_RESTORED = "template.restored"
    TEMPLATE_PURGED = "template.purged"
    VERSION_ADDED = "version.added"
    VERSION_PUBLISHED = "version.published"
    SCHEMA_REFINED = "schema.refined"
    ASSET_STORED = "asset.stored"
    ASSET_DELETED = "asset.deleted"
    RENDER_CANCELLED = "render.cancelled"
    RENDER_RETRIED = "render.retried"
    RENDER_ERASED = "render.erased"
    RENDER_LINKED = "render.linked"
    BATCH_CREATED = "batch.created"
    BATCH_PAUSED = "batch.paused"
    BATCH_RESUMED = "batch.resumed"
    BATCH_CANCELLED = "batch.cancelled"
    BATCH_RETRIED = "batch.retried"
    BATCH_ERASED = "batch.erased"
    BATCH_LINKED = "batch.linked"
    API_KEY_CREATED = "api-key.created"
    API_KEY_REVOKED = "api-key.revoked"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_UPDATED = "webhook.updated"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_SECRET_ROTATED = "webhook.secret-rotated"  # noqa: S105  # an action
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_REPLAYED = "webhook.replayed"
    WEBHOOK_DISCARDED = "webhook.discarded"
    WEBHOOK_DISABLED = "webhook.disabled"
    SLACK_LINKED = "slack.linked"
    SLACK_INSTALLED = "slack.installed"
    SLACK_REMOVED = "slack.removed"
    SLACK_AUTHORS_SET = "slack.authors-set"
    ACCESS_REFUSED = "access.refused"


class AuditObject(StrEnum):
    """What something was done to."""

    WORKSPACE = "workspace"
    TEMPLATE = "template"
    ASSET = "asset"
    RENDER = "render"
    BATCH = "batch"
    API_KEY = "api-key"
    WEBHOOK = "webhook"
    SLACK_INSTALLATION = "slack-installation"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be kept of one change or refusal.

    `actor` stays the same for ever, `actor_name` is for people; `detail` says more in words of ours: "version 3".
    """

    workspace_id: WorkspaceId
    actor: str
    actor_name: str
    action: AuditAction
    object_kind: AuditObject
    object_id: str
    detail: str
    request_id: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An entry as it is kept, with the time of the database, which is the same for every server."""

    id: AuditEventId
    created_at: datetime
    entry: AuditEntry
