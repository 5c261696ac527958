"""Pause a batch, let it go on, call it off, have its failed rows tried again, or erase it."""

from collections.abc import Awaitable, Callable

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.use_cases.create_batch import BatchAnswerOf, enqueue_lanes
from application.use_cases.erase_batch import have_erased
from domain.audit import AuditAction, AuditObject
from domain.batch import Batch
from domain.errors import ConflictError, NotFoundError

_Change = Callable[[UnitOfWork, Batch], Awaitable[Batch]]


class ChangeBatch:
    """Each change is one transaction; those who make documents at that moment find it when they come to write them.

    What they have in hand when a batch is paused is finished. `answer` makes what an Idempotency-Key is answered with.
    All of them raise NotFoundError where there is no such batch, ConflictError where its state does not allow it, and
    RequestInProgressError where somebody else has the Idempotency-Key by now.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def pause(self, caller: Caller, batch_id: str, answer: BatchAnswerOf | None = None) -> Batch:
        """Begin no other row until it is resumed."""

        async def change(_: UnitOfWork, batch: Batch) -> Batch:
            return batch.pause()

        return await self._changed(caller, batch_id, AuditAction.BATCH_PAUSED, change, answer)

    async def resume(self, caller: Caller, batch_id: str, answer: BatchAnswerOf | None = None) -> Batch:
        """Go on with the rows that have no end."""

        async def change(unit: UnitOfWork, batch: Batch) -> Batch:
            resumed = batch.resume()
            return await self._begun(unit, resumed)

        return await self._changed(caller, batch_id, AuditAction.BATCH_RESUMED, change, answer)

    async def cancel(self, caller: Caller, batch_id: str, answer: BatchAnswerOf | None = None) -> Batch:
        """Call off the rows that have no end; documents that are made stay."""

        async def change(unit: UnitOfWork, batch: Batch) -> Batch:
            await unit.batches.remove_chunks(batch.id)
            return batch.cancel(at=self._clock.now())

        return await self._changed(caller, batch_id, AuditAction.BATCH_CANCELLED, change, answer)

    async def retry_failed(self, caller: Caller, batch_id: str, answer: BatchAnswerOf | None = None) -> Batch:
        """Try the rows again that failed, and those that a stop or a cancellation kept from being tried."""

        async def change(unit: UnitOfWork, batch: Batch) -> Batch:
            batch.require_ended()
            batch.require_data(self._clock.now())
            try:
                await unit.templates.get_version(batch.template_id, batch.template_version)
            except NotFoundError:
                message = f"The template {batch.template_slug!r} of the batch {batch.id} was erased for good."
                raise ConflictError(message) from None
            retried = batch.retry(await unit.batches.retry_failed(batch.id))
            return await self._begun(unit, retried)

        return await self._changed(caller, batch_id, AuditAction.BATCH_RETRIED, change, answer)

    async def erase(self, caller: Caller, batch_id: str) -> None:
        """Erase rows and documents: nobody reads them any more, and a worker removes them. The batch's record stays."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            batch = await unit.batches.get(batch_id, for_change=True)
            batch.require_ended()
            if batch.erased_at is None:
                await have_erased(unit, batch, self._clock)
                await unit.audit.record(caller.entry(AuditAction.BATCH_ERASED, AuditObject.BATCH, batch.id))
                await unit.commit()

    async def _begun(self, unit: UnitOfWork, batch: Batch) -> Batch:
        """Let jobs begin at the first row without an end; what others still have in hand does not count any more."""
        await unit.batches.remove_chunks(batch.id)
        await enqueue_lanes(unit, batch)
        return batch

    async def _changed(
        self, caller: Caller, batch_id: str, action: AuditAction, change: _Change, answer: BatchAnswerOf | None
    ) -> Batch:
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            batch = await change(unit, await unit.batches.get(batch_id, for_change=True))
            await unit.batches.update(batch)
            await unit.audit.record(caller.entry(action, AuditObject.BATCH, batch.id))
            if answer is not None:
                await unit.answers.keep(await answer(batch))
            await unit.commit()
        return batch
