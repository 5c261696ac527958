"""Make the documents of rows of a batch, and the records that name them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, NamedTuple

from application.in_order import in_order
from application.kept_documents import KeptDocuments
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.render_repository import NewRender
from application.ports.template_renderer import RenderedDocument, TemplateRenderer, TemplateSource
from application.use_cases.requested_renders import document_of
from domain.batch import Batch, BatchItem, OnError
from domain.document import Document
from domain.errors import DiagnosedError
from domain.identifiers import RENDER_PREFIX, RenderId
from domain.render_request import RenderRequest, RenderStatus, Timings

_BYTES_OF_GROUP: Final = 20_000_000


class MadeDocument(NamedTuple):
    """A document, what it was made for, and what of it is kept beside its record. How long storing took comes later."""

    request: RenderRequest
    document: Document
    rendered: RenderedDocument
    data: bytes
    beside_record: bytes | None
    queued_ms: float
    render_ms: float

    def record(self, store_ms: float) -> NewRender:
        """Return its record: made once, since there are thousands in a second."""
        timings = Timings(self.queued_ms, self.render_ms, store_ms)
        ended = self.request.succeed(self.document, self.rendered.diagnostics, timings, at=self.request.created_at)
        return NewRender(ended, self.data, self.beside_record)


@dataclass(slots=True)
class RowGroup:
    """What became of some rows: how they ended, what was made of them, and the documents by their hashes."""

    ended: list[BatchItem] = field(default_factory=list)
    made: list[MadeDocument] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, item: BatchItem, made: MadeDocument) -> None:
        """Add a row with its document."""
        self.ended.append(item.succeed(made.request.id))
        self.made.append(made)
        self.contents[made.document.sha256] = made.rendered.content
        self.size += made.document.size


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
                    group.add(item, self._made(batch, item, outcome, took))
                    if group.size >= _BYTES_OF_GROUP:
                        break
                    continue
                group.ended.append(item.fail(outcome))
                if batch.on_error is OnError.STOP:
                    break
        return group

    def _made(self, batch: Batch, item: BatchItem, rendered: RenderedDocument, took_ms: float) -> MadeDocument:
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
        kept = self._documents.beside_record(rendered.content)
        return MadeDocument(request, document, rendered, item.data or b"", kept, waited, took_ms)


async def _each(items: Sequence[BatchItem]) -> AsyncIterator[BatchItem]:
    for item in items:
        yield item
