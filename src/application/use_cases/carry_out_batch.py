"""Make documents of some rows of a batch that waited in the queue."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from application.job_worker import Outcome, Settled, TryAgain, backoff
from application.kept_documents import KeptDocuments
from application.lost_work import MAX_STARTS, PASSES_BY, given_up
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.job_queue import JobKind, NewJob
from application.ports.job_source import TakenJob
from application.ports.template_renderer import TemplateRenderer, TemplateSource
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.use_cases.batch_documents import MakeDocuments, RowGroup
from application.use_cases.create_batch import ROWS_OF_CHUNK
from application.use_cases.requested_renders import RequestedRenders
from application.webhook_events import WebhookEvents
from domain.batch import Batch, BatchChunk, BatchItem, BatchStatus
from domain.errors import (
    DocGenError,
    ExpiredError,
    NotFoundError,
    RenderFailedError,
    TemplateErasedError,
)
from domain.render_request import RenderFailure

logger = logging.getLogger("docgen.worker")

# Rows whose documents are written together.
ROWS_OF_GROUP: Final = 100
# Rows that are begun together where a process has ended over a job's rows.
_CAREFUL_ROWS: Final = 10

_GIVEN_UP: Final = given_up("row", "the failed rows")
_KEPT_GOING: Final = frozenset({BatchStatus.RUNNING, BatchStatus.PAUSED})


@dataclass(frozen=True, slots=True)
class _Work:
    """What a job has in hand: rows of a batch."""

    batch: Batch
    job: TakenJob
    chunk: BatchChunk
    items: Sequence[BatchItem]

    @property
    def is_careful(self) -> bool:
        """Tell whether a process has ended over these rows, so that it is noted which of them are begun."""
        return self.chunk.starts > 1

    def next_group(self, rest: Sequence[BatchItem]) -> int:
        """Return how many rows are begun together: after a process has ended over many, over few, then over each."""
        if not self.is_careful:
            return ROWS_OF_GROUP
        return next((at or 1 for at, item in enumerate(rest[:_CAREFUL_ROWS]) if item.starts), _CAREFUL_ROWS)


class CarryOutBatch:
    """A row ends once, whatever happens to those who make its document.

    A job takes the next rows that nobody has, makes their documents, and lines up again for more. The rows of a job
    are noted; the job of a worker that died comes to another one, which finds there what is left. Ends are written only
    while the note still stands, so that whoever was thought dead, or overtaken by a cancellation, leaves nothing
    behind. Rows that a process has ended over are begun ten at a time then, and where it ended over ten of them, one by
    one; their starts are counted. The row that ends it takes no other along.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        requested: RequestedRenders,
        renderer: TemplateRenderer,
        documents: KeptDocuments,
        clock: Clock,
        ids: IdGenerator,
        events: WebhookEvents,
        at_once: int,
    ) -> None:
        """Take how many rows of a job are rendered at a time."""
        self._units_of_work = units_of_work
        self._requested = requested
        self._made = MakeDocuments(renderer, documents, clock, ids, at_once)
        self._documents = documents
        self._clock = clock
        self._events = events

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it.

        Raises:
            ServiceUnavailableError: the database is down; nothing is known of what became of the rows.
        """
        work = await self._take(job)
        if isinstance(work, Settled):
            return work
        try:
            return await self._make(work)
        except PASSES_BY as failure:
            logger.warning("The batch %s has to wait: %s", work.batch.id, failure)
            await self._count_no_start(work)
            return TryAgain(backoff(job.handed_back))
        except asyncio.CancelledError:  # the worker ends, and has told everybody: that is no start to be counted
            await self._count_no_start(work)
            raise

    async def _take(self, job: TakenJob) -> _Work | Settled:
        """Take the rows of a job, those that it had, or else the next that nobody has; or say why there are none."""
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                batch = await unit.batches.get(job.subject, for_change=True)
            except NotFoundError:  # its workspace was deleted
                return Settled.DONE
            if batch.status is not BatchStatus.RUNNING:
                await unit.batches.remove_chunks(batch.id, job.id)
                await unit.commit()
                return Settled.DONE
            now = self._clock.now()
            if batch.expires_at <= now:
                await self._end(unit, batch, ExpiredError("Its time was over before all of its rows were rendered."))
                return Settled.FAILED
            chunk = await unit.batches.chunk_of(batch.id, job.id)
            first = batch.next_number if chunk is None else chunk.first
            last = None if chunk is None else chunk.last
            items = await unit.batches.unmade(batch.id, first=first, last=last, limit=ROWS_OF_CHUNK)
            if chunk is not None:
                chunk = replace(chunk, starts=chunk.starts + 1)
            elif items:
                chunk = BatchChunk(job.id, items[0].number, items[-1].number)
                batch = batch.hand_out(chunk.last + 1, at=now)
                await unit.batches.update(batch)
            else:
                return Settled.DONE
            await unit.batches.put_chunk(batch.id, chunk)
            await unit.commit()
        return _Work(batch, job, chunk, items)

    async def _end(self, unit: UnitOfWork, batch: Batch, reason: DocGenError) -> None:
        """End a batch whose rows cannot be made any more."""
        ended = batch.end(BatchStatus.FAILED, at=self._clock.now(), failure=RenderFailure.of(reason))
        await unit.batches.update(ended)
        await self._events.tell_of_end_of_batch(unit, ended)
        await unit.batches.remove_chunks(batch.id)
        await unit.commit()

    async def _make(self, work: _Work) -> Outcome:
        batch = work.batch
        try:
            _, _, source = await self._requested.of_version(
                batch.workspace_id, batch.template_id, batch.template_version
            )
        except NotFoundError:
            async with self._units_of_work.of_workspace(batch.workspace_id) as unit:
                current = await unit.batches.get(batch.id, for_change=True)
                if current.status in _KEPT_GOING:
                    await self._end(unit, current, TemplateErasedError(batch.template_slug))
            return Settled.FAILED
        keep = self._keep_careful if work.is_careful else self._keep
        rest = list(work.items)
        while True:
            size = work.next_group(rest)
            ended = await keep(work, source, rest[:size], rest[size:])
            if ended is None:
                break
            rest = rest[ended:]
            if not rest:
                break
        return Settled.DONE

    async def _keep_careful(
        self, work: _Work, source: TemplateSource, items: Sequence[BatchItem], behind: Sequence[BatchItem]
    ) -> int | None:
        """Make the documents of rows whose start is noted first; one that was started too often is not tried."""
        # The first time, all rows of the job were started together.
        if items and items[0].starts + 1 >= MAX_STARTS:
            given_up = RowGroup([items[0].fail(RenderFailedError(_GIVEN_UP))])
            status = await self._write(work, given_up, store_ms=0.0, is_last=not behind)
            return 1 if status is BatchStatus.RUNNING else None
        await self._count_starts(work, items, 1)
        try:
            ended = await self._keep(work, source, items, behind)
        except (*PASSES_BY, asyncio.CancelledError):
            await self._count_starts(work, items, -1)
            raise
        if ended is not None:
            await self._count_starts(work, items[ended:], -1)  # their documents were too large beside the others
        return ended

    async def _keep(
        self, work: _Work, source: TemplateSource, items: Sequence[BatchItem], behind: Sequence[BatchItem]
    ) -> int | None:
        """Make and store documents, then write the records that name them.

        Return how many rows have ended, None where the work is not to go on. Rows whose documents are many bytes are
        left for the next time, as those `behind` them are.
        """
        group = await self._made(work.batch, source, items)
        is_last = not behind and len(group.ended) == len(items)
        began = self._clock.elapsed_ms()
        async with self._documents.keeping(work.batch.workspace_id, group.contents):
            store_ms = (self._clock.elapsed_ms() - began) / max(1, len(group.made))
            status = await self._write(work, group, store_ms=store_ms, is_last=is_last)
        if status is None:
            await self._documents.erase_unnamed(self._units_of_work, work.batch.workspace_id, group.contents)
        return len(group.ended) if status is BatchStatus.RUNNING else None

    async def _write(self, work: _Work, group: RowGroup, *, store_ms: float, is_last: bool) -> BatchStatus | None:
        """Write what became of rows, in one transaction, if they are still this job's; say what became of the batch."""
        async with self._units_of_work.of_workspace(work.batch.workspace_id) as unit:
            batch = await self._still_mine(unit, work)
            if batch is None:
                return None
            await unit.renders.add_all([made.record(store_ms) for made in group.made])
            await unit.batches.settle(batch.id, group.ended)
            made = len(group.made)
            settled = batch.settle(succeeded=made, failed=len(group.ended) - made, at=self._clock.now())
            await unit.batches.update(settled)
            if settled.finished_at is not None:
                await self._events.tell_of_end_of_batch(unit, settled)
            if is_last or settled.status is not BatchStatus.RUNNING:
                await unit.batches.remove_chunks(batch.id, work.job.id)
            if is_last and settled.status is BatchStatus.RUNNING and settled.next_number <= settled.total:
                await unit.jobs.enqueue(NewJob(JobKind.BATCH, batch.workspace_id, batch.id))
            await unit.commit()
        return settled.status

    async def _count_starts(self, work: _Work, items: Sequence[BatchItem], change: int) -> None:
        if not items:
            return
        async with self._units_of_work.of_workspace(work.batch.workspace_id) as unit:
            if await self._still_mine(unit, work) is not None:
                await unit.batches.count_starts(work.batch.id, [item.number for item in items], change)
                await unit.commit()

    async def _count_no_start(self, work: _Work) -> None:
        async with self._units_of_work.of_workspace(work.batch.workspace_id) as unit:
            if await self._still_mine(unit, work) is not None:
                await unit.batches.put_chunk(work.batch.id, replace(work.chunk, starts=work.chunk.starts - 1))
                await unit.commit()

    async def _still_mine(self, unit: UnitOfWork, work: _Work) -> Batch | None:
        """Return the batch as it is, if the rows are still in the hands of this start of the job."""
        try:
            batch = await unit.batches.get(work.batch.id, for_change=True)
        except NotFoundError:
            return None
        is_mine = await unit.batches.chunk_of(batch.id, work.job.id) == work.chunk
        return batch if is_mine and batch.status in _KEPT_GOING else None
