"""All documents of a batch in one zip."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from application.in_order import in_order
from application.kept_documents import require_unchanged
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.zip_stream import ZipStream
from domain.batch import Batch, BatchItem, ItemStatus
from domain.document import UniqueNames
from domain.errors import ExpiredError, ServiceUnavailableError
from domain.identifiers import WorkspaceId

_PAGE: Final = 200
# While one document is sent, the next ones are read.
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class BatchArchive:
    """A zip with its name; its pieces are made while they are asked for."""

    file_name: str
    pieces: AsyncGenerator[bytes, None]


class ArchiveBatch:
    """Documents stand in it in the order of their rows, with their names made unique; what is erased is left out.

    The same batch gives the same bytes. No transaction is open while they are sent, and few documents are in memory.
    """

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._storage = storage
        self._clock = clock

    async def __call__(self, workspace_id: WorkspaceId, batch_id: str) -> BatchArchive:
        """Return the archive of a batch of a workspace that has ended.

        Raises:
            NotFoundError: there is no such batch.
            ConflictError: it has not ended.
            ExpiredError: its documents' time is over, or they were erased.
        """
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            batch = await unit.batches.get(batch_id)
        require_archive(batch, self._clock.now())
        return BatchArchive(f"{batch.template_slug}-{batch.id}.zip", self._pieces(batch))

    async def _pieces(self, batch: Batch) -> AsyncGenerator[bytes, None]:
        archive, names = ZipStream(batch.created_at), UniqueNames()

        async def read(found: tuple[BatchItem, bytes | None]) -> bytes | None:
            item, beside_record = found
            if item.document is None:
                return None
            if beside_record is not None:
                return require_unchanged(beside_record, item.document.sha256)
            try:
                return await self._storage.read(BlobKey(batch.workspace_id, item.document.sha256))
            except BlobNotFoundError as error:
                message = f"The storage does not have the document of row {item.row} any more."
                raise ServiceUnavailableError("storage", message) from error

        async with aclosing(in_order(self._items(batch), read, _AT_ONCE)) as documents:
            async for (item, _), content in documents:
                if item.document is not None and content is not None:
                    name = names.take(item.document.file_name)
                    yield archive.add(name, item.document.output, content)
        yield archive.end()

    async def _items(self, batch: Batch) -> AsyncIterator[tuple[BatchItem, bytes | None]]:
        """Yield the items of a batch that have documents, each with its document if that is beside its record."""
        after = 0
        while True:
            async with self._units_of_work.of_workspace(batch.workspace_id) as unit:
                items = await unit.batches.items(batch.id, (ItemStatus.SUCCEEDED,), limit=_PAGE, after=after)
                kept = await unit.renders.contents_of([item.render_id for item in items if item.render_id])
            for item in items:
                yield item, kept.get(item.render_id) if item.render_id else None
            if len(items) < _PAGE:
                return
            after = items[-1].number


def require_archive(batch: Batch, now: datetime) -> None:
    """Raise unless a batch has documents to be put into an archive.

    Raises:
        ConflictError: it has not ended.
        ExpiredError: its documents' time is over, or they were erased.
    """
    batch.require_ended()
    if batch.erased_at is not None:
        raise ExpiredError(f"The rows and documents of the batch {batch.id} were erased.")
    if batch.expires_at <= now:
        raise ExpiredError(f"The documents of the batch {batch.id} expired at {batch.expires_at.isoformat()}.")
