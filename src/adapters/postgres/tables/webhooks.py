"""Webhooks and their deliveries."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import Code, CodeKey, Json, Row


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
