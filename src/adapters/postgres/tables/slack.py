"""The tables of Slack, as ORM rows; whatever a class of the domain has by the same name is a column of that name."""

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import Code, CodeKey, Json, Row


class SlackInstallationRow(Row):
    """Where the app is installed; a place belongs to one workspace."""

    __tablename__ = "slack_installations"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("place"),
    )

    workspace_id: Mapped[CodeKey]
    place: Mapped[CodeKey]
    name: Mapped[str]
    app_id: Mapped[Code]
    bot_user_id: Mapped[Code]
    bot_token: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    installed_by: Mapped[Code]
    installed_at: Mapped[datetime]
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_expires_at: Mapped[datetime | None]


class SlackAuthorRow(Row):
    """Somebody who may add templates from where the app is installed."""

    __tablename__ = "slack_authors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "place"],
            ["slack_installations.workspace_id", "slack_installations.place"],
            ondelete="CASCADE",
        ),
    )

    workspace_id: Mapped[CodeKey]
    place: Mapped[CodeKey]
    user_id: Mapped[CodeKey]


class SlackInstallStateRow(Row):
    """An installation that somebody is about to make."""

    __tablename__ = "slack_install_states"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),)

    workspace_id: Mapped[CodeKey]
    sha256: Mapped[CodeKey]
    expires_at: Mapped[datetime]


class SlackIntentRow(Row):
    """What somebody wants."""

    __tablename__ = "slack_intents"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "key"),
        Index("ix_slack_intents_workspace_id_click", "workspace_id", "click"),
        Index("ix_slack_intents_workspace_id_received_at", "workspace_id", "received_at"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    place: Mapped[Code]
    key: Mapped[Code]
    signature: Mapped[Code]
    kind: Mapped[Code]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    request_id: Mapped[Code]
    received_at: Mapped[datetime]
    click: Mapped[Code | None]
    starts: Mapped[int]
    finished_at: Mapped[datetime | None]


class SlackDraftRow(Row):
    """A form that is being filled in."""

    __tablename__ = "slack_drafts"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "template_id"], ["templates.workspace_id", "templates.id"], ondelete="CASCADE"
        ),
        Index("ix_slack_drafts_workspace_id_place_user_id", "workspace_id", "place", "user_id"),
        Index("ix_slack_drafts_workspace_id_updated_at", "workspace_id", "updated_at"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    place: Mapped[Code]
    user_id: Mapped[Code]
    origin: Mapped[Json]
    request_id: Mapped[Code]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    template_id: Mapped[Code | None]
    template_version: Mapped[int | None]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    page: Mapped[int]
    revision: Mapped[int]
    output: Mapped[Code | None]


class SlackDeliveryRow(Row):
    """A document for somebody."""

    __tablename__ = "slack_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "render_id"),
        Index("ix_slack_deliveries_user", "workspace_id", "place", "user_id", "template_id", "id"),
        Index("ix_slack_deliveries_workspace_id_finished_at", "workspace_id", "finished_at"),
    )

    workspace_id: Mapped[CodeKey]
    id: Mapped[CodeKey]
    place: Mapped[Code]
    user_id: Mapped[Code]
    origin: Mapped[Json]
    request_id: Mapped[Code]
    render_id: Mapped[Code]
    template_id: Mapped[Code]
    template_name: Mapped[str]
    created_at: Mapped[datetime]
    announced: Mapped[bool]
    message_channel: Mapped[Code | None]
    message_ts: Mapped[Code | None]
    file_id: Mapped[Code | None]
    completing: Mapped[bool]
    starts: Mapped[int]
    outcome: Mapped[Code | None]
    finished_at: Mapped[datetime | None]
