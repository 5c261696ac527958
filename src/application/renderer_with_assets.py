"""A renderer that fetches the assets that documents need."""

import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from domain.asset import REFERENCE_ASSET, is_asset_name, template_file, template_of
from domain.diagnostics import Diagnostic
from domain.errors import AssetsNeededError, RenderFailedError
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions

_T = TypeVar("_T")

# Which assets a document needs is known when it is rendered: what a first attempt lacks, a second one has. More are
# needed where a failure hid what comes behind it, and where documents within documents name others.
_ATTEMPTS: Final = 20
# Names that stand in the data itself save the first attempt.
_NAMED: Final = re.compile(rb'"asset:([^"\\]{1,100})"')
_TEMPLATE: Final = re.compile(
    rb'"\$document"\s*:\s*\{\s*"template"\s*:\s*"([\w-]{1,100})"\s*(?:,\s*"version"\s*:\s*([1-9][0-9]{0,6})\s*)?[,}]'
)
_MAX_NAMED: Final = 1_000


class RendererWithAssets(TemplateRenderer):
    """Gives another renderer the assets and templates that it asks for, all those of one document at once."""

    def __init__(self, renderer: TemplateRenderer, source: AssetSource, max_bytes: int) -> None:
        self._renderer = renderer
        self._source = source
        self._max_bytes = max_bytes

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        return await self._renderer.inspect(source)

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        return await self._renderer.check_piece(source)

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        return await self._with_assets(
            source,
            _wanted(source, data, options),
            assets,
            lambda known: self._renderer.validate(source, data, options, known),
        )

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        return await self._with_assets(
            source,
            _wanted(source, data, options),
            assets,
            lambda known: self._renderer.render(source, data, options, known),
        )

    async def _with_assets(
        self, source: TemplateSource, wanted: set[str], known: Assets, attempt: Callable[[Assets], Awaitable[_T]]
    ) -> _T:
        wanted = wanted - known.keys()
        for _ in range(_ATTEMPTS):
            if wanted:
                room = self._max_bytes - sum(len(content) for content in known.values() if content is not None)
                known = {**known, **await self._source.load(source.workspace_id, wanted, room)}
            try:
                return await attempt(known)
            except AssetsNeededError as needed:
                # A renderer's word is not trusted: names that cannot be are those of no asset.
                wanted = {name for name in needed.names if _can_be(name)} - known.keys()
                known = {**known, **{name: None for name in needed.names if not _can_be(name)}}
        raise RenderFailedError("The document asks for assets again and again.")


def _can_be(name: str) -> bool:
    return is_asset_name(name) or template_of(name) is not None


def _wanted(source: TemplateSource, data: bytes, options: RenderOptions) -> set[str]:
    """Return what is known to be needed before a first attempt."""
    found = _named_in(data)
    if (source.format, options.output) == (TemplateFormat.MARKDOWN, OutputFormat.DOCX):
        found.add(REFERENCE_ASSET)
    return found


def _named_in(data: bytes) -> set[str]:
    found = set[str]()
    if b"asset:" in data:
        found |= {name.decode("utf-8", "replace") for name in _NAMED.findall(data)}
    if b"$document" in data:
        found |= {
            template_file(name.decode(), int(version) if version else None) for name, version in _TEMPLATE.findall(data)
        }
    return {name for name in sorted(found)[:_MAX_NAMED] if _can_be(name)}
