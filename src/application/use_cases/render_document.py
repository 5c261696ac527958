"""Render a document while the caller waits."""

from dataclasses import replace

from application.kept_documents import KeptDocuments
from application.ports.clock import Clock
from application.ports.render_journal import RenderJournal
from application.ports.render_repository import NewRender
from application.ports.template_renderer import RenderedDocument, TemplateRenderer
from application.use_cases.requested_renders import (
    FinishedRender,
    RenderDocumentCommand,
    RequestedRenders,
    document_of,
)
from domain.errors import DiagnosedError
from domain.render_request import RenderFailure, RenderRequest, Timings


class RenderDocument:
    """A document is stored before the record that names it, or written with it; the record is written once, at the end.

    No transaction is open while the engine or the storage works: a process that dies in between leaves at most a
    blob that no row names, never a record without its document.
    """

    def __init__(
        self,
        renderer: TemplateRenderer,
        documents: KeptDocuments,
        requested: RequestedRenders,
        journal: RenderJournal,
        clock: Clock,
    ) -> None:
        self._renderer = renderer
        self._documents = documents
        self._requested = requested
        self._journal = journal
        self._clock = clock

    async def __call__(self, command: RenderDocumentCommand) -> FinishedRender:
        """Render the document.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
            UnsupportedOutputError: the template cannot become this output.
            DataInvalidError, RenderFailedError, LimitExceededError, TimeLimitError, TemplateInvalidError: the render
                failed; its record, unless `store` is False, has the error's `render_id`.
            UnsupportedMediaTypeError, PayloadTooLargeError, InvalidRequestError: the file cannot be a template.
            QueueFullError, OverloadedError: it was not begun, and has no record.
            RequestInProgressError: somebody else has the Idempotency-Key by now; there is no record.
        """
        chosen = await self._requested.prepare(command)
        request = chosen.request
        started = self._clock.elapsed_ms()
        try:
            rendered = await self._renderer.render(chosen.source, command.data, request.options)
        except DiagnosedError as error:
            timings = Timings(render_ms=self._clock.elapsed_ms() - started)
            await self._record_failure(command, request, error, timings)
            raise
        timings = Timings(render_ms=self._clock.elapsed_ms() - started)
        return await self._keep(command, request, rendered, timings, chosen.name)

    async def _keep(
        self,
        command: RenderDocumentCommand,
        request: RenderRequest,
        rendered: RenderedDocument,
        timings: Timings,
        name: str,
    ) -> FinishedRender:
        document = document_of(rendered, request, name)

        def succeeded(timings: Timings) -> FinishedRender:
            finished = request.succeed(document, rendered.diagnostics, timings, at=self._clock.now())
            return FinishedRender(finished, document, rendered.content)

        if not command.store:
            return succeeded(timings)
        started = self._clock.elapsed_ms()
        async with self._documents.keeping(request.workspace_id, {document.sha256: rendered.content}):
            outcome = succeeded(replace(timings, store_ms=self._clock.elapsed_ms() - started))
            content = self._documents.beside_record(rendered.content)
            await self._record(command, NewRender(outcome.request, command.data, content), outcome)
        return outcome

    async def _record_failure(
        self, command: RenderDocumentCommand, request: RenderRequest, error: DiagnosedError, timings: Timings
    ) -> None:
        if not command.store:
            return
        failed = request.fail(RenderFailure.of(error), error.diagnostics, timings, at=self._clock.now())
        error.render_id = request.id
        await self._record(command, NewRender(failed, command.data), error)

    async def _record(
        self, command: RenderDocumentCommand, render: NewRender, outcome: FinishedRender | DiagnosedError
    ) -> None:
        answered = None if command.answer is None else await command.answer(outcome)
        await self._journal.record(render, answered)
