"""A renderer that remembers what it was asked for."""

from collections.abc import Awaitable, Callable

from typing_extensions import override

from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from domain.diagnostics import Diagnostic
from domain.errors import DocGenError
from domain.render_request import RenderOptions


class RecordingRenderer(TemplateRenderer):
    """Passes everything on to a real renderer, or fails with `error`, and keeps the sources it was given.

    `before` is what else happens before a render.
    """

    def __init__(self, renderer: TemplateRenderer, error: DocGenError | None = None) -> None:
        self._renderer = renderer
        self.error = error
        self.sources: list[TemplateSource] = []
        self.before: Callable[[], Awaitable[object]] | None = None

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        self._record(source)
        return await self._renderer.inspect(source)

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        self._record(source)
        return await self._renderer.check_piece(source)

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        self._record(source)
        return await self._renderer.validate(source, data, options, assets)

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        if self.before is not None:
            before, self.before = self.before, None
            await before()
        self._record(source)
        return await self._renderer.render(source, data, options, assets)

    def _record(self, source: TemplateSource) -> None:
        self.sources.append(source)
        if self.error is not None:
            raise self.error
