"""Render a document that waited in the queue."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from application.job_worker import Outcome, Settled, TryAgain, backoff
from application.kept_documents import KeptDocuments
from application.lost_work import MAX_STARTS, PASSES_BY, given_up
from application.ports.clock import Clock
from application.ports.job_source import TakenJob
from application.ports.template_renderer import RenderedDocument, TemplateRenderer
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.requested_renders import RequestedRenders, document_of
from application.webhook_events import WebhookEvents
from domain.errors import (
    DocGenError,
    ExpiredError,
    NotFoundError,
    RenderFailedError,
    TemplateErasedError,
)
from domain.render_request import RenderFailure, RenderRequest, RenderStatus, Timings

logger = logging.getLogger("docgen.worker")

# What is down for longer is not waited for.
GIVE_UP_AFTER: Final = timedelta(hours=24)


class CarryOutRender:
    """A render ends once, whatever happens to those who carry it out.

    The record says which start is under way. Whoever was thought dead, or overtaken by a cancellation, finds another
    state when it comes to the end, and leaves no document behind. What passes by (a storage or database that is down,
    a service that is full) puts the render back into the queue; what does not, ends it.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        requested: RequestedRenders,
        renderer: TemplateRenderer,
        documents: KeptDocuments,
        clock: Clock,
        events: WebhookEvents,
    ) -> None:
        self._events = events
        self._units_of_work = units_of_work
        self._requested = requested
        self._renderer = renderer
        self._documents = documents
        self._clock = clock

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it.

        Raises:
            ServiceUnavailableError: the database is down; nothing is known of what became of the render.
        """
        claimed = await self._claim(job)
        if isinstance(claimed, Settled):
            return claimed
        request, data = claimed
        try:
            return await self._render(request, data)
        except PASSES_BY as failure:
            return await self._put_back(request, job, failure)
        except DocGenError as failure:
            return await self._end(request, failure)
        except asyncio.CancelledError:  # the worker ends, and has told everybody: that is no start to be counted
            await self._write(request, request.hand_back())
            raise
        except Exception:
            logger.exception("The render %s failed in a way that nobody foresaw", request.id)
            broken = DocGenError(f"Something went wrong inside DocGen: the worker's log has it under {request.id}.")
            return await self._end(request, broken)

    async def _claim(self, job: TakenJob) -> tuple[RenderRequest, bytes] | Settled:
        """Start the render of a job, unless it is not this job's to start."""
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                request = await unit.renders.get(job.subject, for_change=True)
            except NotFoundError:  # its workspace was deleted
                return Settled.DONE
            if request.finished_at is not None:
                return Settled.DONE
            if request.status is RenderStatus.RENDERING and request.job_id != job.id:
                return Settled.DONE  # another job's, which is still there
            now = self._clock.now()
            refusal = _refusal_of(request, now=now)
            started = request.start_by(job.id, at=now)
            if refusal is not None:
                failed = _failed(started, refusal, at=now)
                await unit.renders.update(failed)
                await self._events.tell_of_end(unit, failed)
                await unit.commit()
                return Settled.FAILED
            await unit.renders.update(started)
            data = await unit.renders.data_of(request.id)
            await unit.commit()
        return started, data

    async def _render(self, request: RenderRequest, data: bytes) -> Outcome:
        try:
            prepared = await self._requested.prepare_again(request)
        except NotFoundError:
            return await self._end(request, TemplateErasedError(request.template_slug))
        began = self._clock.elapsed_ms()
        rendered = await self._renderer.render(prepared.source, data, request.options)
        timings = replace(request.timings, render_ms=self._clock.elapsed_ms() - began)
        return await self._keep(request, rendered, timings, prepared.name)

    async def _keep(self, request: RenderRequest, rendered: RenderedDocument, timings: Timings, name: str) -> Outcome:
        document = document_of(rendered, request, name)
        began = self._clock.elapsed_ms()
        content = self._documents.beside_record(rendered.content)
        made = {document.sha256: rendered.content}
        async with self._documents.keeping(request.workspace_id, made):
            timings = replace(timings, store_ms=self._clock.elapsed_ms() - began)
            done = request.succeed(document, rendered.diagnostics, timings, at=self._clock.now())
            outcome, is_kept = await self._write(request, done, content)
        if not is_kept:
            await self._documents.erase_unnamed(self._units_of_work, request.workspace_id, made)
        return outcome

    async def _put_back(self, request: RenderRequest, job: TakenJob, failure: DocGenError) -> Outcome:
        waited = self._clock.now() - (request.queued_at or request.created_at)
        if waited > GIVE_UP_AFTER:
            return await self._end(request, failure)
        logger.warning("The render %s has to wait: %s", request.id, failure)
        outcome, is_kept = await self._write(request, request.hand_back())
        return TryAgain(backoff(job.handed_back)) if is_kept else outcome

    async def _end(self, request: RenderRequest, failure: DocGenError) -> Outcome:
        outcome, is_kept = await self._write(request, _failed(request, failure, at=self._clock.now()))
        return Settled.FAILED if is_kept else outcome

    async def _write(
        self, started: RenderRequest, changed: RenderRequest, content: bytes | None = None
    ) -> tuple[Outcome, bool]:
        """Write what became of a start, if that is still under way; say what becomes of its job, and if it was."""
        told = await self._events.is_told(changed)
        async with self._units_of_work.of_workspace(started.workspace_id) as unit:
            try:
                current = await unit.renders.get(started.id, for_change=True)
            except NotFoundError:
                return Settled.DONE, False
            if not current.is_run_of(started):
                return (Settled.ELSEWHERE if current.finished_at is None else Settled.DONE), False
            await unit.renders.update(changed, content)
            if told:
                await self._events.tell_of_end(unit, changed)
            await unit.commit()
        return Settled.DONE, True


def _failed(request: RenderRequest, failure: DocGenError, *, at: datetime) -> RenderRequest:
    return request.fail(RenderFailure.of(failure), failure.diagnostics, request.timings, at=at)


def _refusal_of(request: RenderRequest, *, now: datetime) -> DocGenError | None:
    """Say why a render is not started any more, None where it is."""
    if request.expires_at is not None and request.expires_at <= now:
        return ExpiredError(
            f"The data expired at {request.expires_at.isoformat()}, before it was rendered: give it more time with "
            "'expires_in'."
        )
    if request.attempts >= MAX_STARTS:
        return RenderFailedError(given_up("render", "it"))
    return None
