"""What is remembered of requests, so that none is carried out twice and nobody sends too many."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import Code, CodeKey, Json, Row


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
