"""Call a render off, or have one that ended without a document tried again."""

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.job_queue import JobKind, NewJob
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.requested_renders import AnswerOf
from application.webhook_events import tell_slack
from domain.audit import AuditAction, AuditObject
from domain.errors import ConflictError, NotFoundError
from domain.render_request import RenderRequest


class CancelRender:
    """A render that has not ended is called off for good; who carries it out at this moment keeps nothing of it."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, caller: Caller, render_id: str, answer: AnswerOf | None = None) -> RenderRequest:
        """Cancel a render; `answer` makes what an Idempotency-Key is to be answered with.

        Raises:
            NotFoundError: there is none.
            ConflictError: it has ended.
            RequestInProgressError: somebody else has the Idempotency-Key by now.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            request = await unit.renders.get(render_id, for_change=True)
            cancelled = request.cancel(at=self._clock.now())
            await unit.renders.update(cancelled)
            await unit.audit.record(caller.entry(AuditAction.RENDER_CANCELLED, AuditObject.RENDER, cancelled.id))
            await tell_slack(unit, cancelled)
            if answer is not None:
                await unit.answers.keep(await answer(cancelled))
            await unit.commit()
        return cancelled


class RetryRender:
    """A render that failed or was cancelled goes into the queue again, with the same data, options and version."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, caller: Caller, render_id: str, answer: AnswerOf | None = None) -> RenderRequest:
        """Put a render into the queue again; `answer` makes what an Idempotency-Key is to be answered with.

        Raises:
            NotFoundError: there is none.
            ConflictError: it has not ended, succeeded, its data or template is gone, or its template was never kept.
            RequestInProgressError: somebody else has the Idempotency-Key by now.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            request = await unit.renders.get(render_id, for_change=True)
            queued = request.requeue(at=self._clock.now())
            if queued.template_id is None or queued.template_version is None:
                raise ConflictError(
                    f"The file that the render {queued.id} was made from came with its request, and was not kept: "
                    "send the request again."
                )
            try:
                await unit.templates.get_version(queued.template_id, queued.template_version)
            except NotFoundError:
                raise ConflictError(
                    f"The template {queued.template_slug!r} of the render {queued.id} was erased for good."
                ) from None
            await unit.renders.update(queued)
            await unit.audit.record(caller.entry(AuditAction.RENDER_RETRIED, AuditObject.RENDER, queued.id))
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, queued.workspace_id, queued.id))
            if answer is not None:
                await unit.answers.keep(await answer(queued))
            await unit.commit()
        return queued
