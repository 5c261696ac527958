"""The contract of `BatchRepository`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.batch_repository import BatchFilter
from application.ports.render_repository import NewRender
from application.ports.unit_of_work import UnitsOfWork
from domain.batch import Batch, BatchChunk, BatchItem, BatchStatus, ItemStatus
from domain.diagnostics import Diagnostic, Severity
from domain.errors import ConflictError, InvalidRequestError, NotFoundError
from domain.identifiers import JobId
from domain.render_request import RenderFailure, RenderOptions, RenderRequest
from domain.template import Template
from domain.workspace import Workspace
from tests.builders import DATA, NOW, a_batch, a_batch_item, a_document, a_render_request, a_template
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

LATER = NOW + timedelta(days=31)
ALL = tuple(ItemStatus)
FINDING = Diagnostic(Severity.ERROR, "missing-value", "It is missing.", None, pointer="/name")
FAILED = {"status": ItemStatus.FAILED, "failure": RenderFailure("data-invalid", "No."), "diagnostics": (FINDING,)}


async def added(units: UnitsOfWork, batch: Batch, *items: BatchItem) -> Batch:
    """Store a batch with its rows."""
    async with units.of_workspace(batch.workspace_id) as unit:
        await unit.batches.add(batch)
        await unit.batches.add_items(batch.id, items)
        await unit.commit()
    return batch


async def read(units: UnitsOfWork, batch: Batch) -> Batch:
    """Read a batch anew."""
    async with units.of_workspace(batch.workspace_id) as unit:
        return await unit.batches.get(batch.id)


async def pending(units: UnitsOfWork, batch: Batch, first: int = 1, last: int | None = None) -> list[BatchItem]:
    """Read the rows without an end."""
    async with units.of_workspace(batch.workspace_id) as unit:
        return await unit.batches.unmade(batch.id, first=first, last=last, limit=100)


class BatchRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of batches."""

    @pytest.fixture
    async def template(self, units: UnitsOfWork, acme: Workspace) -> Template:
        """A stored template of the workspace acme."""
        return await stored(units, a_template(workspace_id=acme.id))

    async def test_a_batch_is_kept_in_every_field(self, units: UnitsOfWork, template: Template) -> None:
        batch = a_batch(template)
        assert await read(units, await added(units, batch)) == batch
        changed = replace(
            batch,
            status=BatchStatus.FAILED,
            succeeded=1,
            failed=1,
            failure=RenderFailure("render-failed", "No."),
            finished_at=LATER,
            erased_at=LATER,
            next_number=3,
            counting_since=NOW,
            counted_before=1,
        )
        async with units.of_workspace(batch.workspace_id) as unit:
            await unit.batches.update(changed)
            await unit.commit()
        assert await read(units, batch) == changed

    async def test_a_batch_needs_its_workspace_and_an_identifier_of_its_own(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        batch = await added(units, a_batch(template))
        with pytest.raises(ConflictError):
            await added(units, batch)
        gone = a_batch(a_template(workspace_id=a_template().workspace_id))
        async with units.of_workspace(gone.workspace_id) as unit:
            with pytest.raises(NotFoundError):
                await unit.batches.update(gone)
            for reference in (gone.id, "bat_1", template.id, ""):
                with pytest.raises(NotFoundError):
                    await unit.batches.get(reference)

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_name_that_cannot_be_kept_is_refused(
        self, units: UnitsOfWork, template: Template, text: str
    ) -> None:
        batch = a_batch(template)
        options: RenderOptions = replace(batch.options, file_name=text)
        with pytest.raises(InvalidRequestError, match="file_name"):
            await added(units, replace(batch, options=options))

    async def test_batches_are_found_newest_first_by_their_criteria(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        other = a_template(workspace_id=template.workspace_id, slug="other")
        first = await added(units, a_batch(template))
        second = await added(units, a_batch(other, status=BatchStatus.PAUSED, created_at=LATER))
        async with units.of_workspace(template.workspace_id) as unit:

            async def found(**criteria: object) -> list[Batch]:
                return await unit.batches.search(BatchFilter(**criteria), limit=10)  # type: ignore[arg-type]  # named freely

            assert await found() == [second, first]
            assert await found(template_id=template.id) == [first]
            assert await found(status=BatchStatus.PAUSED) == [second]
            assert await found(created_after=NOW) == [second]
            assert await unit.batches.search(BatchFilter(), limit=1) == [second]
            assert await unit.batches.search(BatchFilter(), limit=10, after=second.id) == [first]

    async def test_rows_without_an_end_are_counted_while_their_batch_has_none(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        await added(units, a_batch(template, total=5, succeeded=1, failed=1))
        await added(units, a_batch(template, total=7, status=BatchStatus.PAUSED))
        await added(units, a_batch(template, total=9, status=BatchStatus.CANCELLED))
        async with units.of_workspace(template.workspace_id) as unit:
            assert await unit.batches.waiting_rows() == 10

    async def test_what_has_expired_is_found_until_it_is_erased(self, units: UnitsOfWork, template: Template) -> None:
        over = await added(units, a_batch(template, expires_at=NOW))
        await added(units, a_batch(template, expires_at=LATER))
        await added(units, a_batch(template, expires_at=NOW, erased_at=NOW))
        async with units.of_workspace(template.workspace_id) as unit:
            assert await unit.batches.expired(NOW, limit=10) == [over]

    async def test_rows_are_kept_in_every_field_and_come_in_their_order(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        data = b'{"name": "J\xc3\xbcrgen", "b": 1.50, "a": 2}'
        items = [a_batch_item(1, data), a_batch_item(2, key=None, data=None, **FAILED), a_batch_item(3)]
        batch = await added(units, a_batch(template), *items)
        assert await pending(units, batch) == [items[0], items[2]]
        assert await pending(units, batch, first=2) == [items[2]]
        assert await pending(units, batch, last=2) == [items[0]]
        async with units.of_workspace(batch.workspace_id) as unit:
            shown = [replace(item, data=None) for item in items]
            assert await unit.batches.items(batch.id, ALL, limit=10) == shown
            assert await unit.batches.items(batch.id, ALL, limit=1, after=1) == [shown[1]]
            assert await unit.batches.items(batch.id, (ItemStatus.FAILED,), limit=10) == [shown[1]]
            assert await unit.batches.items(batch.id, (), limit=10) == []

    async def test_a_row_with_a_document_shows_it_until_it_is_erased(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        batch = await added(units, a_batch(template), a_batch_item(1), a_batch_item(2))
        render = await self.made(units, batch, template)
        async with units.of_workspace(batch.workspace_id) as unit:
            [item, failed] = await unit.batches.items(batch.id, ALL, limit=10)
            assert (item.status, item.render_id, item.document) == (ItemStatus.SUCCEEDED, render.id, render.document)
            assert (failed.status, failed.failure, failed.diagnostics) == tuple(FAILED.values())
            assert await unit.renders.data_of(render.id) == DATA
            await unit.renders.erase(render.erase(at=NOW))
            await unit.commit()
        async with units.of_workspace(batch.workspace_id) as unit:
            [item, _] = await unit.batches.items(batch.id, ALL, limit=10)
            assert item.document is None
        assert await pending(units, batch) == []

    async def test_failed_rows_that_have_data_are_pending_again(self, units: UnitsOfWork, template: Template) -> None:
        unread = a_batch_item(3, data=None, **FAILED)
        batch = await added(units, a_batch(template), a_batch_item(1), a_batch_item(2), replace(unread, data=None))
        await self.made(units, batch, template)
        async with units.of_workspace(batch.workspace_id) as unit:
            await unit.batches.count_starts(batch.id, [2], 2)
            assert await unit.batches.retry_failed(batch.id) == 1
            await unit.commit()
        assert await pending(units, batch) == [a_batch_item(2)]

    async def test_starts_of_a_row_are_counted(self, units: UnitsOfWork, template: Template) -> None:
        batch = await added(units, a_batch(template), a_batch_item(1), a_batch_item(2))
        async with units.of_workspace(batch.workspace_id) as unit:
            await unit.batches.count_starts(batch.id, [1, 2], 1)
            await unit.batches.count_starts(batch.id, [2], 1)
            await unit.batches.count_starts(batch.id, [1, 2], -1)
            await unit.commit()
        assert [item.starts for item in await pending(units, batch)] == [0, 1]

    async def test_chunks_belong_to_jobs(self, units: UnitsOfWork, template: Template) -> None:
        batch, other = await added(units, a_batch(template)), await added(units, a_batch(template))
        mine, theirs = BatchChunk(JobId(7), 1, 100), BatchChunk(JobId(8), 101, 200, 2)
        async with units.of_workspace(batch.workspace_id) as unit:
            for chunk in (mine, theirs, replace(mine, starts=2)):
                await unit.batches.put_chunk(batch.id, chunk)
            await unit.commit()
        async with units.of_workspace(batch.workspace_id) as unit:
            assert await unit.batches.chunk_of(batch.id, JobId(7)) == replace(mine, starts=2)
            assert await unit.batches.chunk_of(other.id, JobId(7)) is None
            await unit.batches.remove_chunks(batch.id, JobId(7))
            assert await unit.batches.chunk_of(batch.id, JobId(7)) is None
            assert await unit.batches.chunk_of(batch.id, JobId(8)) == theirs
            await unit.batches.remove_chunks(batch.id)
            assert await unit.batches.chunk_of(batch.id, JobId(8)) is None

    async def test_rows_are_removed(self, units: UnitsOfWork, template: Template) -> None:
        batch = await added(units, a_batch(template), *(a_batch_item(number) for number in (1, 2, 3)))
        async with units.of_workspace(batch.workspace_id) as unit:
            await unit.batches.remove_items(batch.id, [1, 3])
            assert [item.number for item in await unit.batches.items(batch.id, ALL, limit=10)] == [2]
            await unit.batches.remove_items(batch.id)
            assert await unit.batches.items(batch.id, ALL, limit=10) == []

    async def made(self, units: UnitsOfWork, batch: Batch, template: Template) -> RenderRequest:
        """Let the first row have a document, and the second one fail."""
        document = a_document()
        started = a_render_request(template).start()
        render = started.succeed(document, (), started.timings, at=NOW)
        async with units.of_workspace(batch.workspace_id) as unit:
            await unit.renders.add_all([NewRender(render, DATA)])
            await unit.batches.settle(
                batch.id,
                [a_batch_item(1).succeed(render.id), replace(a_batch_item(2), **FAILED)],  # type: ignore[arg-type]  # named freely
            )
            await unit.commit()
        return render
