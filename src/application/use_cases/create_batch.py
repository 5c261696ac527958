"""Have a document made of each row of a table: the caller gets a batch to look at, and workers do the work."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from application.caller import Caller
from application.defaults import NO_WISHES, RenderWishes
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.idempotency_keys import AnsweredClaim
from application.ports.job_queue import JobKind, NewJob
from application.ports.row_reader import RowSource, TableFacts
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.row_spool import RowSpool
from application.settings_in_force import SettingsInForce
from application.use_cases.prepare_rows import PrepareRows, PrepareRowsCommand
from application.use_cases.requested_renders import RequestedRenders
from application.webhook_events import WebhookEvents
from domain.audit import AuditAction, AuditObject
from domain.batch import Batch, BatchItem, BatchStatus, OnError, RowsRead
from domain.errors import QueueFullError, RowsInvalidError
from domain.identifiers import BATCH_PREFIX, BatchId
from domain.rows import TOLD_ROWS, CheckedRow, RowProblem, RowWishes

# Rows that one job takes at a time, and jobs that a batch has in the queue: each takes some rows and then lines up
# again, so that batches have their turns and a single render waits for few rows only.
ROWS_OF_CHUNK: Final = 100
LANES: Final = 8

# Rows of one statement, each of which has to come within the time that the database has for one.
_ROWS_OF_STATEMENT: Final = 1_000
_BYTES_OF_STATEMENT: Final = 4_000_000

BatchAnswerOf = Callable[[Batch], Awaitable[AnsweredClaim]]


@dataclass(frozen=True, slots=True)
class CreateBatchCommand:
    """A wish for documents: a version of a template (None: the published one), and rows.

    `expires_in` (seconds) is how long rows and documents are kept, where that is shorter than the retention. `answer`
    makes of the batch what its Idempotency-Key is to be answered with; it is kept along with the batch.
    """

    caller: Caller
    template: str
    rows: RowSource
    version: int | None = None
    row_wishes: RowWishes = field(default_factory=RowWishes)
    wishes: RenderWishes = NO_WISHES
    on_error: OnError = OnError.STOP
    expires_in: int | None = None
    answer: BatchAnswerOf | None = None
    batch_id: BatchId | None = None


class CreateBatch:
    """All rows are checked before the batch is there: one that stops at a failing row is refused where one would fail.

    Batch, rows and jobs are written in one transaction. A workspace has `max_waiting` rows before it at most.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        requested: RequestedRenders,
        prepare_rows: PrepareRows,
        settings: SettingsInForce,
        clock: Clock,
        ids: IdGenerator,
        events: WebhookEvents,
        max_waiting: int,
    ) -> None:
        self._units_of_work = units_of_work
        self._requested = requested
        self._prepare_rows = prepare_rows
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._events = events
        self._max_waiting = max_waiting

    async def __call__(self, command: CreateBatchCommand) -> Batch:
        """Check the rows, and put the batch into the queue.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
            UnsupportedOutputError: the template cannot become this output.
            InvalidRequestError: a wish is none.
            RowsInvalidError: the file or its columns do not do, or rows do not and `on_error` is to stop.
            TimeLimitError: reading the file takes too long.
            QueueFullError: as many rows of the workspace wait as may.
            RequestInProgressError: somebody else has the Idempotency-Key by now.
        """
        workspace_id = command.caller.workspace_id
        in_force = await self._settings.of(workspace_id)
        template, version, source = await self._requested.of_version(workspace_id, command.template, command.version)
        now = self._clock.now()
        options = in_force.defaults.complete(command.wishes, template.format, template.locale, now)
        expires_at = in_force.defaults.expiry(command.expires_in, now)
        placeholders = version.refined_placeholders()
        preparing = PrepareRowsCommand(source, placeholders, command.rows, command.row_wishes, options)
        with RowSpool() as spool:
            read, failed = await self._check(command, preparing, spool, in_force.data_bytes)
            batch = Batch(
                id=command.batch_id or BatchId(self._ids.new_id(BATCH_PREFIX)),
                workspace_id=workspace_id,
                template_id=template.id,
                template_slug=template.slug,
                template_version=version.number,
                options=options,
                on_error=command.on_error,
                read=read,
                status=BatchStatus.RUNNING,
                total=spool.rows,
                created_at=now,
                created_by=command.caller.actor,
                expires_at=expires_at,
            )
            return await self._write(command, batch.settle(succeeded=0, failed=failed, at=now), spool)

    async def _check(
        self, command: CreateBatchCommand, preparing: PrepareRowsCommand, spool: RowSpool, data_bytes: int
    ) -> tuple[RowsRead, int]:
        """Read all rows into the spool; say how they were read, and how many of them failed."""
        told, failed, repeated = list[RowProblem](), 0, 0
        async with self._prepare_rows(preparing) as rows:
            async for given in rows:
                row = _within(given, data_bytes)
                if row.repeats is not None:
                    repeated += 1
                    continue
                if row.problems:
                    failed += 1
                    told += row.problems if failed <= TOLD_ROWS else ()
                spool.add(row)
            facts = rows.facts
        if failed and command.on_error is OnError.STOP:
            message = (
                f"{_rows(failed)} of {spool.rows:,} cannot be rendered, and nothing was: correct them, or give "
                "'on_error': 'continue' to have the other documents made."
            )
            raise RowsInvalidError(message, (), told, failed)
        return _read(facts, repeated), failed

    async def _write(self, command: CreateBatchCommand, batch: Batch, spool: RowSpool) -> Batch:
        answered = None if command.answer is None else await command.answer(batch)
        async with self._units_of_work.of_workspace(batch.workspace_id) as unit:
            if await unit.batches.waiting_rows() + batch.pending > self._max_waiting:
                raise QueueFullError(
                    f"{self._max_waiting:,} rows of this workspace may wait for their documents, and these do not fit "
                    "beside those that do: send the batch again later, or in parts.",
                    retry_after=60,
                )
            await unit.batches.add(batch)
            for items in _in_statements(spool.read()):
                await unit.batches.add_items(batch.id, items)
            await enqueue_lanes(unit, batch)
            await self._events.tell_of_end_of_batch(unit, batch)
            detail = f"{batch.total} rows"
            await unit.audit.record(
                command.caller.entry(AuditAction.BATCH_CREATED, AuditObject.BATCH, batch.id, detail)
            )
            if answered is not None:
                await unit.answers.keep(answered)
            await unit.commit()
        return batch


async def enqueue_lanes(unit: UnitOfWork, batch: Batch) -> None:
    """Put a batch into the queue that runs, as often as it has places there."""
    if batch.status is BatchStatus.RUNNING:
        for _ in range(min(LANES, -(-batch.pending // ROWS_OF_CHUNK))):
            await unit.jobs.enqueue(NewJob(JobKind.BATCH, batch.workspace_id, batch.id))


def _within(row: CheckedRow, data_bytes: int) -> CheckedRow:
    """Refuse a row whose data is larger than the workspace allows for a render."""
    if len(row.data) <= data_bytes or row.problems:
        return row
    message = f"has {len(row.data):,} bytes of data, of which a render may have {data_bytes:,}"
    return replace(row, problems=(RowProblem(row.row, "row-too-large", message, "Shorten it."),))


def _rows(count: int) -> str:
    return "One row" if count == 1 else f"{count:,} rows"


def _read(facts: TableFacts, repeated: int) -> RowsRead:
    return RowsRead(facts.format, facts.encoding, facts.delimiter, facts.sheet, facts.columns, facts.ignored, repeated)


def _in_statements(rows: Iterable[CheckedRow]) -> Iterator[list[BatchItem]]:
    """Give rows as items, as many at a time as one statement may have."""
    items, size = list[BatchItem](), 0
    for number, row in enumerate(rows, start=1):
        items.append(_item_of(number, row))
        size += len(row.data)
        if len(items) >= _ROWS_OF_STATEMENT or size > _BYTES_OF_STATEMENT:
            yield items
            items, size = [], 0
    if items:
        yield items


def _item_of(number: int, row: CheckedRow) -> BatchItem:
    """Make an item of a row; one that cannot be rendered has failed, and is never tried with the data that it has."""
    if not row.problems:
        return BatchItem(number, row.row, row.data_sha256, row.data, row.key)
    message = " ".join(str(problem.as_diagnostic()) for problem in row.problems)
    refusal = RowsInvalidError(message, (), row.problems, 1)
    return BatchItem(number, row.row, row.data_sha256, None, row.key).fail(refusal)
