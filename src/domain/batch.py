"""Batches: many documents of one version of a template, one from each row of a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from domain.diagnostics import Diagnostic
from domain.document import Document
from domain.errors import ConflictError, DocGenError
from domain.identifiers import BatchId, JobId, RenderId, Slug, TemplateId, WorkspaceId
from domain.render_request import RenderFailure, RenderOptions
from domain.rows import RowFormat

_ERASED: Final = "What failed was erased with the data."


class BatchStatus(StrEnum):
    """The states of a batch."""

    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OnError(StrEnum):
    """What a row that fails does to the others: it ends the batch, or nothing."""

    STOP = "stop"
    CONTINUE = "continue"


class ItemStatus(StrEnum):
    """The states of a row; a row without an end, in a batch that has ended, is cancelled."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


# failed and cancelled -> running is a retry.
_TRANSITIONS: Final[dict[BatchStatus, frozenset[BatchStatus]]] = {
    BatchStatus.RUNNING: frozenset({*BatchStatus} - {BatchStatus.RUNNING}),
    BatchStatus.PAUSED: frozenset({*BatchStatus} - {BatchStatus.PAUSED}),
    BatchStatus.SUCCEEDED: frozenset({BatchStatus.RUNNING}),
    BatchStatus.FAILED: frozenset({BatchStatus.RUNNING}),
    BatchStatus.CANCELLED: frozenset({BatchStatus.RUNNING}),
}
ENDED: Final = frozenset({BatchStatus.SUCCEEDED, BatchStatus.FAILED, BatchStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class RowsRead:
    """How the rows of a batch were read; see TableFacts of application/ports/row_reader.

    `repeated` rows had the key and the data of an earlier one, whose document is theirs as well.
    """

    format: RowFormat
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch and how far it has come; its rows are kept beside it.

    Rows are handed out in their order: those from `next_number` on have not been. The rate is counted from
    `counting_since`, when `counted_before` rows had ended, so that a pause is no part of it.
    """

    id: BatchId
    workspace_id: WorkspaceId
    template_id: TemplateId
    template_slug: Slug
    template_version: int
    options: RenderOptions
    on_error: OnError
    read: RowsRead
    status: BatchStatus
    total: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    succeeded: int = 0
    failed: int = 0
    failure: RenderFailure | None = None
    finished_at: datetime | None = None
    erased_at: datetime | None = None
    next_number: int = 1
    counting_since: datetime | None = None
    counted_before: int = 0

    @property
    def pending(self) -> int:
        """How many rows have neither a document nor a failure."""
        return self.total - self.succeeded - self.failed

    def rate(self, at: datetime) -> float | None:
        """Return how many rows end in a second, in the present run or the last one; None before any has."""
        done = self.succeeded + self.failed - self.counted_before
        if self.counting_since is None or done <= 0:
            return None
        seconds = ((self.finished_at or at) - self.counting_since).total_seconds()
        return done / seconds if seconds > 0 else None

    def remaining_seconds(self, at: datetime) -> float | None:
        """Return how long the rest takes at that rate; None where nobody can say."""
        rate = self.rate(at)
        if self.finished_at is not None:
            return 0.0
        return self.pending / rate if rate and self.status is BatchStatus.RUNNING else None

    def hand_out(self, next_number: int, *, at: datetime) -> "Batch":
        """Return the batch with its rows handed out up to a number."""
        if self.counting_since is not None:
            return replace(self, next_number=next_number)
        done = self.succeeded + self.failed
        return replace(self, next_number=next_number, counting_since=at, counted_before=done)

    def settle(self, *, succeeded: int, failed: int, at: datetime) -> "Batch":
        """Return the batch with so many more rows ended; it ends with its last row, or with the first that it may not.

        Where rows may fail, it has failed when all of them have.
        """
        counted = replace(self, succeeded=self.succeeded + succeeded, failed=self.failed + failed)
        if failed and self.on_error is OnError.STOP:
            return counted.end(BatchStatus.FAILED, at=at, failure=_STOPPED)
        if counted.pending:
            return counted
        if not counted.succeeded:
            return counted.end(BatchStatus.FAILED, at=at, failure=_NONE_MADE)
        return counted.end(BatchStatus.SUCCEEDED, at=at)

    def end(self, status: BatchStatus, *, at: datetime, failure: RenderFailure | None = None) -> "Batch":
        """Return the batch ended."""
        return self._move(status, finished_at=at, failure=failure)

    def cancel(self, *, at: datetime) -> "Batch":
        """Return the batch called off; what is made is kept.

        Raises:
            ConflictError: it has ended.
        """
        return self.end(BatchStatus.CANCELLED, at=at)

    def pause(self) -> "Batch":
        """Return the batch paused.

        Raises:
            ConflictError: it does not run.
        """
        return self._move(BatchStatus.PAUSED)

    def resume(self) -> "Batch":
        """Return the batch running again, from its first row without an end.

        Raises:
            ConflictError: it is not paused.
        """
        if self.status is not BatchStatus.PAUSED:
            raise ConflictError(f"The batch {self.id} is {self.status}: only one that is paused can be resumed.")
        return self._run()

    def retry(self, retried: int) -> "Batch":
        """Return the batch running again, with so many failed rows pending once more.

        Raises:
            ConflictError: it has not ended, or there is nothing to be made.
        """
        if self.status not in ENDED:
            raise ConflictError(f"The batch {self.id} is {self.status}: only one that has ended can be retried.")
        if not self.pending + retried:
            raise ConflictError(
                f"The batch {self.id} has no row to be tried again: rows that could not be read have to be corrected, "
                "and sent as a new batch."
            )
        return self._run(failed=self.failed - retried)

    def require_ended(self) -> None:
        """Refuse what cannot be done while rows are made.

        Raises:
            ConflictError: it has not ended.
        """
        if self.status not in ENDED:
            raise ConflictError(f"The batch {self.id} is {self.status}: cancel it first, or wait for its end.")

    def require_data(self, at: datetime) -> None:
        """Refuse what needs the rows where they are gone.

        Raises:
            ConflictError: they were erased, or their time is over.
        """
        if self.erased_at is not None:
            raise ConflictError(f"The rows of the batch {self.id} were erased.")
        if self.expires_at <= at:
            raise ConflictError(f"The rows of the batch {self.id} expired at {self.expires_at.isoformat()}.")

    def erase(self, *, at: datetime) -> "Batch":
        """Return what is kept of the batch when rows and documents are erased: counts, times and outcome.

        Raises:
            ConflictError: it has not ended.
        """
        self.require_ended()
        return replace(
            self,
            # Names and columns may hold values of the data.
            options=replace(self.options, file_name=None),
            read=RowsRead(self.read.format, repeated=self.read.repeated),
            failure=self.failure and replace(self.failure, message=_ERASED),
            erased_at=self.erased_at or at,
        )

    def _run(self, **changes: Any) -> "Batch":
        begun = {"next_number": 1, "counting_since": None, "finished_at": None, "failure": None}
        return self._move(BatchStatus.RUNNING, **begun, **changes)

    def _move(self, to: BatchStatus, **changes: Any) -> "Batch":
        if to not in _TRANSITIONS[self.status]:
            raise ConflictError(f"The batch {self.id} is {self.status} and cannot become {to}.")
        return replace(self, status=to, **changes)


_STOPPED: Final = RenderFailure(
    "render-failed",
    "A row failed, so the rows behind it were not rendered; 'on_error': 'continue' leaves out what fails.",
)
_NONE_MADE: Final = RenderFailure("render-failed", "No row of the batch has become a document.")


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A row of a batch, in the `number`th place; `row` is what its reader calls it (see PreparedRow).

    `data` is JSON text; it is None where it was not asked for, where the row could not be read, and once there is a
    render, which has it then. `starts` counts those that ended with the process that rendered it.
    """

    number: int
    row: int
    data_sha256: str
    data: bytes | None = None
    key: str | None = None
    status: ItemStatus = ItemStatus.PENDING
    failure: RenderFailure | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    render_id: RenderId | None = None
    document: Document | None = None
    starts: int = 0

    def as_of(self, batch: Batch) -> "BatchItem":
        """Return the row as it is to be shown: one that a batch has left behind at its end is cancelled."""
        is_left = self.status is ItemStatus.PENDING and batch.status in ENDED
        return replace(self, status=ItemStatus.CANCELLED) if is_left else self

    def succeed(self, render_id: RenderId) -> "BatchItem":
        """Return the row with its document."""
        return replace(self, status=ItemStatus.SUCCEEDED, render_id=render_id, data=None)

    def fail(self, error: DocGenError) -> "BatchItem":
        """Return the row failed, with the reason."""
        failure, found = RenderFailure.of(error), tuple(error.diagnostics)
        return replace(self, status=ItemStatus.FAILED, failure=failure, diagnostics=found)


@dataclass(frozen=True, slots=True)
class BatchChunk:
    """Rows in the hands of one job, from `first` to `last`; `starts` counts how often it was begun on them."""

    job_id: JobId
    first: int
    last: int
    starts: int = 1
