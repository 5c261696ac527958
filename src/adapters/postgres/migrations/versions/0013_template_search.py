"""What a search of templates looks at, folded: without case and accents, in a column of its own.

Revision ID: 0013
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEMPLATES = sa.table(
    "templates",
    *(sa.column(name) for name in ("workspace_id", "id", "name", "slug", "description", "search")),
    sa.column("tags", sa.ARRAY(sa.Text)),
)


def upgrade() -> None:
    """Add the column, and fill it; a program of before leaves it empty, and is found again when it is changed."""
    op.add_column("templates", sa.Column("search", sa.Text(collation="C"), nullable=False, server_default=""))
    op.execute("SET LOCAL docgen.maintenance = 'on'")
    connection = op.get_bind()
    for row in connection.execute(sa.select(_TEMPLATES)).all():
        folded = "\n".join(_folded(text) for text in (row.name, row.slug, *row.tags, row.description))
        mine = (_TEMPLATES.c.workspace_id == row.workspace_id) & (_TEMPLATES.c.id == row.id)
        connection.execute(sa.update(_TEMPLATES).where(mine).values(search=folded))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("templates", "search")
