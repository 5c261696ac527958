"""Render a document while the caller waits."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from application.caller import Caller
from application.defaults import NO_WISHES, RenderDefaults, RenderWishes
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.id_generator import IdGenerator
from application.ports.idempotency_keys import AnsweredClaim
from application.ports.render_journal import RenderJournal
from application.ports.template_renderer import RenderedDocument, TemplateRenderer, TemplateSource
from application.stored_files import read_template_file
from application.use_cases.inspect_upload import TemplateUpload, source_of
from application.versions_to_render import VersionsToRender
from domain.document import Document, file_name_for
from domain.errors import DiagnosedError, PayloadTooLargeError
from domain.identifiers import RENDER_PREFIX, RenderId
from domain.render_request import RenderFailure, RenderRequest, RenderStatus, Timings
from domain.template import Template, TemplateVersion


@dataclass(frozen=True, slots=True)
class RenderDocumentCommand:
    """A wish for a document.

    `template` is an id or slug, or a file that is no template of the workspace, and is not kept. `version` None takes
    the published one, `data` is JSON text in UTF-8. `store` False keeps no record, no data and no document;
    `expires_in` (seconds) is how long data and document are kept, where that is shorter than the retention. `answer`
    makes of the outcome what its Idempotency-Key is to be answered with; it is kept along with the record.
    """

    caller: Caller
    template: str | TemplateUpload
    data: bytes
    version: int | None = None
    wishes: RenderWishes = NO_WISHES
    store: bool = True
    expires_in: int | None = None
    answer: "AnswerOf | None" = None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is rendered: `name` is what its document is called where nothing else says so."""

    source: TemplateSource
    name: str
    template: Template | None = None
    version: TemplateVersion | None = None


@dataclass(frozen=True, slots=True)
class FinishedRender:
    """A succeeded render request with the bytes of its document."""

    request: RenderRequest
    document: Document
    content: bytes


AnswerOf = Callable[[FinishedRender | DiagnosedError], Awaitable[AnsweredClaim]]


class RenderDocument:
    """The document is stored before the record that names it, and the record is written once, in its final state.

    No transaction is open while the engine or the storage works: a process that dies in between leaves at most a
    blob that no row names, never a record without its document.
    """

    def __init__(
        self,
        renderer: TemplateRenderer,
        storage: DocumentStorage,
        versions: VersionsToRender,
        journal: RenderJournal,
        defaults: RenderDefaults,
        clock: Clock,
        ids: IdGenerator,
        max_data_bytes: int,
        max_template_bytes: int,
    ) -> None:
        self._renderer = renderer
        self._storage = storage
        self._versions = versions
        self._journal = journal
        self._defaults = defaults
        self._clock = clock
        self._ids = ids
        self._max_data_bytes = max_data_bytes
        self._max_template_bytes = max_template_bytes

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
        if len(command.data) > self._max_data_bytes:
            raise PayloadTooLargeError("The data", self._max_data_bytes)
        chosen = await self._choose(command)
        request = self._new_request(command, chosen)
        started = self._clock.elapsed_ms()
        try:
            rendered = await self._renderer.render(chosen.source, command.data, request.options)
        except DiagnosedError as error:
            timings = Timings(render_ms=self._clock.elapsed_ms() - started)
            await self._record_failure(command, request, error, timings)
            raise
        timings = Timings(render_ms=self._clock.elapsed_ms() - started)
        return await self._keep(command, request, rendered, timings, chosen.name)

    async def _choose(self, command: RenderDocumentCommand) -> _Chosen:
        workspace_id = command.caller.workspace_id
        if isinstance(command.template, TemplateUpload):
            upload = command.template
            return _Chosen(
                source_of(upload, workspace_id, self._max_template_bytes), upload.file_name.rpartition(".")[0]
            )
        template, version = await self._versions.find(workspace_id, command.template, command.version)
        source = TemplateSource(
            template.format, version.sha256, lambda: self._load(command, version), workspace_id, version.refinements
        )
        return _Chosen(source, template.slug, template, version)

    async def _load(self, command: RenderDocumentCommand, version: TemplateVersion) -> bytes:
        return await read_template_file(self._storage, BlobKey(command.caller.workspace_id, version.sha256))

    def _new_request(self, command: RenderDocumentCommand, chosen: _Chosen) -> RenderRequest:
        now, template = self._clock.now(), chosen.template
        return RenderRequest(
            id=RenderId(self._ids.new_id(RENDER_PREFIX)),
            workspace_id=command.caller.workspace_id,
            template_id=template.id if template else None,
            template_slug=template.slug if template else None,
            template_version=chosen.version.number if chosen.version else None,
            options=self._defaults.complete(
                command.wishes, chosen.source.format, template.locale if template else None, now
            ),
            data_sha256=hashlib.sha256(command.data).hexdigest(),
            status=RenderStatus.RENDERING,  # it waits in no queue of ours
            created_at=now,
            expires_at=self._defaults.expiry(command.expires_in, now),
        )

    async def _keep(
        self,
        command: RenderDocumentCommand,
        request: RenderRequest,
        rendered: RenderedDocument,
        timings: Timings,
        name: str,
    ) -> FinishedRender:
        output = request.options.output
        document = Document(
            file_name=file_name_for(rendered.file_name or name, output),
            output=output,
            size=len(rendered.content),
            sha256=hashlib.sha256(rendered.content).hexdigest(),
        )

        def succeeded(timings: Timings) -> FinishedRender:
            finished = request.succeed(document, rendered.diagnostics, timings, at=self._clock.now())
            return FinishedRender(finished, document, rendered.content)

        if not command.store:
            return succeeded(timings)
        started = self._clock.elapsed_ms()
        async with self._storage.storing(BlobKey(request.workspace_id, document.sha256), rendered.content):
            outcome = succeeded(replace(timings, store_ms=self._clock.elapsed_ms() - started))
            await self._record(command, outcome.request, outcome)
        return outcome

    async def _record_failure(
        self, command: RenderDocumentCommand, request: RenderRequest, error: DiagnosedError, timings: Timings
    ) -> None:
        if not command.store:
            return
        failure = RenderFailure(error.code, str(error))
        failed = request.fail(failure, error.diagnostics, timings, at=self._clock.now())
        error.render_id = request.id
        await self._record(command, failed, error)

    async def _record(
        self, command: RenderDocumentCommand, request: RenderRequest, outcome: FinishedRender | DiagnosedError
    ) -> None:
        answered = None if command.answer is None else await command.answer(outcome)
        await self._journal.record(request, command.data, answered)
