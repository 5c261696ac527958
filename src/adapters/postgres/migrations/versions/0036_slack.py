"""Slack: installations with their sealed tokens, what people want, drafts of forms, and documents handed over.

An installation is found by Slack's name of its place alone, as an API key is by its hash.

Revision ID: 0036
"""

import sqlalchemy as sa
from alembic import op

from adapters.postgres.migrations.row_security import protect

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CODE = sa.Text(collation="C")
TABLES = ("slack_deliveries", "slack_drafts", "slack_intents", "slack_install_states", "slack_installations")

# Each statement of a function is planned and run for itself: the settings are there before the policies look at them.
FIND_INSTALLATION = """
    CREATE FUNCTION find_slack_installation(wanted text[])
    RETURNS TABLE (
        workspace_id text, place text, name text, app_id text, bot_user_id text, bot_token bytea, scopes text[],
        installed_by text, installed_at timestamptz, refresh_token bytea, token_expires_at timestamptz, workspace text
    )
    LANGUAGE plpgsql AS $$
    DECLARE
        named text;
        found slack_installations%ROWTYPE;
    BEGIN
        FOREACH named IN ARRAY wanted LOOP
            PERFORM set_config('docgen.slack_place', named, true);
            SELECT * INTO found FROM slack_installations AS i WHERE i.place = named;
            EXIT WHEN found.place IS NOT NULL;
        END LOOP;
        IF found.place IS NULL THEN
            RETURN;
        END IF;
        PERFORM set_config('docgen.workspace_id', found.workspace_id, true);
        RETURN QUERY SELECT
            found.workspace_id, found.place, found.name, found.app_id, found.bot_user_id, found.bot_token,
            found.scopes, found.installed_by, found.installed_at, found.refresh_token, found.token_expires_at,
            (SELECT w.slug FROM workspaces AS w WHERE w.id = found.workspace_id);
    END
    $$
    """


def _table(name: str, key: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", CODE, nullable=False),
        sa.Column(key, CODE, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("workspace_id", key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=f"fk_{name}_workspaces", ondelete="CASCADE"),
    )
    protect(name)


def upgrade() -> None:
    """Create the tables, and the way to an installation."""
    _table(
        "slack_installations",
        "place",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("app_id", CODE, nullable=False),
        sa.Column("bot_user_id", CODE, nullable=False),
        sa.Column("bot_token", sa.LargeBinary, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("installed_by", CODE, nullable=False),
        sa.Column("installed_at", TIME, nullable=False),
        sa.Column("refresh_token", sa.LargeBinary, nullable=True),
        sa.Column("token_expires_at", TIME, nullable=True),
        sa.UniqueConstraint("place", name="uq_slack_installations_place"),
    )
    op.execute(
        "CREATE POLICY place_look_up ON slack_installations FOR SELECT "
        "USING (place = current_setting('docgen.slack_place', true))"
    )
    op.execute(FIND_INSTALLATION)
    _table("slack_install_states", "sha256", sa.Column("expires_at", TIME, nullable=False))
    _table(
        "slack_intents",
        "id",
        sa.Column("place", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("signature", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("request_id", CODE, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("click", CODE, nullable=True),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.UniqueConstraint("workspace_id", "key", name="uq_slack_intents_workspace_id_key"),
    )
    op.create_index("ix_slack_intents_workspace_id_click", "slack_intents", ["workspace_id", "click"])
    op.create_index("ix_slack_intents_workspace_id_received_at", "slack_intents", ["workspace_id", "received_at"])
    _table(
        "slack_drafts",
        "id",
        sa.Column("place", CODE, nullable=False),
        sa.Column("user_id", CODE, nullable=False),
        sa.Column("origin", sa.JSON, nullable=False),
        sa.Column("request_id", CODE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("template_id", CODE, nullable=True),
        sa.Column("template_version", sa.Integer, nullable=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("output", CODE, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "template_id"],
            ["templates.workspace_id", "templates.id"],
            name="fk_slack_drafts_templates",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_slack_drafts_workspace_id_place_user_id", "slack_drafts", ["workspace_id", "place", "user_id"])
    op.create_index("ix_slack_drafts_workspace_id_updated_at", "slack_drafts", ["workspace_id", "updated_at"])
    _table(
        "slack_deliveries",
        "id",
        sa.Column("place", CODE, nullable=False),
        sa.Column("user_id", CODE, nullable=False),
        sa.Column("origin", sa.JSON, nullable=False),
        sa.Column("request_id", CODE, nullable=False),
        sa.Column("render_id", CODE, nullable=False),
        sa.Column("template_id", CODE, nullable=False),
        sa.Column("template_name", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("message_channel", CODE, nullable=True),
        sa.Column("message_ts", CODE, nullable=True),
        sa.Column("file_id", CODE, nullable=True),
        sa.Column("completing", sa.Boolean, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.UniqueConstraint("workspace_id", "render_id", name="uq_slack_deliveries_workspace_id_render_id"),
    )
    columns = ["workspace_id", "place", "user_id", "template_id", "id"]
    op.create_index("ix_slack_deliveries_user", "slack_deliveries", columns)
    op.create_index("ix_slack_deliveries_workspace_id_finished_at", "slack_deliveries", ["workspace_id", "finished_at"])


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP FUNCTION find_slack_installation")
    for table in TABLES:
        op.drop_table(table)
