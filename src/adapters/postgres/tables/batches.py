"""Batches and their rows."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import Code, CodeKey, Columns, Json, Row
from adapters.postgres.tables.outcomes import (
    FailureColumns,
    OptionColumns,
    failure_columns,
    failure_of,
    option_columns,
    options_of,
)
from adapters.postgres.texts import from_json, require_storable, to_json
from domain.batch import Batch, BatchStatus, OnError, RowsRead
from domain.identifiers import BatchId, Slug, TemplateId, WorkspaceId


class BatchRow(OptionColumns, FailureColumns, Row):
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
    on_error: Mapped[Code]
    read: Mapped[Json]
    status: Mapped[Code]
    total: Mapped[int]
    succeeded: Mapped[int]
    failed: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    next_number: Mapped[int]
    counting_since: Mapped[datetime | None]
    counted_before: Mapped[int]


class BatchItemRow(FailureColumns, Row):
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


def batch_columns(batch: Batch) -> Columns:
    """Give a batch's columns.

    Raises:
        InvalidRequestError: a text of the batch's options cannot be kept.
    """
    options = batch.options
    require_storable(file_name=options.file_name, created_by=batch.created_by)
    return {
        "workspace_id": batch.workspace_id,
        "id": batch.id,
        "template_id": batch.template_id,
        "template_slug": batch.template_slug,
        "template_version": batch.template_version,
        **option_columns(options),
        "on_error": batch.on_error,
        "read": to_json(batch.read),
        "status": batch.status,
        "total": batch.total,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        **failure_columns(batch.failure),
        "created_at": batch.created_at,
        "created_by": batch.created_by,
        "expires_at": batch.expires_at,
        "finished_at": batch.finished_at,
        "erased_at": batch.erased_at,
        "next_number": batch.next_number,
        "counting_since": batch.counting_since,
        "counted_before": batch.counted_before,
    }


def batch_of(row: BatchRow) -> Batch:
    """Make the batch of its row."""
    return Batch(
        id=BatchId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        template_id=TemplateId(row.template_id),
        template_slug=Slug(row.template_slug),
        template_version=row.template_version,
        options=options_of(row),
        on_error=OnError(row.on_error),
        read=from_json(row.read, RowsRead),
        status=BatchStatus(row.status),
        total=row.total,
        succeeded=row.succeeded,
        failed=row.failed,
        failure=failure_of(row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        finished_at=row.finished_at,
        erased_at=row.erased_at,
        next_number=row.next_number,
        counting_since=row.counting_since,
        counted_before=row.counted_before,
    )
