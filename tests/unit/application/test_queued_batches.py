"""Batches in the queue: each row ends once, whoever dies, overtakes or calls off."""

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import Limits
from application.caller import Caller
from application.defaults import RenderDefaults
from application.job_worker import Settled, TryAgain
from application.kept_documents import KeptDocuments
from application.lost_work import MAX_STARTS
from application.ports.document_storage import BlobKey
from application.ports.job_queue import JobKind
from application.ports.job_source import TakenJob
from application.ports.row_reader import RowSource
from application.ports.template_renderer import NO_ASSETS, Assets, RenderedDocument, TemplateSource
from application.settings_in_force import FixedSettings, InForce
from application.use_cases.carry_out_batch import ROWS_OF_GROUP, CarryOutBatch
from application.use_cases.change_batch import ChangeBatch
from application.use_cases.create_batch import LANES, ROWS_OF_CHUNK, CreateBatch, CreateBatchCommand
from application.use_cases.erase_batch import CarryOutErasure, EraseExpiredBatches
from application.use_cases.prepare_rows import PrepareRows
from application.use_cases.read_batches import ReadBatches
from application.use_cases.requested_renders import RequestedRenders
from application.versions_to_render import VersionsToRender
from domain.batch import Batch, BatchItem, BatchStatus, ItemStatus, OnError
from domain.errors import ConflictError, QueueFullError, ServiceUnavailableError, StorageFullError
from domain.identifiers import JobId
from domain.render_request import RenderOptions
from domain.rows import RowFormat
from tests.builders import WORKSPACE_ID, a_webhook
from tests.fakes.ids import SequentialIds
from tests.fakes.row_reader import InMemoryRowReader
from tests.fakes.template_changes import InMemoryTemplateChanges
from tests.fakes.template_renderer import RecordingRenderer
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory
from tests.unit.application.conftest import MAX_BYTES, World

MAX_ROWS = 1_000


class Died(BaseException):
    """The end of a process: nothing comes after it."""


class MortalRenderer(RecordingRenderer):
    """A renderer whose process ends over data that holds `poison`, as long as there is some."""

    poison: str | None = None

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        if self.poison is not None and self.poison.encode() in data:
            raise Died
        return await super().render(source, data, options, assets)


@dataclass
class Batches:
    """Everything a test of batches touches."""

    world: World
    renderer: MortalRenderer
    create: CreateBatch
    carry_out: CarryOutBatch
    change: ChangeBatch
    read: ReadBatches
    erase: CarryOutErasure
    erase_expired: EraseExpiredBatches
    taken: list[JobId] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        return self.world.caller

    async def accepted(self, names: list[str], template: str = "Dear {{ name }},\n", **wish: Any) -> Batch:
        """Have a batch accepted of so many letters."""
        if not self.world.units.database.templates:
            await self.world.registered(template)
        rows = RowSource(io.BytesIO(json.dumps([{"name": name} for name in names]).encode()), RowFormat.JSON)
        return await self.create(CreateBatchCommand(self.caller, "letter", rows, **wish))

    def job(self) -> TakenJob:
        """Take the first job of the queue, which stays there."""
        jobs = sorted(self.world.units.database.jobs.items())
        return jobs[0][1].job

    def jobs(self) -> int:
        return len(self.world.units.database.jobs)

    async def work(self, *, jobs: int = 100) -> int:
        """Carry out jobs until there are none, or so many; return how many there were."""
        for done in range(jobs):
            if not self.jobs():
                return done
            job = self.job()
            if await self.carry_out(job) is Settled.DONE:
                del self.world.units.database.jobs[job.id]
        return jobs

    async def work_on_batches(self) -> None:
        """Carry out the jobs of batches, and leave those that tell of them."""
        while jobs := [each.job for each in self.world.units.database.jobs.values() if each.job.kind is JobKind.BATCH]:
            assert await self.carry_out(jobs[0]) in (Settled.DONE, Settled.FAILED)
            del self.world.units.database.jobs[jobs[0].id]

    async def work_of_a_mortal(self) -> int:
        """Carry out jobs by workers that die; each job comes to the next one. Return how many died."""
        deaths = 0
        while self.jobs():
            try:
                await self.work()
            except Died:
                deaths += 1
        return deaths

    async def now(self, batch: Batch) -> Batch:
        return await self.read.get(self.caller, batch.id)

    async def items(self, batch: Batch, status: ItemStatus | None = None) -> list[BatchItem]:
        return await self.read.items(self.caller, batch.id, status, limit=10_000, after=0)

    async def texts(self, batch: Batch) -> list[str]:
        """Return the documents in the order of the rows; each has to be there once."""
        items = [item for item in await self.items(batch) if item.status is ItemStatus.SUCCEEDED]
        assert len({item.render_id for item in items}) == len(items)
        records = self.world.units.database.renders
        assert {item.render_id for item in items} == {key[1] for key in records}
        keys = [BlobKey(WORKSPACE_ID, item.document.sha256) for item in items if item.document]
        assert set(keys) == {key for key in self.world.storage.blobs if key.sha256 in {k.sha256 for k in keys}}
        return [self.world.storage.blobs[key].decode() for key in keys]


@pytest.fixture
def batches(world: World) -> Batches:
    units, clock, storage, ids = world.units, world.clock, world.storage, SequentialIds()
    renderer = MortalRenderer(InProcessRenderer(Limits()))
    settings = FixedSettings(InForce(RenderDefaults(), MAX_BYTES, MAX_BYTES))
    versions = VersionsToRender(units, InMemoryTemplateChanges(units), clock)
    events = world.events
    requested = RequestedRenders(versions, storage, settings, clock, ids, events)
    prepare = PrepareRows(InMemoryRowReader(), renderer, 4)
    return Batches(
        world=world,
        renderer=renderer,
        create=CreateBatch(units, requested, prepare, settings, clock, ids, events, MAX_ROWS),
        carry_out=CarryOutBatch(units, requested, renderer, KeptDocuments(storage, 0), clock, ids, events, 4),
        change=ChangeBatch(units, clock),
        read=ReadBatches(units),
        erase=CarryOutErasure(units, storage, clock),
        erase_expired=EraseExpiredBatches(units, InMemoryWorkspaceDirectory(units.database), clock, events),
    )


def names(count: int) -> list[str]:
    return [f"N{number}" for number in range(1, count + 1)]


def letters(given: list[str]) -> list[str]:
    return [f"Dear {name},\n" for name in given]


# --- accepted -------------------------------------------------------------------------------------------------


async def test_batch_rows_and_jobs_are_written_in_one_transaction(batches: Batches) -> None:
    await batches.world.registered()
    before = batches.world.units.database.commits
    batch = await batches.accepted(names(250))
    assert batches.world.units.database.commits == before + 1
    assert batches.jobs() == 3
    assert {each.job.kind for each in batches.world.units.database.jobs.values()} == {JobKind.BATCH}
    assert await batches.now(batch) == batch


async def test_a_batch_has_few_jobs_in_the_queue_however_many_rows_it_has(batches: Batches) -> None:
    """So that others have their turns."""
    batch = await batches.accepted(names(MAX_ROWS))
    assert batches.jobs() == LANES
    await batches.work(jobs=1)
    assert batches.jobs() == LANES
    assert (await batches.now(batch)).succeeded == ROWS_OF_CHUNK
    with pytest.raises(QueueFullError, match="1,000 rows"):
        await batches.accepted(names(200))
    await batches.work()
    assert await batches.texts(batch) == letters(names(MAX_ROWS))


async def test_batches_take_turns(batches: Batches) -> None:
    long = await batches.accepted(names(900))
    short = await batches.accepted(["Ada"])
    await batches.work(jobs=LANES + 1)
    assert (await batches.now(short)).status is BatchStatus.SUCCEEDED
    assert (await batches.now(long)).status is BatchStatus.RUNNING


# --- workers that die -----------------------------------------------------------------------------------------


async def test_what_a_dead_worker_had_in_hand_is_made_by_the_next_one(batches: Batches) -> None:
    batch = await batches.accepted(names(230))
    batches.renderer.poison = '"N177"'
    with pytest.raises(Died):
        await batches.work()
    assert (await batches.now(batch)).succeeded == ROWS_OF_GROUP  # the first group was written
    batches.renderer.poison = None
    await batches.work()
    assert (await batches.now(batch)).status is BatchStatus.SUCCEEDED
    assert await batches.texts(batch) == letters(names(230))


async def test_a_row_that_ends_its_process_is_given_up_and_takes_no_other_along(batches: Batches) -> None:
    batch = await batches.accepted(names(120), on_error=OnError.CONTINUE)
    batches.renderer.poison = '"N30"'
    assert await batches.work_of_a_mortal() == MAX_STARTS
    done = await batches.now(batch)
    assert (done.status, done.succeeded, done.failed) == (BatchStatus.SUCCEEDED, 119, 1)
    [failed] = await batches.items(batch, ItemStatus.FAILED)
    assert failed.failure is not None
    assert (failed.row, failed.failure.code) == (30, "render-failed")
    assert "ended 3 times" in failed.failure.message
    assert await batches.texts(batch) == letters([name for name in names(120) if name != "N30"])


async def test_two_such_rows_are_both_given_up(batches: Batches) -> None:
    batch = await batches.accepted(names(90), on_error=OnError.CONTINUE)
    batches.renderer.poison = "N8"  # the eighth, and the eighty-first to the eighty-ninth
    await batches.work_of_a_mortal()
    assert [item.row for item in await batches.items(batch, ItemStatus.FAILED)] == [8, *range(80, 90)]
    assert len(await batches.texts(batch)) == 79


async def test_a_worker_that_was_thought_dead_writes_nothing(batches: Batches) -> None:
    batch = await batches.accepted(names(3))
    job = batches.job()

    async def overtaken() -> None:
        await batches.carry_out(job)

    batches.renderer.before = overtaken
    assert await batches.carry_out(job) is Settled.DONE
    assert (await batches.now(batch)).succeeded == 3
    assert await batches.texts(batch) == letters(names(3))


async def test_two_workers_at_the_same_batch_do_not_get_into_each_others_way(batches: Batches) -> None:
    batch = await batches.accepted(names(600))
    jobs = [each.job for _, each in sorted(batches.world.units.database.jobs.items())]
    await asyncio.gather(*(batches.carry_out(job) for job in (*jobs, *jobs)))
    for job in jobs:
        del batches.world.units.database.jobs[job.id]
    await batches.work()
    assert (await batches.now(batch)).succeeded == 600
    assert await batches.texts(batch) == letters(names(600))


async def test_a_worker_that_ends_hands_its_rows_back(batches: Batches) -> None:
    batch = await batches.accepted(names(3))
    rendering = asyncio.Event()

    async def for_ever() -> None:
        rendering.set()
        await asyncio.Event().wait()

    for _ in range(MAX_STARTS + 1):
        rendering.clear()
        batches.renderer.before = for_ever
        work = asyncio.ensure_future(batches.carry_out(batches.job()))
        await rendering.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    await batches.work()
    assert (await batches.now(batch)).succeeded == 3


# --- what passes by -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure", [ServiceUnavailableError("storage", "Away."), StorageFullError("No room."), QueueFullError("Enough.")]
)
async def test_what_passes_by_is_waited_for(batches: Batches, failure: Any) -> None:
    batch = await batches.accepted(names(3))
    batches.renderer.error = failure
    for _ in range(MAX_STARTS + 2):
        assert await batches.carry_out(batches.job()) == TryAgain(timedelta(seconds=1))
    batches.renderer.error = None
    await batches.work()
    assert (await batches.now(batch)).succeeded == 3


async def test_documents_that_cannot_be_stored_are_made_again(batches: Batches) -> None:
    batch = await batches.accepted(names(3))
    batches.world.storage.down = True
    assert await batches.carry_out(batches.job()) == TryAgain(timedelta(seconds=1))
    batches.world.storage.down = False
    await batches.work()
    assert await batches.texts(batch) == letters(names(3))


async def test_a_database_that_is_down_leaves_the_rows_as_they_are(batches: Batches) -> None:
    batch = await batches.accepted(names(3))

    async def down() -> None:
        batches.world.units.database.down = True

    batches.renderer.before = down
    with pytest.raises(ServiceUnavailableError):
        await batches.carry_out(batches.job())
    batches.world.units.database.down = False
    assert {item.status for item in await batches.items(batch)} == {ItemStatus.PENDING}
    await batches.work()
    assert await batches.texts(batch) == letters(names(3))


async def test_a_fault_that_nobody_foresaw_is_that_of_its_row(batches: Batches) -> None:
    batch = await batches.accepted(names(3), on_error=OnError.CONTINUE)
    batches.renderer.error = ZeroDivisionError("secret")  # type: ignore[assignment]  # no error that it may raise
    for _ in range(MAX_STARTS):
        with pytest.raises(ZeroDivisionError):
            await batches.carry_out(batches.job())
    while batches.jobs():
        try:
            await batches.work()
        except ZeroDivisionError:
            continue
    done = await batches.now(batch)
    assert (done.status, done.failed) == (BatchStatus.FAILED, 3)


# --- changes while it runs ------------------------------------------------------------------------------------


Change = Callable[[Batches, Batch], Any]


@pytest.mark.parametrize(
    ("change", "status", "kept"),
    [
        (lambda batches, batch: batches.change.cancel(batches.caller, batch.id), BatchStatus.CANCELLED, 0),
        (lambda batches, batch: batches.change.pause(batches.caller, batch.id), BatchStatus.PAUSED, ROWS_OF_GROUP),
    ],
    ids=["cancel", "pause"],
)
async def test_a_change_holds_for_those_who_are_at_work(
    batches: Batches, change: Change, status: BatchStatus, kept: int
) -> None:
    """What is in hand when a batch is paused is kept; when it is called off, it leaves nothing behind."""
    batch = await batches.accepted(names(120))

    async def changed() -> None:
        await change(batches, batch)

    batches.renderer.before = changed
    await batches.work()
    now = await batches.now(batch)
    assert (now.status, now.succeeded) == (status, kept)
    assert len(batches.world.storage.blobs) == 1 + kept  # the template's file is one of them
    await (batches.change.resume if kept else batches.change.retry_failed)(batches.caller, batch.id)
    await batches.work()
    assert await batches.texts(batch) == letters(names(120))


async def test_a_batch_that_goes_on_at_once_is_made_by_those_who_come_then(batches: Batches) -> None:
    batch = await batches.accepted(names(120))

    async def paused_and_resumed() -> None:
        await batches.change.pause(batches.caller, batch.id)
        await batches.change.resume(batches.caller, batch.id)
        await batches.carry_out(batches.job())

    batches.renderer.before = paused_and_resumed
    await batches.work()
    assert (await batches.now(batch)).succeeded == 120
    assert await batches.texts(batch) == letters(names(120))


async def test_time_that_is_over_ends_the_batch_and_erases_it(batches: Batches) -> None:
    batch = await batches.accepted(names(120), expires_in=60)
    await batches.work(jobs=1)
    batches.world.clock.advance(timedelta(minutes=2))
    await batches.work()
    over = await batches.now(batch)
    assert over.failure is not None
    assert (over.status, over.failure.code) == (BatchStatus.FAILED, "expired")
    with pytest.raises(ConflictError, match="expired"):
        await batches.change.retry_failed(batches.caller, batch.id)
    await batches.erase_expired()
    assert (await batches.now(batch)).erased_at is not None
    job = batches.job()
    assert job.kind is JobKind.BATCH_ERASURE
    assert await batches.erase(job) is Settled.DONE
    assert batches.world.units.database.items == {}
    assert len(batches.world.storage.blobs) == 1


async def test_the_rate_leaves_out_a_pause(batches: Batches) -> None:
    clock = batches.world.clock
    batch = await batches.accepted(names(400))
    assert (batch.rate(clock.now()), batch.remaining_seconds(clock.now())) == (None, None)
    await batches.work(jobs=2)
    clock.advance(timedelta(seconds=10))
    running = await batches.now(batch)
    assert running.rate(clock.now()) == 20
    assert running.remaining_seconds(clock.now()) == 10
    await batches.change.pause(batches.caller, batch.id)
    await batches.work()
    clock.advance(timedelta(hours=1))
    await batches.change.resume(batches.caller, batch.id)
    await batches.work(jobs=1)
    clock.advance(timedelta(seconds=5))
    assert (await batches.now(batch)).rate(clock.now()) == 20


async def test_a_clock_that_jumps_back_gives_no_rate(batches: Batches) -> None:
    batch = await batches.accepted(names(120))
    await batches.work(jobs=1)
    batches.world.clock.advance(-timedelta(days=1))
    assert (await batches.now(batch)).rate(batches.world.clock.now()) is None
    await batches.work()
    assert (await batches.now(batch)).status is BatchStatus.SUCCEEDED


async def test_the_end_of_a_batch_is_told_to_webhooks_once(batches: Batches) -> None:
    world = batches.world
    async with world.units.of_workspace(WORKSPACE_ID) as unit:
        await unit.webhooks.add(a_webhook())
        await unit.commit()
    good = await batches.accepted(names(120))
    await batches.work_on_batches()
    bad = await batches.accepted(["Ada"], expires_in=60)
    world.clock.advance(timedelta(minutes=2))
    await batches.work_on_batches()
    called_off = await batches.accepted(["Bob"])
    await batches.change.cancel(batches.caller, called_off.id)
    await batches.work_on_batches()
    told = [delivery for delivery in world.units.database.deliveries.values() if delivery.event != "template.published"]
    assert [(each.event, each.subject) for each in told] == [("batch.completed", good.id), ("batch.failed", bad.id)]
    assert json.loads(told[0].body)["data"]["counts"]["succeeded"] == 120
