"""Usage, added up by day and template."""

from datetime import date

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.postgres.tables.base import ByteCount, CodeKey, Row


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
