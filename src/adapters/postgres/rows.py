"""The tables, as ORM rows. They are no domain objects: `mapping` turns one into the other."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    cast,
    text,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class JsonText(UserDefinedType[str]):
    """JSON that PostgreSQL checks, and that is read as the very text that was written.

    `jsonb` would reorder keys and refuse NUL, and SQLAlchemy's own type would parse and write it anew.
    """

    cache_ok = True

    @override
    def get_col_spec(self, **kw: Any) -> str:
        """Name the column's type in DDL."""
        return "JSON"

    @override
    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        return cast(type_coerce(bindvalue, Text), JSON)

    @override
    def column_expression(self, colexpr: ColumnElement[str]) -> ColumnElement[str]:
        return cast(colexpr, Text)


# Identifiers, slugs and hashes compare byte by byte on every server, so that their order is that of time.
Code = Annotated[str, mapped_column(Text(collation="C"))]
CodeKey = Annotated[str, mapped_column(Text(collation="C"), primary_key=True)]
Json = Annotated[str, mapped_column(JsonText)]
ByteCount = Annotated[int, mapped_column(BigInteger)]


class Row(DeclarativeBase):
    """A row; its times are kept with time zone."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text, datetime: DateTime(timezone=True)}


class WorkspaceRow(Row):
    """A workspace."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    created_at: Mapped[datetime]


class DeletedWorkspaceRow(Row):
    """What is kept of a workspace that was deleted."""

    __tablename__ = "deleted_workspaces"

    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime]
    deleted_by: Mapped[str]


class WorkspaceSettingsRow(Row):
    """What a workspace has chosen; one that never has has no row."""

    __tablename__ = "workspace_settings"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    locale: Mapped[Code | None]
    timezone: Mapped[Code | None]
    retention_days: Mapped[int | None]
    template_bytes: Mapped[ByteCount | None]
    data_bytes: Mapped[ByteCount | None]
    revision: Mapped[int]


class TemplateRow(Row):
    """A template; the key starts with the workspace, as in every table of a workspace."""

    __tablename__ = "templates"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "slug"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    slug: Mapped[Code]
    name: Mapped[str]
    description: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    format: Mapped[Code]
    locale: Mapped[Code | None]
    status: Mapped[Code]
    published_version: Mapped[int | None]
    latest_version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int]
    # What a search looks at, as domain.search folds it.
    search: Mapped[Code] = mapped_column(server_default="", deferred=True, deferred_raiseload=True)


class TemplateVersionRow(Row):
    """A version of a template."""

    __tablename__ = "template_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "template_id"], ["templates.workspace_id", "templates.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "template_id", "sha256"),
    )

    workspace_id: Mapped[CodeKey]
    template_id: Mapped[CodeKey]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[Code]
    size: Mapped[ByteCount]
    file_name: Mapped[str]
    diagnostics: Mapped[Json]
    placeholders: Mapped[Json]
    schema: Mapped[Json]
    refinements: Mapped[Json | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class AssetRow(Row):
    """An asset; its contents are a blob of the document storage."""

    __tablename__ = "assets"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    name: Mapped[CodeKey]
    media_type: Mapped[Code]
    size: Mapped[ByteCount]
    sha256: Mapped[Code]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


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


class IdempotencyKeyRow(Row):
    """A key of a request and, once that is carried out, what it was answered with."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        Index(None, "workspace_id", "expires_at"),
        Index(None, "workspace_id", "render_id"),
    )

    workspace_id: Mapped[CodeKey]
    key: Mapped[CodeKey]
    fingerprint: Mapped[Code]
    token: Mapped[Code]
    leased_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[Json | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    render_id: Mapped[Code | None]


class RateBucketRow(Row):
    """A bucket of tokens, by the time at which it is full again; `-` in place of a workspace is none."""

    __tablename__ = "rate_buckets"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    workspace_id: Mapped[CodeKey]
    caller: Mapped[CodeKey]
    full_at: Mapped[datetime]


class StorageMarkRow(Row):
    """The mark of the storage that belongs to the database: one row, of no workspace (`-`)."""

    __tablename__ = "storage_marks"

    workspace_id: Mapped[CodeKey]
    mark: Mapped[Code]


class WebhookRow(Row):
    """An endpoint; its secrets are sealed. No event means every one."""

    __tablename__ = "webhooks"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    url: Mapped[str]
    description: Mapped[str]
    events: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]
    disabled_reason: Mapped[str | None]
    disabled_at: Mapped[datetime | None]


class WebhookDeliveryRow(Row):
    """A message for an endpoint, and the attempts to hand it over."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "webhook_id"], ["webhooks.workspace_id", "webhooks.id"], ondelete="CASCADE"
        ),
        Index("ix_webhook_deliveries_workspace_id_webhook_id_id", "workspace_id", "webhook_id", "id"),
        Index("ix_webhook_deliveries_workspace_id_subject", "workspace_id", "subject"),
        Index("ix_webhook_deliveries_workspace_id_finished_at", "workspace_id", "finished_at"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    webhook_id: Mapped[Code]
    event_id: Mapped[Code]
    event: Mapped[Code]
    subject: Mapped[Code]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[Code]
    run: Mapped[int]
    tries: Mapped[int]
    attempts: Mapped[Json]
    created_at: Mapped[datetime]
    since: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    interruptions: Mapped[int] = mapped_column(server_default="0")


class RenderRow(Row):
    """A render request with its data (loaded only where it is asked for) and, once it succeeded, its document."""

    __tablename__ = "renders"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        # No foreign key to the template: renders outlive it.
        Index(None, "workspace_id", "template_id", "id"),
        Index(None, "workspace_id", "status", "id"),
        # Usage is counted from this index alone.
        Index(None, "workspace_id", "created_at", postgresql_include=["template_id", "status", "document_size"]),
        # What is to be erased because its time is over; what is erased needs no place in it.
        Index(None, "workspace_id", "expires_at", postgresql_where=text("erased_at IS NULL")),
        # Whether a document is the last one with these bytes; a hash index is a third of a tree of such texts.
        Index(None, "document_sha256", postgresql_using="hash"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    template_id: Mapped[Code | None]
    template_slug: Mapped[Code | None]
    template_version: Mapped[int | None]
    output: Mapped[Code]
    locale: Mapped[Code]
    timezone: Mapped[Code]
    now: Mapped[datetime]
    missing: Mapped[Code]
    file_name: Mapped[str | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    data_sha256: Mapped[Code]
    status: Mapped[Code]
    diagnostics: Mapped[Json]
    document_file_name: Mapped[str | None]
    document_output: Mapped[Code | None]
    document_size: Mapped[ByteCount | None]
    document_sha256: Mapped[Code | None]
    # A small document; a large one is in the storage.
    document_content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    failure_code: Mapped[Code | None]
    failure_message: Mapped[str | None]
    queued_ms: Mapped[float | None]
    render_ms: Mapped[float | None]
    store_ms: Mapped[float | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    job_id: Mapped[ByteCount | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[str | None]
    deliver_to: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class BatchRow(Row):
    """A batch; its rows are in `batch_items`."""

    __tablename__ = "batches"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        # No foreign key to the template: batches outlive it.
        Index(None, "workspace_id", "status", "id"),
        Index(None, "workspace_id", "expires_at", postgresql_where=text("erased_at IS NULL")),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    template_id: Mapped[Code]
    template_slug: Mapped[Code]
    template_version: Mapped[int]
    output: Mapped[Code]
    locale: Mapped[Code]
    timezone: Mapped[Code]
    now: Mapped[datetime]
    missing: Mapped[Code]
    file_name: Mapped[str | None]
    on_error: Mapped[Code]
    read: Mapped[Json]
    status: Mapped[Code]
    total: Mapped[int]
    succeeded: Mapped[int]
    failed: Mapped[int]
    failure_code: Mapped[Code | None]
    failure_message: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    next_number: Mapped[int]
    counting_since: Mapped[datetime | None]
    counted_before: Mapped[int]


class BatchItemRow(Row):
    """A row of a batch; its data goes into its render."""

    __tablename__ = "batch_items"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "batch_id"], ["batches.workspace_id", "batches.id"], ondelete="CASCADE"),
        Index(
            "ix_batch_items_failed",
            "workspace_id",
            "batch_id",
            "number",
            postgresql_where=text("status = 'failed'"),
        ),
    )

    workspace_id: Mapped[CodeKey]
    batch_id: Mapped[CodeKey]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row: Mapped[int]
    key: Mapped[str | None]
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    data_sha256: Mapped[Code]
    status: Mapped[Code]
    render_id: Mapped[Code | None]
    failure_code: Mapped[Code | None]
    failure_message: Mapped[str | None]
    diagnostics: Mapped[Json | None]
    starts: Mapped[int]


class BatchChunkRow(Row):
    """Rows of a batch that are in the hands of a job."""

    __tablename__ = "batch_chunks"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "batch_id"], ["batches.workspace_id", "batches.id"], ondelete="CASCADE"),
    )

    workspace_id: Mapped[CodeKey]
    batch_id: Mapped[CodeKey]
    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first: Mapped[int]
    last: Mapped[int]
    starts: Mapped[int]


class UsageTotalRow(Row):
    """What one template ('' is none) had rendered on a day that is over."""

    __tablename__ = "usage_totals"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    day: Mapped[date] = mapped_column(primary_key=True)
    template_id: Mapped[CodeKey]
    renders: Mapped[ByteCount]
    succeeded: Mapped[ByteCount]
    failed: Mapped[ByteCount]
    document_bytes: Mapped[ByteCount]


class UsageSummedRow(Row):
    """Until which day, that one left out, all of them are added up."""

    __tablename__ = "usage_summed"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    until: Mapped[date]
