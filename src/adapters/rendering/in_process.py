"""The renderer that works in its own process: compiled templates in memory, large work in threads."""

import asyncio
from dataclasses import replace
from typing import Final

from typing_extensions import override

from adapters.rendering.cache import SizedCache
from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import (
    check_piece,
    compile_template,
    render_template,
    validate_template,
    with_refinements,
)
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.store import CompiledTemplateStore, StoredTemplate
from application.ports.rendering_observer import NoRenderingObserver, RenderingObserver
from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from application.single_flight import SingleFlight
from domain.diagnostics import Diagnostic
from domain.errors import LimitExceededError
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions

# A change of thread costs 0.1 ms, more than a letter takes; so much data and so many steps take 5 ms at most.
INLINE_DATA_BYTES: Final = 16_000
INLINE_STEPS: Final = 20_000
INLINE_TEMPLATE_BYTES: Final = 500_000

_Key = tuple[str, TemplateFormat]

# What reads its own output once more, and takes longer than its size says.
_READ_ANEW: Final = {(TemplateFormat.MARKDOWN, OutputFormat.HTML), (TemplateFormat.MARKDOWN, OutputFormat.DOCX)}


class InProcessRenderer(TemplateRenderer):
    """Renders within this process, for one event loop at a time.

    Compiled templates are kept, the least used given up first, up to `cache_entries` of them whose files have
    `cache_bytes` together. A template that several requests ask for at once is loaded and compiled once. With a store
    a template is compiled once for all processes that share it, and for those that come after them.
    """

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        store: CompiledTemplateStore | None = None,
        *,
        cache_entries: int = 500,
        cache_bytes: int = 200_000_000,
        observer: RenderingObserver | None = None,
    ) -> None:
        self._observer = observer or NoRenderingObserver()
        self._limits = limits
        self._store = store
        self._cache: SizedCache[_Key, CompiledTemplate] = SizedCache(cache_entries, cache_bytes)
        self._compiling: SingleFlight[_Key, CompiledTemplate] = SingleFlight()

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        compiled = await self._compiled(source)
        return TemplateInspection(compiled.diagnostics, compiled.placeholders)

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        return await asyncio.to_thread(check_piece, await source.load(), self._limits)

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        compiled = with_refinements(await self._compiled(source), source.refinements)
        return await asyncio.to_thread(validate_template, compiled, data, options, assets, source.sha256)

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        compiled = with_refinements(await self._compiled(source), source.refinements)
        if self._is_small(source, data, options):
            try:
                return render_template(_with_little_fuel(compiled), data, options, assets, source.sha256)
            except LimitExceededError:
                # More work than it looked like: it starts again where it holds nobody up.
                pass
        return await asyncio.to_thread(render_template, compiled, data, options, assets, source.sha256)

    def _is_small(self, source: TemplateSource, data: bytes, options: RenderOptions) -> bool:
        size = self._cache.size_of((source.sha256, source.format))
        return (
            len(data) <= INLINE_DATA_BYTES
            and (source.format, options.output) not in _READ_ANEW
            and size is not None
            and size <= INLINE_TEMPLATE_BYTES
        )

    async def _compiled(self, source: TemplateSource) -> CompiledTemplate:
        key = (source.sha256, source.format)
        compiled = self._cache.get(key)
        self._observer.template_used(was_compiled=compiled is not None)
        if compiled is not None:
            return compiled
        return await self._compiling.do(key, lambda: self._compile(key, source))

    async def _compile(self, key: _Key, source: TemplateSource) -> CompiledTemplate:
        stored = None if self._store is None else await asyncio.to_thread(self._store.get, *key)
        if stored is None:
            file = await source.load()
            stored = await asyncio.to_thread(self._compile_and_keep, source, file)
        self._cache.put(key, stored.compiled, stored.size)
        return stored.compiled

    def _compile_and_keep(self, source: TemplateSource, file: bytes) -> StoredTemplate:
        compiled = compile_template(source.format, file, self._limits)
        if self._store is not None:
            self._store.put(source.sha256, compiled, len(file))
        return StoredTemplate(compiled, len(file))


def _with_little_fuel(compiled: CompiledTemplate) -> CompiledTemplate:
    limits = compiled.limits
    if limits.steps <= INLINE_STEPS:
        return compiled
    return replace(compiled, limits=replace(limits, steps=INLINE_STEPS))
