"""Batches and their rows in PostgreSQL. Rows are written many at a time, by statements of the driver itself."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.statements import on_driver
from adapters.postgres.tables.batches import BatchRow, batch_columns, batch_of
from adapters.postgres.texts import from_json, storable, to_json
from application.ports.batch_repository import BatchFilter, BatchRepository
from domain.batch import Batch, BatchChunk, BatchItem, BatchStatus, ItemStatus
from domain.diagnostics import Diagnostic
from domain.document import Document
from domain.errors import ConflictError, NotFoundError
from domain.formats import OutputFormat
from domain.identifiers import BATCH_PREFIX, BatchId, JobId, RenderId, WorkspaceId, is_id
from domain.render_request import RenderFailure

_CHANGEABLE: Final = tuple(
    column.name for column in BatchRow.__table__.columns if column.name not in ("workspace_id", "id")
)
_SET: Final = ", ".join(f"{name} = ${number}" for number, name in enumerate(_CHANGEABLE, start=3))
_UPDATE: Final = f"UPDATE batches SET {_SET} WHERE workspace_id = $1 AND id = $2 RETURNING id"  # noqa: S608  # names of columns alone

_OF_BATCH: Final = "workspace_id = $1 AND batch_id = $2"
_ADD_ITEMS: Final = """
    INSERT INTO batch_items (workspace_id, batch_id, number, row, key, data, data_sha256, status, failure_code,
        failure_message, diagnostics, starts)
    SELECT $1, $2, number, row, key, data, data_sha256, status, failure_code, failure_message, diagnostics::json, 0
    FROM unnest($3::int[], $4::int[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[]) AS given (number, row, key, data, data_sha256, status, failure_code, failure_message, diagnostics)
    """
_SETTLE: Final = """
    UPDATE batch_items AS i SET status = given.status, render_id = given.render_id,
        data = CASE WHEN given.render_id IS NULL THEN i.data END,
        failure_code = given.failure_code, failure_message = given.failure_message,
        diagnostics = given.diagnostics::json
    FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        AS given (number, status, render_id, failure_code, failure_message, diagnostics)
    WHERE i.workspace_id = $1 AND i.batch_id = $2 AND i.number = given.number
    """
_ITEM: Final = """i.number, i.row, i.key, i.data_sha256, i.status, i.render_id, i.failure_code, i.failure_message,
        i.diagnostics::text AS diagnostics, i.starts"""
_ITEMS: Final = f"""
    SELECT {_ITEM}, r.document_file_name, r.document_output, r.document_size, r.document_sha256
    FROM batch_items AS i LEFT JOIN renders AS r
        ON r.workspace_id = i.workspace_id AND r.id = i.render_id AND r.erased_at IS NULL
    WHERE i.workspace_id = $1 AND i.batch_id = $2 AND i.number > $3 AND i.status = ANY($4::text[])
    ORDER BY i.number LIMIT $5
    """  # noqa: S608  # names of columns alone
_UNMADE: Final = f"""
    SELECT {_ITEM}, i.data FROM batch_items AS i
    WHERE i.workspace_id = $1 AND i.batch_id = $2 AND i.number >= $3 AND i.number <= $4 AND i.status = 'pending'
    ORDER BY i.number LIMIT $5
    """  # noqa: S608  # as above
_COUNT_STARTS: Final = f"UPDATE batch_items SET starts = starts + $4 WHERE {_OF_BATCH} AND number = ANY($3::int[])"  # noqa: S608  # a condition of ours
_RETRY: Final = f"""
    WITH retried AS (
        UPDATE batch_items SET status = 'pending', failure_code = NULL, failure_message = NULL, diagnostics = NULL,
            starts = 0
        WHERE {_OF_BATCH} AND status = 'failed' AND data IS NOT NULL RETURNING number
    )
    SELECT count(*) AS count FROM retried
    """  # noqa: S608  # as above
_CHUNK: Final = f"SELECT job_id, first, last, starts FROM batch_chunks WHERE {_OF_BATCH} AND job_id = $3"  # noqa: S608  # as above
_PUT_CHUNK: Final = """
    INSERT INTO batch_chunks (workspace_id, batch_id, job_id, first, last, starts) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (workspace_id, batch_id, job_id)
        DO UPDATE SET first = excluded.first, last = excluded.last, starts = excluded.starts
    """
_REMOVE_CHUNKS: Final = f"DELETE FROM batch_chunks WHERE {_OF_BATCH} AND ($3::bigint IS NULL OR job_id = $3)"  # noqa: S608  # as above
_REMOVE_ITEMS: Final = f"DELETE FROM batch_items WHERE {_OF_BATCH} AND ($3::int[] IS NULL OR number = ANY($3))"  # noqa: S608  # as above

_LAST: Final = 2_147_483_647


class PostgresBatchRepository(BatchRepository):
    """The batches of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def add(self, batch: Batch) -> None:
        refusals = {
            "fk_batches_workspaces": NotFoundError("workspace", batch.workspace_id),
            "pk_batches": ConflictError(f"There is a batch {batch.id} already."),
        }
        with violations(refusals):
            await self._session.execute(insert(BatchRow).values(batch_columns(batch)))

    @override
    async def add_items(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        await self._on_batch(
            _ADD_ITEMS,
            batch_id,
            [item.number for item in items],
            [item.row for item in items],
            [item.key and storable(item.key) for item in items],
            [item.data for item in items],
            [item.data_sha256 for item in items],
            [item.status for item in items],
            *_reasons(items),
        )

    @override
    async def get(self, batch_id: str, *, for_change: bool = False) -> Batch:
        row = None
        if is_id(batch_id, BATCH_PREFIX):
            query = select(BatchRow).where(BatchRow.workspace_id == self._workspace_id, BatchRow.id == batch_id)
            if for_change:
                query = query.with_for_update()
            row = await self._session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise NotFoundError("batch", batch_id)
        return batch_of(row)

    @override
    async def update(self, batch: Batch) -> None:
        columns = batch_columns(batch)
        if not await self._on_batch(_UPDATE, batch.id, *(columns[name] for name in _CHANGEABLE)):
            raise NotFoundError("batch", batch.id)

    @override
    async def search(self, criteria: BatchFilter, *, limit: int, after: BatchId | None = None) -> list[Batch]:
        query = select(BatchRow).where(BatchRow.workspace_id == self._workspace_id)
        if criteria.template_id is not None:
            query = query.where(BatchRow.template_id == criteria.template_id)
        if criteria.status is not None:
            query = query.where(BatchRow.status == criteria.status)
        if criteria.created_after is not None:
            query = query.where(BatchRow.created_at > criteria.created_after)
        if after is not None:
            query = query.where(BatchRow.id < after)
        newest_first = query.order_by(BatchRow.id.desc()).limit(limit).execution_options(populate_existing=True)
        return [batch_of(row) for row in await self._session.scalars(newest_first)]

    @override
    async def waiting_rows(self) -> int:
        pending = func.sum(BatchRow.total - BatchRow.succeeded - BatchRow.failed)
        unfinished = BatchRow.status.in_([BatchStatus.RUNNING, BatchStatus.PAUSED])
        query = select(pending).where(BatchRow.workspace_id == self._workspace_id, unfinished)
        return int(await self._session.scalar(query) or 0)

    @override
    async def expired(self, at: datetime, *, limit: int) -> list[Batch]:
        query = select(BatchRow).where(
            BatchRow.workspace_id == self._workspace_id, BatchRow.expires_at <= at, BatchRow.erased_at.is_(None)
        )
        free = query.order_by(BatchRow.expires_at).limit(limit).with_for_update(skip_locked=True)
        return [batch_of(row) for row in await self._session.scalars(free)]

    @override
    async def items(
        self, batch_id: BatchId, statuses: Collection[ItemStatus], *, limit: int, after: int = 0
    ) -> list[BatchItem]:
        rows = await self._on_batch(_ITEMS, batch_id, after, list(statuses), limit)
        return [_item_of(row, document=_document_of(row)) for row in rows]

    @override
    async def unmade(self, batch_id: BatchId, *, first: int, last: int | None = None, limit: int) -> list[BatchItem]:
        rows = await self._on_batch(_UNMADE, batch_id, first, _LAST if last is None else last, limit)
        return [_item_of(row, data=row["data"]) for row in rows]

    @override
    async def settle(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        await self._on_batch(
            _SETTLE,
            batch_id,
            [item.number for item in items],
            [item.status for item in items],
            [item.render_id for item in items],
            *_reasons(items),
        )

    @override
    async def count_starts(self, batch_id: BatchId, numbers: Sequence[int], change: int) -> None:
        await self._on_batch(_COUNT_STARTS, batch_id, list(numbers), change)

    @override
    async def retry_failed(self, batch_id: BatchId) -> int:
        rows = await self._on_batch(_RETRY, batch_id)
        return int(rows[0]["count"])

    @override
    async def chunk_of(self, batch_id: BatchId, job_id: JobId) -> BatchChunk | None:
        rows = await self._on_batch(_CHUNK, batch_id, job_id)
        return BatchChunk(job_id, rows[0]["first"], rows[0]["last"], rows[0]["starts"]) if rows else None

    @override
    async def put_chunk(self, batch_id: BatchId, chunk: BatchChunk) -> None:
        await self._on_batch(_PUT_CHUNK, batch_id, chunk.job_id, chunk.first, chunk.last, chunk.starts)

    @override
    async def remove_chunks(self, batch_id: BatchId, job_id: JobId | None = None) -> None:
        await self._on_batch(_REMOVE_CHUNKS, batch_id, job_id)

    @override
    async def remove_items(self, batch_id: BatchId, numbers: Sequence[int] | None = None) -> None:
        await self._on_batch(_REMOVE_ITEMS, batch_id, None if numbers is None else list(numbers))

    async def _on_batch(self, statement: str, batch_id: BatchId, *values: object) -> list[Any]:
        return await on_driver(self._session, statement, self._workspace_id, batch_id, *values)


def _reasons(items: Sequence[BatchItem]) -> tuple[list[str | None], list[str | None], list[str | None]]:
    """Return the columns of what failed, each of them a list."""
    return (
        [item.failure.code if item.failure else None for item in items],
        [storable(item.failure.message) if item.failure else None for item in items],
        [to_json(item.diagnostics) if item.diagnostics else None for item in items],
    )


def _item_of(row: Any, *, data: bytes | None = None, document: Document | None = None) -> BatchItem:
    failure = None if row["failure_code"] is None else RenderFailure(row["failure_code"], row["failure_message"])
    found = row["diagnostics"]
    return BatchItem(
        number=row["number"],
        row=row["row"],
        data_sha256=row["data_sha256"],
        data=data,
        key=row["key"],
        status=ItemStatus(row["status"]),
        failure=failure,
        diagnostics=() if found is None else from_json(found, tuple[Diagnostic, ...]),
        render_id=None if row["render_id"] is None else RenderId(row["render_id"]),
        document=document,
        starts=row["starts"],
    )


def _document_of(row: Any) -> Document | None:
    if row["document_sha256"] is None:
        return None
    output = OutputFormat(row["document_output"])
    return Document(row["document_file_name"], output, row["document_size"], row["document_sha256"])
