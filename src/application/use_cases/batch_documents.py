"""Make the documents of rows of a batch, and the records that name them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from application.in_order import in_order
from application.kept_documents import KeptDocuments
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.render_repository import NewRender
from application.ports.template_renderer import RenderedDocument, TemplateRenderer, TemplateSource
from application.use_cases.requested_renders import document_of
from domain.batch import Batch, BatchItem, OnError
from domain.errors import DiagnosedError
from domain.identifiers import RENDER_PREFIX, RenderId
from domain.render_request import RenderRequest, RenderStatus, Timings

_BYTES_OF_GROUP: Final = 20_000_000


@dataclass(slots=True)
class RowGroup:
    """What became of some rows: how they ended, the records of documents with the data of each, and the documents."""

    ended: list[BatchItem] = field(default_factory=list)
    made: list[NewRender] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, item: BatchItem, request: RenderRequest, content: bytes, beside_record: bytes | None) -> None:
        """Add a row with its document, and what of that is kept beside the record."""
        self.ended.append(item.succeed(request.id))
        self.made.append(NewRender(request, item.data or b"", beside_record))
        if request.document is not None:
            self.contents[request.document.sha256] = content
        self.size += len(content)


class MakeDocuments:
    """What becomes of rows is known when they have come back from the renderer; nothing is stored or written here."""

    def __init__(
        self, renderer: TemplateRenderer, documents: KeptDocuments, clock: Clock, ids: IdGenerator, at_once: int
    ) -> None:
        """Take how many rows are rendered at a time."""
        self._renderer = renderer
        self._documents = documents
        self._clock = clock
        self._ids = ids
        self._at_once = at_once

    async def __call__(self, batch: Batch, source: TemplateSource, items: Sequence[BatchItem]) -> RowGroup:
        """Make documents, many at a time, until they are many bytes; a batch that stops does so at the first failure.

        Raises:
            ServiceUnavailableError, StorageFullError, QueueFullError, OverloadedError: nothing is wrong with the rows.
        """
        group = RowGroup()

        async def make(item: BatchItem) -> tuple[RenderedDocument | DiagnosedError, float]:
            began = self._clock.elapsed_ms()
            try:
                options = replace(batch.options, row=item.row)
                outcome: RenderedDocument | DiagnosedError = await self._renderer.render(
                    source, item.data or b"", options
                )
            except DiagnosedError as error:
                outcome = error
            return outcome, self._clock.elapsed_ms() - began

        async with aclosing(in_order(_each(items), make, self._at_once)) as made:
            async for item, (outcome, took) in made:
                if isinstance(outcome, RenderedDocument):
                    request = self._request_of(batch, item, outcome, took)
                    group.add(item, request, outcome.content, self._documents.beside_record(outcome.content))
                    if group.size >= _BYTES_OF_GROUP:
                        break
                    continue
                group.ended.append(item.fail(outcome))
                if batch.on_error is OnError.STOP:
                    break
        return group

    def _request_of(self, batch: Batch, item: BatchItem, rendered: RenderedDocument, took_ms: float) -> RenderRequest:
        """Make the record of a document."""
        now = self._clock.now()
        waited = max(0.0, (now - batch.created_at) / timedelta(milliseconds=1) - took_ms)
        request = RenderRequest(
            id=RenderId(self._ids.new_id(RENDER_PREFIX)),
            workspace_id=batch.workspace_id,
            template_id=batch.template_id,
            template_slug=batch.template_slug,
            template_version=batch.template_version,
            options=batch.options,
            data_sha256=item.data_sha256,
            status=RenderStatus.RENDERING,
            created_at=now,
            created_by=batch.created_by,
            expires_at=batch.expires_at,
            queued_at=batch.created_at,
        )
        document = document_of(rendered, request, f"{batch.template_slug}-{item.key or item.row}")
        return request.succeed(document, rendered.diagnostics, Timings(queued_ms=waited, render_ms=took_ms), at=now)


async def _each(items: Sequence[BatchItem]) -> AsyncIterator[BatchItem]:
    for item in items:
        yield item
