"""Read batches and their rows."""

from collections.abc import Collection

from application.caller import Caller
from application.ports.batch_repository import BatchFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.batch import ENDED, Batch, BatchItem, ItemStatus
from domain.errors import ExpiredError
from domain.identifiers import BatchId


class ReadBatches:
    """What belongs to another workspace is not there."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def get(self, caller: Caller, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.batches.get(batch_id)

    async def search(self, caller: Caller, criteria: BatchFilter, *, limit: int, after: BatchId | None) -> list[Batch]:
        """Return up to `limit` batches that meet the criteria, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.batches.search(criteria, limit=limit, after=after)

    async def items(
        self, caller: Caller, batch_id: str, status: ItemStatus | None, *, limit: int, after: int
    ) -> list[BatchItem]:
        """Return up to `limit` rows of a batch in a state (None: in any), in their order, behind a number.

        Raises:
            NotFoundError: there is no such batch.
            ExpiredError: its rows were erased.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            batch = await unit.batches.get(batch_id)
            if batch.erased_at is not None:
                raise ExpiredError(f"The rows and documents of the batch {batch.id} were erased.")
            found = await unit.batches.items(batch.id, _kept_as(status, batch), limit=limit, after=after)
        return [item.as_of(batch) for item in found]


def _kept_as(status: ItemStatus | None, batch: Batch) -> Collection[ItemStatus]:
    """Return the states in which rows are kept that are shown in this one; see `BatchItem.as_of`."""
    is_over = batch.status in ENDED
    if status is None:
        return tuple(ItemStatus)
    if status in (ItemStatus.PENDING, ItemStatus.CANCELLED):
        return (ItemStatus.PENDING,) if is_over == (status is ItemStatus.CANCELLED) else ()
    return (status,)
