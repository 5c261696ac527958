"""Render the rows of a batch, many at a time."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from application.in_order import in_order
from application.ports.template_renderer import RenderedDocument, TemplateRenderer, TemplateSource
from domain.errors import DiagnosedError
from domain.render_request import RenderOptions
from domain.rows import CheckedRow


@dataclass(frozen=True, slots=True)
class RenderedRow:
    """A row with its document, or with the reason why there is none."""

    row: CheckedRow
    document: RenderedDocument | None = None
    failure: DiagnosedError | None = None


class RenderRows:
    """Each row is rendered for itself: one that fails, fails alone.

    What comes out is in the order of the rows, so that whoever stops in between knows where.
    """

    def __init__(self, renderer: TemplateRenderer, at_once: int) -> None:
        self._renderer = renderer
        self._at_once = at_once

    async def __call__(
        self, template: TemplateSource, options: RenderOptions, rows: AsyncIterator[CheckedRow]
    ) -> AsyncGenerator[RenderedRow, None]:
        """Render rows without problems.

        Raises:
            UnsupportedOutputError, QueueFullError, OverloadedError: see TemplateRenderer; nothing follows them.
        """

        async def render(row: CheckedRow) -> RenderedRow:
            try:
                document = await self._renderer.render(template, row.data, replace(options, row=row.row))
            except DiagnosedError as error:
                return RenderedRow(row, failure=error)
            return RenderedRow(row, document)

        async with aclosing(in_order(rows, render, self._at_once)) as rendered:
            async for _, result in rendered:
                yield result
