"""Batches and their rows in an in-memory transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from application.ports.batch_repository import BatchFilter, BatchRepository
from domain.batch import ENDED, Batch, BatchChunk, BatchItem, ItemStatus
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import BatchId, JobId, WorkspaceId
from tests.fakes.database import View, require_storable


class InMemoryBatchRepository(BatchRepository):
    """The batches of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, batch: Batch) -> None:
        await self._view.query()
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        require_storable(file_name=batch.options.file_name, created_by=batch.created_by)
        if self._view.batches.get((self._workspace_id, batch.id)) is not None:
            raise ConflictError(f"There is a batch {batch.id} already.")
        self._view.batches.put((self._workspace_id, batch.id), batch)

    @override
    async def add_items(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        await self._view.query()
        for item in items:
            self._view.items.put((self._workspace_id, batch_id, item.number), item)

    @override
    async def get(self, batch_id: str, *, for_change: bool = False) -> Batch:
        await self._view.query()
        if for_change:
            await self._view.lock(batch_id)
        batch = self._view.batches.get((self._workspace_id, BatchId(batch_id)))
        if batch is None:
            raise NotFoundError("batch", batch_id)
        return batch

    @override
    async def update(self, batch: Batch) -> None:
        await self.get(batch.id)
        self._view.batches.put((self._workspace_id, batch.id), batch)

    @override
    async def search(self, criteria: BatchFilter, *, limit: int, after: BatchId | None = None) -> list[Batch]:
        await self._view.query()
        found = [
            batch
            for batch in self._mine()
            if criteria.template_id in {None, batch.template_id}
            and criteria.status in {None, batch.status}
            and (criteria.created_after is None or batch.created_at > criteria.created_after)
            and (after is None or batch.id < after)
        ]
        return sorted(found, key=lambda batch: batch.id, reverse=True)[:limit]

    @override
    async def waiting_rows(self) -> int:
        await self._view.query()
        return sum(batch.pending for batch in self._mine() if batch.status not in ENDED)

    @override
    async def expired(self, at: datetime, *, limit: int) -> list[Batch]:
        await self._view.query()
        over = [batch for batch in self._mine() if batch.expires_at <= at and batch.erased_at is None]
        return sorted(over, key=lambda batch: batch.expires_at)[:limit]

    @override
    async def items(
        self, batch_id: BatchId, statuses: Collection[ItemStatus], *, limit: int, after: int = 0
    ) -> list[BatchItem]:
        await self._view.query()
        found = [item for item in self._items(batch_id) if item.number > after and item.status in statuses]
        return [self._with_document(item) for item in found[:limit]]

    @override
    async def unmade(self, batch_id: BatchId, *, first: int, last: int | None = None, limit: int) -> list[BatchItem]:
        await self._view.query()
        found = [
            item
            for item in self._items(batch_id)
            if item.number >= first and (last is None or item.number <= last) and item.status is ItemStatus.PENDING
        ]
        return found[:limit]

    @override
    async def settle(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        await self._view.query()
        for item in items:
            before = self._view.items.get((self._workspace_id, batch_id, item.number))
            if before is not None:
                data = None if item.render_id else before.data
                self._view.items.put((self._workspace_id, batch_id, item.number), replace(item, data=data))

    @override
    async def count_starts(self, batch_id: BatchId, numbers: Sequence[int], change: int) -> None:
        await self._view.query()
        for item in self._items(batch_id):
            if item.number in numbers:
                counted = replace(item, starts=item.starts + change)
                self._view.items.put((self._workspace_id, batch_id, item.number), counted)

    @override
    async def retry_failed(self, batch_id: BatchId) -> int:
        await self._view.query()
        found = [each for each in self._items(batch_id) if each.status is ItemStatus.FAILED and each.data is not None]
        for item in found:
            again = replace(item, status=ItemStatus.PENDING, failure=None, diagnostics=(), starts=0)
            self._view.items.put((self._workspace_id, batch_id, item.number), again)
        return len(found)

    @override
    async def chunk_of(self, batch_id: BatchId, job_id: JobId) -> BatchChunk | None:
        await self._view.query()
        return self._view.chunks.get((self._workspace_id, batch_id, job_id))

    @override
    async def put_chunk(self, batch_id: BatchId, chunk: BatchChunk) -> None:
        await self._view.query()
        self._view.chunks.put((self._workspace_id, batch_id, chunk.job_id), chunk)

    @override
    async def remove_chunks(self, batch_id: BatchId, job_id: JobId | None = None) -> None:
        await self._view.query()
        for key in self._view.chunks.keys():  # noqa: SIM118  # an overlay is no dictionary
            if key[:2] == (self._workspace_id, batch_id) and job_id in {None, key[2]}:
                self._view.chunks.remove(key)

    @override
    async def remove_items(self, batch_id: BatchId, numbers: Sequence[int] | None = None) -> None:
        await self._view.query()
        for item in self._items(batch_id):
            if numbers is None or item.number in numbers:
                self._view.items.remove((self._workspace_id, batch_id, item.number))

    def _mine(self) -> list[Batch]:
        return [batch for batch in self._view.batches.rows() if batch.workspace_id == self._workspace_id]

    def _items(self, batch_id: BatchId) -> list[BatchItem]:
        keys = [key for key in self._view.items.keys() if key[:2] == (self._workspace_id, batch_id)]  # noqa: SIM118  # an overlay is no dictionary
        found = (self._view.items.get(key) for key in sorted(keys))
        return [item for item in found if item is not None]

    def _with_document(self, item: BatchItem) -> BatchItem:
        render = None if item.render_id is None else self._view.renders.get((self._workspace_id, item.render_id))
        document = None if render is None or render.erased_at is not None else render.document
        return replace(item, data=None, document=document)
