"""The collection of batches of one workspace, with their rows."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.batch import Batch, BatchChunk, BatchItem, BatchStatus, ItemStatus
from domain.identifiers import BatchId, JobId, TemplateId


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """Which batches to list: all criteria must hold, None means any."""

    template_id: TemplateId | None = None
    status: BatchStatus | None = None
    created_after: datetime | None = None


class BatchRepository(Protocol):
    """Batches and their rows, those of one workspace alone.

    Whoever changes a batch, its rows or its chunks has read it with `for_change` before, so that changes of one batch
    come one after the other.
    """

    @abstractmethod
    async def add(self, batch: Batch) -> None:
        """Add a batch, for now without rows.

        Raises:
            NotFoundError: the workspace is gone. A template that is gone does not matter.
            ConflictError: there is a batch of this id already.
            InvalidRequestError: a text of its options cannot be kept.
        """

    @abstractmethod
    async def add_items(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        """Add rows to a batch that was added; their data is kept byte for byte."""

    @abstractmethod
    async def get(self, batch_id: str, *, for_change: bool = False) -> Batch:
        """Return the batch; with `for_change` nobody else changes it before the transaction ends.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, batch: Batch) -> None:
        """Store a changed batch.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def search(self, criteria: BatchFilter, *, limit: int, after: BatchId | None = None) -> list[Batch]:
        """Return up to `limit` batches, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def waiting_rows(self) -> int:
        """Count the rows without an end of all batches that have not ended."""

    @abstractmethod
    async def expired(self, at: datetime, *, limit: int) -> list[Batch]:
        """Return up to `limit` batches whose time is over at `at` and that are not erased.

        Nobody else changes them before the transaction ends; those that somebody does change are left out.
        """

    @abstractmethod
    async def items(
        self, batch_id: BatchId, statuses: Collection[ItemStatus], *, limit: int, after: int = 0
    ) -> list[BatchItem]:
        """Return up to `limit` rows of these states behind a number, in their order, without their data.

        Rows with a render have its document, unless that was erased.
        """

    @abstractmethod
    async def unmade(self, batch_id: BatchId, *, first: int, last: int | None = None, limit: int) -> list[BatchItem]:
        """Return up to `limit` pending rows with their data, in their order, from `first` to `last`, both included."""

    @abstractmethod
    async def settle(self, batch_id: BatchId, items: Sequence[BatchItem]) -> None:
        """Store what became of rows; the data of those that have a render goes, since that has it."""

    @abstractmethod
    async def count_starts(self, batch_id: BatchId, numbers: Sequence[int], change: int) -> None:
        """Add to the starts of rows."""

    @abstractmethod
    async def retry_failed(self, batch_id: BatchId) -> int:
        """Make the failed rows pending that have data, and return how many there were."""

    @abstractmethod
    async def chunk_of(self, batch_id: BatchId, job_id: JobId) -> BatchChunk | None:
        """Return the rows in the hands of a job."""

    @abstractmethod
    async def put_chunk(self, batch_id: BatchId, chunk: BatchChunk) -> None:
        """Note which rows are in the hands of a job, in place of others."""

    @abstractmethod
    async def remove_chunks(self, batch_id: BatchId, job_id: JobId | None = None) -> None:
        """Take the rows out of the hands of a job, or of all of them."""

    @abstractmethod
    async def remove_items(self, batch_id: BatchId, numbers: Sequence[int] | None = None) -> None:
        """Remove rows, or all of them, for good."""
