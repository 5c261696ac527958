"""The mark of the storage that belongs to the database."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import connecting
from adapters.postgres.scope import NO_WORKSPACE, scope_of
from adapters.postgres.tables.storage import StorageMarkRow
from application.ports.storage_mark import ReplaceableMark

_MARK: Final = select(StorageMarkRow.mark)


class PostgresStorageMark(ReplaceableMark):
    """One row, which belongs to no workspace. It is in no backup: what is restored has another storage."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @property
    @override
    def place(self) -> str:
        return "the database"

    @override
    async def read(self) -> str | None:
        async with self._session() as session:
            with connecting():
                _ = await session.connection()
            return await session.scalar(_MARK)

    @override
    async def make(self, mark: str) -> str:
        row = insert(StorageMarkRow).values(workspace_id=NO_WORKSPACE, mark=mark)
        async with self._session() as session:
            with connecting():
                _ = await session.connection()
            await session.execute(row.on_conflict_do_nothing())
            await session.commit()
        return await self.read() or mark

    @override
    async def replace(self, mark: str) -> None:
        row = insert(StorageMarkRow).values(workspace_id=NO_WORKSPACE, mark=mark)
        async with self._session() as session:
            with connecting():
                _ = await session.connection()
            await session.execute(row.on_conflict_do_update(index_elements=["workspace_id"], set_={"mark": mark}))
            await session.commit()

    def _session(self) -> AsyncSession:
        return self._database.session(scope_of(None))
