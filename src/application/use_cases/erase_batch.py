"""Erase the rows and documents of batches for good."""

from typing import Final

from application.job_worker import Outcome, Settled
from application.ports.clock import Clock
from application.ports.document_storage import DocumentStorage
from application.ports.job_queue import JobKind, NewJob
from application.ports.job_source import TakenJob
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.unnamed_blobs import erase_unnamed
from application.use_cases.keep_house import in_each
from application.webhook_events import WebhookEvents
from domain.batch import ENDED, Batch, BatchStatus, ItemStatus
from domain.errors import ExpiredError, NotFoundError
from domain.identifiers import WorkspaceId
from domain.render_request import RenderFailure

_AT_ONCE: Final = 200


class CarryOutErasure:
    """Some rows at a time go with their documents, until there are none; whoever dies in between leaves the rest.

    Documents that were deleted by themselves are left as they are.
    """

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._storage = storage
        self._clock = clock

    async def __call__(self, job: TakenJob) -> Outcome:
        """Erase what there is of a batch.

        Raises:
            ServiceUnavailableError: the database or the storage is down; the rest is left.
        """
        while await self._some(job):
            pass
        return Settled.DONE

    async def _some(self, job: TakenJob) -> bool:
        """Erase some rows; tell whether there were any."""
        hashes = set[str]()
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                batch = await unit.batches.get(job.subject)
            except NotFoundError:  # its workspace was deleted
                return False
            items = await unit.batches.items(batch.id, tuple(ItemStatus), limit=_AT_ONCE)
            for item in items:
                if item.document is not None and item.render_id is not None:
                    request = await unit.renders.get(item.render_id, for_change=True)
                    if await unit.renders.erase(request.erase(at=self._clock.now())):
                        hashes.add(item.document.sha256)
            await unit.batches.remove_items(batch.id, [item.number for item in items])
            await unit.commit()
        await erase_unnamed(self._units_of_work, self._storage, job.workspace_id, hashes)
        return bool(items)


async def have_erased(unit: UnitOfWork, batch: Batch, clock: Clock) -> None:
    """Note that a batch is erased, and have its rows and documents removed."""
    await unit.batches.update(batch.erase(at=clock.now()))
    await unit.jobs.enqueue(NewJob(JobKind.BATCH_ERASURE, batch.workspace_id, batch.id))


class EraseExpiredBatches:
    """The rows of batches whose time is over go, as if somebody had erased them; one that is not done fails first."""

    def __init__(
        self, units_of_work: UnitsOfWork, workspaces: WorkspaceDirectory, clock: Clock, events: WebhookEvents
    ) -> None:
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._clock = clock
        self._events = events

    async def __call__(self) -> None:
        """Erase what there is."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, count: int) -> int:
        now = self._clock.now()
        reason = RenderFailure.of(ExpiredError("Its time was over before all of its rows were rendered."))
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            expired = await unit.batches.expired(now, limit=count)
            for batch in expired:
                ended = batch
                if batch.status not in ENDED:
                    ended = batch.end(BatchStatus.FAILED, at=now, failure=reason)
                    await self._events.tell_of_end_of_batch(unit, ended)
                await unit.batches.remove_chunks(batch.id)
                await have_erased(unit, ended, self._clock)
            await unit.commit()
        return len(expired)
