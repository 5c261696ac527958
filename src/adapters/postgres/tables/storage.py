"""What the database knows of the storage beside it."""

from sqlalchemy.orm import Mapped

from adapters.postgres.tables.base import Code, CodeKey, Row


class StorageMarkRow(Row):
    """The mark of the storage that belongs to the database: one row, of no workspace (`-`)."""

    __tablename__ = "storage_marks"

    workspace_id: Mapped[CodeKey]
    mark: Mapped[Code]
