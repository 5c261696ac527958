"""Have a document rendered later: the caller gets a record to look at, and a worker does the work."""

from application.ports.job_queue import JobKind, NewJob
from application.ports.unit_of_work import UnitsOfWork
from application.use_cases.requested_renders import RenderDocumentCommand, RequestedRenders
from domain.errors import QueueFullError
from domain.render_request import RenderRequest, RenderStatus


class QueueRender:
    """Record and job are written in one transaction: a render that was accepted is carried out, whatever dies.

    What can be refused at once is refused at once. A workspace has `max_waiting` renders in the queue at most.
    """

    def __init__(self, units_of_work: UnitsOfWork, requested: RequestedRenders, max_waiting: int) -> None:
        self._units_of_work = units_of_work
        self._requested = requested
        self._max_waiting = max_waiting

    async def __call__(self, command: RenderDocumentCommand) -> RenderRequest:
        """Put the render into the queue; the command names a template of the workspace, and is stored.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
            UnsupportedOutputError: the template cannot become this output.
            PayloadTooLargeError, InvalidRequestError: the data is too large, or a wish is none.
            QueueFullError: as many renders of the workspace wait as may.
            RequestInProgressError: somebody else has the Idempotency-Key by now.
        """
        request = (await self._requested.prepare(command, RenderStatus.QUEUED)).request
        answered = None if command.answer is None else await command.answer(request)
        async with self._units_of_work.of_workspace(request.workspace_id) as unit:
            if await unit.renders.has_waiting(self._max_waiting):
                raise QueueFullError(
                    f"{self._max_waiting:,} renders of this workspace wait already: send this one again later.",
                    retry_after=5,
                )
            await unit.renders.add(request, command.data)
            await unit.jobs.enqueue(NewJob(JobKind.RENDER, request.workspace_id, request.id))
            if answered is not None:
                await unit.answers.keep(answered)
            await unit.commit()
        return request
