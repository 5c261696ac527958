"""The renderer whose work is done by isolated workers."""

import time
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from adapters.rendering.cache import SizedCache
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.workers.crew import Crew
from adapters.rendering.workers.link import OverdueError, Reply, WorkerEndedError
from adapters.rendering.workers.pool import WorkerPool
from adapters.rendering.workers.protocol import Failure, Request, Work
from adapters.rendering.workers.settings import PoolSettings
from adapters.rendering.workers.zygote_start import StartedZygote
from application.ports.figures import CrewUse, RenderCrew
from application.ports.health_check import HealthCheck
from application.ports.rendering_observer import RenderingObserver
from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from application.single_flight import SingleFlight
from application.work_report import WorkReport, WorkWatch
from domain.diagnostics import Diagnostic, Severity
from domain.errors import (
    AssetsNeededError,
    DataInvalidError,
    DiagnosedError,
    DocGenError,
    LimitExceededError,
    RenderFailedError,
    ServiceUnavailableError,
    TemplateInvalidError,
    TimeLimitError,
    UnsupportedOutputError,
)
from domain.formats import TemplateFormat, outputs_of
from domain.render_request import RenderOptions

_Key = tuple[str, TemplateFormat]

COMPONENT: Final = "rendering"
# Files that another worker may need next; reading them from the storage takes longer than rendering.
_FILES: Final = 1_000
_FILE_BYTES: Final = 50_000_000
# A worker gives up templates, and a fresh one has none: twice in a row is no chance any more.
_ATTEMPTS: Final = 3

_DIAGNOSED: Final[dict[str, type[DiagnosedError]]] = {
    kind.code: kind for kind in (TemplateInvalidError, DataInvalidError, RenderFailedError, LimitExceededError)
}


class WorkerRenderer(TemplateRenderer, RenderCrew):
    """Sends templates and data to workers, and turns their answers into documents and errors.

    An async context manager with the lifetime of its workers, for one event loop. This process never looks into a
    template or its data.
    """

    def __init__(
        self,
        settings: PoolSettings,
        limits: Limits = DEFAULT_LIMITS,
        observer: RenderingObserver | None = None,
        watch: WorkWatch | None = None,
        started: StartedZygote | None = None,
    ) -> None:
        """Take how to make workers, and whom their work is told of, if anybody: all of it, and that of traces.

        A zygote that was `started` already is used up by the first block.
        """
        self._watch = watch
        self._files: SizedCache[_Key, bytes] = SizedCache(_FILES, _FILE_BYTES)
        self._pool = WorkerPool(settings, limits, self._files.get, observer, started)
        self._loading: SingleFlight[_Key, bytes] = SingleFlight()

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._pool.__aexit__(kind, error, traceback)

    @property
    def settings(self) -> PoolSettings:
        """What its workers are held to."""
        return self._pool.settings

    @property
    def crew(self) -> Crew:
        """The workers' processes."""
        return self._pool.crew

    @override
    def use(self) -> CrewUse:
        return self._pool.use()

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        try:
            reply = await self._do(source, Work.INSPECT)
        except DiagnosedError as error:
            return TemplateInspection(error.diagnostics, ())
        return TemplateInspection(reply.answer.diagnostics, reply.answer.placeholders)

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        try:
            reply = await self._do(source, Work.CHECK)
        except DiagnosedError as error:
            return error.diagnostics
        return reply.answer.diagnostics

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        try:
            reply = await self._do(source, Work.VALIDATE, data, options, assets)
        except DiagnosedError as error:
            return error.diagnostics
        return reply.answer.diagnostics

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        reply = await self._do(source, Work.RENDER, data, options, assets)
        return RenderedDocument(reply.document, reply.answer.diagnostics, reply.answer.file_name)

    async def _do(
        self,
        source: TemplateSource,
        work: Work,
        data: bytes = b"",
        options: RenderOptions | None = None,
        assets: Assets = NO_ASSETS,
    ) -> Reply:
        """Let a worker do it.

        Raises:
            DiagnosedError: it failed, with at least one finding; every other error is one of the port's.
        """
        request = Request(
            0,
            work,
            source.format,
            source.sha256,
            options,
            data,
            assets=assets,
            refinements=source.refinements,
            timed=self._watch is not None and self._watch.is_wanted(),
        )
        file = self._files.get(request.key)
        if file is None and not self._pool.crew.knows(request.key):
            file = await self._load(source)
        for _ in range(_ATTEMPTS):
            reply = await self._run(source, request, file)
            if not reply.answer.miss:
                if reply.answer.failure is not None:
                    raise _error(reply.answer.failure, reply.answer.diagnostics, source.format, options)
                return reply
            file = await self._load(source)
        raise _stopped(RenderFailedError, "process-ended", "The workers did not keep the template long enough.")

    async def _run(self, source: TemplateSource, request: Request, file: bytes | None) -> Reply:
        began = time.monotonic() if request.timed else 0.0
        try:
            reply = await self._pool.run(source.workspace_id, request, file)
        except OverdueError:
            message = f"The work took longer than {self.settings.render_seconds:g} seconds and was stopped."
            raise _stopped(TimeLimitError, "time-limit", message) from None
        except WorkerEndedError:
            message = "The process that did this work ended unexpectedly; perhaps it needed too much memory."
            raise _stopped(RenderFailedError, "process-ended", message) from None
        if request.timed:
            self._tell(request, reply, time.monotonic() - began)
        return reply

    def _tell(self, request: Request, reply: Reply, seconds: float) -> None:
        spent = reply.answer.spent
        if self._watch is None or spent is None:  # where the template was missing there was no work
            return
        at_work = seconds - reply.waited
        self._watch.tell(WorkReport(request.work, reply.pid, reply.waited, at_work, spent.compile, spent.work))

    async def _load(self, source: TemplateSource) -> bytes:
        key = (source.sha256, source.format)
        kept = self._files.get(key)
        if kept is not None:
            return kept
        file = await self._loading.do(key, source.load)
        self._files.put(key, file, len(file))
        return file


class WorkersHealthCheck(HealthCheck):
    """Rendering works while any worker does."""

    def __init__(self, renderer: WorkerRenderer) -> None:
        self._crew = renderer.crew

    @property
    @override
    def component(self) -> str:
        return COMPONENT

    @override
    async def check(self) -> None:
        if not self._crew.ready:
            raise ServiceUnavailableError(COMPONENT, "The render workers are starting, or cannot start.")


def _stopped(kind: type[DiagnosedError], code: str, message: str) -> DiagnosedError:
    advice = "Send less data at a time, or make the template's loops smaller."
    return kind(f"{message} {advice}", [Diagnostic(Severity.ERROR, code, message, advice)])


def _error(
    failure: Failure,
    diagnostics: tuple[Diagnostic, ...],
    template_format: TemplateFormat,
    options: RenderOptions | None,
) -> DocGenError:
    """Make the error that a worker names; it can name those of the port alone."""
    if failure.code == AssetsNeededError.code:
        return AssetsNeededError(failure.names)
    if failure.code == UnsupportedOutputError.code and options is not None:
        return UnsupportedOutputError(template_format, options.output, outputs_of(template_format))
    found = diagnostics or (Diagnostic(Severity.ERROR, "render-error", failure.message),)
    return _DIAGNOSED.get(failure.code, RenderFailedError)(failure.message, found)
