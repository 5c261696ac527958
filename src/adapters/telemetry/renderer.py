"""The renderer, with a span for each piece of work and one for the process that does it."""

import time
from typing import Final

from opentelemetry.trace import Span
from typing_extensions import override

from adapters.telemetry.spans import Attributes, Spans, is_sampled
from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from application.work_report import WorkReport, WorkWatch
from domain.diagnostics import Diagnostic
from domain.render_request import RenderOptions

_NANOSECONDS: Final = 1_000_000_000


class TracedTemplateRenderer(TemplateRenderer):
    """Says of a template its format and hash, and of data and document how large they are."""

    def __init__(self, inner: TemplateRenderer, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        with self._spans.part("inspect template", _of(source)) as span:
            found = await self._inner.inspect(source)
            span.set_attribute("docgen.diagnostics", len(found.diagnostics))
            return found

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        with self._spans.part("check piece", _of(source)) as span:
            return _counted(span, await self._inner.check_piece(source))

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        with self._spans.part("validate data", _of(source, data)) as span:
            return _counted(span, await self._inner.validate(source, data, options, assets))

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        if not is_sampled():
            return await self._inner.render(source, data, options, assets)
        with self._spans.part("render", {**_of(source, data), "docgen.output": options.output}) as span:
            document = await self._inner.render(source, data, options, assets)
            span.set_attribute("docgen.document.bytes", len(document.content))
            _counted(span, document.diagnostics)
            return document


def _of(source: TemplateSource, data: bytes | None = None) -> Attributes:
    template: dict[str, str | int] = {
        "docgen.template.format": source.format,
        "docgen.template.sha256": source.sha256,
    }
    return template if data is None else {**template, "docgen.data.bytes": len(data)}


def _counted(span: Span, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    span.set_attribute("docgen.diagnostics", len(diagnostics))
    return diagnostics


class WorkSpans(WorkWatch):
    """Tells of work in an isolated process, which has no means to tell of it itself: no network and no SDK."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    @override
    def is_wanted(self) -> bool:
        """Tell whether the present work is to be told of."""
        return is_sampled()

    @override
    def tell(self, report: WorkReport) -> None:
        """Make the span of a piece of work that has just ended."""
        end = time.time_ns()
        span = self._spans.tracer.start_span(
            f"{report.work} in worker",
            start_time=end - int(report.seconds * _NANOSECONDS),
            attributes={
                "docgen.worker.pid": report.pid,
                "docgen.worker.waited_ms": report.waited * 1000,
                "docgen.worker.compile_ms": report.compile_seconds * 1000,
                "docgen.worker.work_ms": report.work_seconds * 1000,
            },
        )
        span.end(end)
