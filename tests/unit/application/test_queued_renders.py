"""Renders that wait in the queue: accepted, carried out once, called off, tried again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.job_worker import Settled, TryAgain
from application.lost_work import MAX_STARTS
from application.ports.idempotency_keys import AnsweredClaim, Claim, KeptAnswer
from application.ports.job_source import TakenJob
from application.use_cases.carry_out_render import GIVE_UP_AFTER
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.purge_template import PurgeTemplateCommand
from application.use_cases.requested_renders import FinishedRender, RenderDocumentCommand
from domain.errors import (
    ConflictError,
    DiagnosedError,
    DocGenError,
    NotFoundError,
    OverloadedError,
    QueueFullError,
    ServiceUnavailableError,
    StorageFullError,
    TimeLimitError,
)
from domain.identifiers import JobId
from domain.render_request import RenderRequest, RenderStatus
from domain.workspace import DEFAULT_WORKSPACE
from tests.unit.application.conftest import MAX_WAITING, World

ADA = b'{"name": "Ada"}'
MINUTE = timedelta(minutes=1)


async def queued(world: World, data: bytes = ADA, **wishes: Any) -> tuple[RenderRequest, TakenJob]:
    """Put a render into the queue, and return it with its job."""
    if not world.units.database.templates:
        await world.registered()
    request = await world.queue(RenderDocumentCommand(world.caller, "letter", data, **wishes))
    return request, jobs_of(world)[-1]


def jobs_of(world: World) -> list[TakenJob]:
    return [each.job for _, each in sorted(world.units.database.jobs.items())]


async def now(world: World, request: RenderRequest) -> RenderRequest:
    return await world.renders.get(world.caller, request.id)


# --- accepted -------------------------------------------------------------------------------------------------


async def test_record_and_job_are_written_in_one_transaction(world: World) -> None:
    await world.registered()
    before = world.units.database.commits
    request, job = await queued(world)
    assert world.units.database.commits == before + 1
    assert (request.status, (job.workspace_id, job.subject)) == (
        RenderStatus.QUEUED,
        (request.workspace_id, request.id),
    )
    assert await now(world, request) == request


async def test_what_can_be_refused_at_once_is(world: World) -> None:
    await world.registered()
    with pytest.raises(NotFoundError):
        await world.queue(RenderDocumentCommand(world.caller, "nobody", ADA))
    assert jobs_of(world) == []


async def test_a_workspace_has_its_share_of_the_queue(world: World) -> None:
    for _ in range(MAX_WAITING):
        _, job = await queued(world)
    with pytest.raises(QueueFullError, match="wait already"):
        await queued(world)
    await world.carry_out(job)
    await queued(world)
    assert len(world.units.database.renders) == MAX_WAITING + 1


async def test_the_answer_is_kept_with_what_it_is_about(world: World) -> None:
    claim = Claim(world.caller.workspace_id, "key", "fingerprint", "token")

    async def answer(made: FinishedRender | RenderRequest | DiagnosedError) -> AnsweredClaim:
        assert isinstance(made, RenderRequest)
        return AnsweredClaim(claim, KeptAnswer(202, {}, made.status.encode(), made.id))

    request, _ = await queued(world, answer=answer)
    kept = world.units.database.answers[claim.workspace_id, "key"].answer
    assert (kept.render_id, kept.body) == (request.id, b"queued")
    await world.cancel(world.caller, request.id, answer)
    assert world.units.database.answers[claim.workspace_id, "key"].answer.body == b"cancelled"
    await world.retry(world.caller, request.id, answer)
    assert world.units.database.answers[claim.workspace_id, "key"].answer.body == b"queued"


# --- carried out ----------------------------------------------------------------------------------------------


async def test_a_job_makes_the_document_and_says_how_long_it_waited(world: World) -> None:
    request, job = await queued(world)
    world.clock.advance(timedelta(seconds=3))
    assert await world.carry_out(job) is Settled.DONE
    done = await now(world, request)
    assert (done.status, done.timings.queued_ms, done.attempts) == (RenderStatus.SUCCEEDED, 3000, 1)
    assert done.options.now == request.created_at
    stored = await world.document(world.caller, request.id)
    assert b"".join([piece async for piece in stored.stream()]) == b"Dear Ada,\n"


async def test_a_job_that_comes_again_changes_nothing(world: World) -> None:
    request, job = await queued(world)
    await world.carry_out(job)
    done = await now(world, request)
    assert await world.carry_out(job) is Settled.DONE
    assert await now(world, request) == done


async def test_a_fault_of_the_data_ends_the_render_at_once(world: World) -> None:
    request, job = await queued(world, b"{}")
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert (failed.failure.code, len(failed.diagnostics)) == ("data-invalid", 1)


async def test_a_worker_that_died_leaves_its_render_to_the_next_one(world: World) -> None:
    request, job = await queued(world)
    await start(world, request, job)
    assert await world.carry_out(job) is Settled.DONE
    assert (await now(world, request)).attempts == 2


async def test_a_render_that_ends_its_worker_each_time_is_given_up(world: World) -> None:
    request, job = await queued(world)
    for _ in range(MAX_STARTS):
        await start(world, request, job)
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert failed.failure.code == "render-failed"
    assert "ended 3 times" in failed.failure.message
    assert world.renderer.sources[1:] == []  # the first is the inspection


async def start(world: World, request: RenderRequest, job: TakenJob) -> RenderRequest:
    """Start a render in the way of a worker that dies then."""
    async with world.units.of_workspace(request.workspace_id) as unit:
        started = (await unit.renders.get(request.id)).start_by(job.id, at=world.clock.now())
        await unit.renders.update(started)
        await unit.commit()
    return started


@pytest.mark.parametrize(
    "failure",
    [
        ServiceUnavailableError("storage", "The disk is away."),
        StorageFullError("No room."),
        QueueFullError("Enough."),
        OverloadedError("Too much."),
    ],
    ids=lambda failure: failure.code,
)
async def test_what_passes_by_is_waited_for_ever_longer_and_not_for_ever(world: World, failure: DocGenError) -> None:
    request, job = await queued(world)
    world.renderer.error = failure
    waits = []
    for handed_back in range(12):
        outcome = await world.carry_out(replace(job, handed_back=handed_back))
        assert isinstance(outcome, TryAgain)
        waits.append(outcome.after.total_seconds())
        waiting = await now(world, request)
        assert (waiting.status, waiting.attempts) == (RenderStatus.QUEUED, 0)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    world.clock.advance(GIVE_UP_AFTER + MINUTE)
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert (failed.failure.code, failed.failure.message) == (failure.code, str(failure))


async def test_a_document_that_cannot_be_stored_is_made_again_later(world: World) -> None:
    request, job = await queued(world)
    world.storage.capacity = 0
    assert await world.carry_out(job) == TryAgain(timedelta(seconds=1))
    world.storage.capacity = None
    assert await world.carry_out(job) is Settled.DONE
    assert (await now(world, request)).status is RenderStatus.SUCCEEDED


async def test_a_database_that_is_down_leaves_the_render_as_it_is(world: World) -> None:
    request, job = await queued(world)
    world.units.database.down = True
    with pytest.raises(ServiceUnavailableError):
        await world.carry_out(job)
    world.units.database.down = False
    assert await now(world, request) == request


async def test_time_that_is_over_ends_a_render_that_waited(world: World) -> None:
    request, job = await queued(world, expires_in=60)
    world.clock.advance(2 * MINUTE)
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert failed.failure.code == "expired"
    assert "before it was rendered" in failed.failure.message


async def test_a_template_that_is_erased_meanwhile_ends_it_too(world: World) -> None:
    request, job = await queued(world)
    await world.purge(PurgeTemplateCommand(world.caller, "letter"))
    world.clock.advance(MINUTE)
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert failed.failure.code == "not-found"
    assert "'letter' was erased for good" in failed.failure.message


async def test_a_job_of_a_workspace_that_is_deleted_is_done(world: World) -> None:
    _, job = await queued(world)
    async with world.units.of_administration() as unit:
        await unit.workspaces.delete(DEFAULT_WORKSPACE)
        await unit.commit()
    assert await world.carry_out(job) is Settled.DONE


async def test_what_nobody_foresaw_ends_the_render_without_its_words(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    request, job = await queued(world)
    world.renderer.error = ZeroDivisionError("secret")  # type: ignore[assignment]  # no error that it may raise
    assert await world.carry_out(job) is Settled.FAILED
    failed = await now(world, request)
    assert failed.failure is not None
    assert failed.failure.code == "internal"
    assert "secret" not in failed.failure.message
    assert "nobody foresaw" in caplog.text


async def test_a_worker_that_ends_hands_the_render_back(world: World) -> None:
    request, job = await queued(world)
    rendering = asyncio.Event()

    async def for_ever() -> None:
        rendering.set()
        await asyncio.Event().wait()

    world.renderer.before = for_ever
    work = asyncio.ensure_future(world.carry_out(job))
    await rendering.wait()
    assert (await now(world, request)).status is RenderStatus.RENDERING
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    back = await now(world, request)
    assert (back.status, back.attempts) == (RenderStatus.QUEUED, 0)


# --- called off, and tried again ------------------------------------------------------------------------------


async def test_what_is_called_off_while_it_waits_is_not_rendered(world: World) -> None:
    request, job = await queued(world)
    cancelled = await world.cancel(world.caller, request.id)
    assert cancelled.status is RenderStatus.CANCELLED
    assert await world.carry_out(job) is Settled.DONE
    assert await now(world, request) == cancelled


async def test_what_ended_cannot_be_called_off(world: World) -> None:
    request, job = await queued(world)
    await world.carry_out(job)
    with pytest.raises(ConflictError, match="succeeded"):
        await world.cancel(world.caller, request.id)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_is_called_off_while_it_is_rendered_leaves_no_document(world: World, fails: bool) -> None:
    request, job = await queued(world)
    blobs = set(world.storage.blobs)
    world.renderer.before = lambda: world.cancel(world.caller, request.id)
    if fails:
        world.renderer.error = TimeLimitError("Too slow.")
    assert await world.carry_out(job) is Settled.DONE
    assert (await now(world, request)).status is RenderStatus.CANCELLED
    assert set(world.storage.blobs) == blobs


async def test_who_was_overtaken_leaves_everything_to_the_other_one(world: World) -> None:
    request, job = await queued(world)

    world.renderer.before = lambda: start(world, request, job)
    assert await world.carry_out(job) is Settled.ELSEWHERE
    other = await now(world, request)
    assert (other.status, other.attempts) == (RenderStatus.RENDERING, 2)


async def test_a_render_that_was_called_off_and_tried_again_is_rendered_once(world: World) -> None:
    """Its first job may still be in the queue, or in somebody's hands."""
    request, first = await queued(world)
    await world.cancel(world.caller, request.id)
    await world.retry(world.caller, request.id)
    second = jobs_of(world)[-1]
    assert second.id != first.id
    world.renderer.before = lambda: world.carry_out(second)
    assert await world.carry_out(first) is Settled.DONE
    done = await now(world, request)
    assert (done.status, done.attempts, done.job_id) == (RenderStatus.SUCCEEDED, 1, first.id)
    assert len(world.renderer.sources) == 2  # the inspection, and one render


async def test_a_retry_renders_the_same_data_anew(world: World) -> None:
    request, job = await queued(world)
    world.renderer.error = TimeLimitError("Too slow.")
    await world.carry_out(job)
    world.renderer.error = None
    world.clock.advance(MINUTE)
    again = await world.retry(world.caller, request.id)
    assert (again.status, again.failure, again.queued_at) == (RenderStatus.QUEUED, None, world.clock.now())
    await world.carry_out(jobs_of(world)[-1])
    done = await now(world, request)
    assert (done.status, done.data_sha256, done.timings.queued_ms) == (RenderStatus.SUCCEEDED, request.data_sha256, 0)


async def test_a_render_that_failed_while_its_caller_waited_can_be_retried(world: World) -> None:
    await world.registered()
    world.renderer.error = TimeLimitError("Too slow.")
    with pytest.raises(TimeLimitError) as failure:
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    world.renderer.error = None
    await world.retry(world.caller, str(failure.value.render_id))
    await world.carry_out(jobs_of(world)[-1])
    assert (await world.renders.get(world.caller, str(failure.value.render_id))).status is RenderStatus.SUCCEEDED


async def test_a_retry_without_sense_is_a_conflict(world: World) -> None:
    request, job = await queued(world)
    with pytest.raises(ConflictError, match="has ended"):
        await world.retry(world.caller, request.id)
    await world.carry_out(job)
    with pytest.raises(ConflictError, match="succeeded"):
        await world.retry(world.caller, request.id)
    failed, job = await queued(world, b"{}")
    await world.carry_out(job)
    await world.purge(PurgeTemplateCommand(world.caller, "letter"))
    with pytest.raises(ConflictError, match="erased for good"):
        await world.retry(world.caller, failed.id)
    with pytest.raises(DiagnosedError) as failure:
        await world.render(RenderDocumentCommand(world.caller, TemplateUpload("x.txt", b"{{ a }}"), b"{}"))
    with pytest.raises(ConflictError, match="not kept"):
        await world.retry(world.caller, str(failure.value.render_id))


async def test_jobs_of_one_render_are_told_apart(world: World) -> None:
    request, job = await queued(world)
    await start(world, request, job)
    assert await world.carry_out(replace(job, id=JobId(999))) is Settled.DONE
    assert (await now(world, request)).attempts == 1
