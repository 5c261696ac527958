"""What names a blob, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select, text, tuple_, union, union_all
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from typing_extensions import override

from adapters.postgres.tables.assets import AssetRow
from adapters.postgres.tables.renders import RenderRow
from adapters.postgres.tables.templates import TemplateVersionRow
from adapters.postgres.tables.workspaces import DeletedWorkspaceRow, WorkspaceRow
from application.ports.blob_references import BlobName, BlobReferences, Namer
from domain.identifiers import WorkspaceId


@dataclass(frozen=True, slots=True)
class _Names:
    """The columns of a table that say which row names which blob, and what holds of a row that does."""

    workspace_id: InstrumentedAttribute[str]
    key: tuple[InstrumentedAttribute[Any], ...]
    sha256: InstrumentedAttribute[Any]
    size: InstrumentedAttribute[Any]
    condition: ColumnElement[bool] | None = None

    def of(self, workspace_id: WorkspaceId, *columns: InstrumentedAttribute[Any]) -> Select[Any]:
        """Select columns of the rows of a workspace that name a blob."""
        query = select(*columns).where(self.workspace_id == workspace_id, self.sha256.is_not(None))
        return query if self.condition is None else query.where(self.condition)


_TABLES: Final[Mapping[Namer, _Names]] = {
    Namer.VERSION: _Names(
        TemplateVersionRow.workspace_id,
        (TemplateVersionRow.template_id, TemplateVersionRow.number),
        TemplateVersionRow.sha256,
        TemplateVersionRow.size,
    ),
    Namer.ASSET: _Names(AssetRow.workspace_id, (AssetRow.name,), AssetRow.sha256, AssetRow.size),
    Namer.RENDER: _Names(
        RenderRow.workspace_id,
        (RenderRow.id,),
        RenderRow.document_sha256,
        RenderRow.document_size,
        # A document beside its record is not in the storage.
        RenderRow.erased_at.is_(None) & RenderRow.document_content.is_(None),
    ),
}


# Held alone by a backup, for as long as no blob may be erased; any number that no other lock has: "backup" in ASCII.
BACKUP_LOCK: Final = int.from_bytes(b"backup")
# Whoever erases a blob asks what names it, before: a backup that is under way names all of them.
_KEPT_BY_BACKUP: Final = text(
    "SELECT unnest(CAST(:sha256s AS text[])) WHERE NOT (SELECT pg_try_advisory_xact_lock_shared(:lock))"
)


def all_named_blobs() -> str:
    """Return the statement that lists every blob that a row of any workspace names, once, with its size."""
    named = union_all(
        *(
            select(table.workspace_id.label("workspace_id"), table.sha256.label("sha256"), table.size.label("size"))
            .where(table.sha256.is_not(None))
            .where(*(() if table.condition is None else (table.condition,)))
            for table in _TABLES.values()
        )
    ).subquery()
    columns = named.c.workspace_id, named.c.sha256
    query = select(*columns, func.max(named.c.size).label("size")).group_by(*columns).order_by(*columns)
    return str(query.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # SQLAlchemy's has no hints


class PostgresBlobReferences(BlobReferences):
    """The references of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def named(self, sha256s: Collection[str]) -> set[str]:
        queries = (
            table.of(self._workspace_id, table.sha256).where(table.sha256.in_(sha256s)) for table in _TABLES.values()
        )
        found = set(await self._session.scalars(union(*queries)))
        kept = await self._session.scalars(_KEPT_BY_BACKUP, {"sha256s": list(sha256s), "lock": BACKUP_LOCK})
        return found | set(kept)

    @override
    async def names_of(self, sha256: str, *, limit: int) -> list[BlobName]:
        found: list[BlobName] = []
        for namer, table in _TABLES.items():
            query = table.of(self._workspace_id, *table.key, table.sha256, table.size).where(table.sha256 == sha256)
            found += await self._fetch(namer, query.order_by(*table.key).limit(limit - len(found)))
        return found

    @override
    async def names(self, *, limit: int, after: BlobName | None = None) -> list[BlobName]:
        namers = list(_TABLES)
        for namer in namers if after is None else namers[namers.index(after.namer) :]:
            table = _TABLES[namer]
            query = table.of(self._workspace_id, *table.key, table.sha256, table.size)
            if after is not None and after.namer is namer:
                query = query.where(tuple_(*table.key) > _key_of(after))
            found = await self._fetch(namer, query.order_by(*table.key).limit(limit))
            if found:
                return found
        return []

    async def _fetch(self, namer: Namer, query: Select[Any]) -> list[BlobName]:
        return [_name_of(namer, row) for row in await self._session.execute(query)]

    @override
    async def since(self) -> datetime | None:
        tables = (WorkspaceRow, DeletedWorkspaceRow)
        found = await self._session.scalars(
            union(*(select(table.created_at).where(table.id == self._workspace_id) for table in tables))
        )
        return found.first()


def _name_of(namer: Namer, row: Sequence[Any]) -> BlobName:
    *key, sha256, size = row
    return BlobName(namer, "/".join(map(str, key)), sha256, size)


def _key_of(name: BlobName) -> tuple[object, ...]:
    if name.namer is not Namer.VERSION:
        return (name.id,)
    template_id, number = name.id.split("/")
    return template_id, int(number)
