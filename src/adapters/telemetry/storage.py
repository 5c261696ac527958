"""The storage, with a span for each piece of work."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from typing_extensions import override

from adapters.telemetry.spans import Spans
from application.ports.document_storage import BlobKey, DocumentStorage, StoredBlob
from domain.identifiers import WorkspaceId


class TracedDocumentStorage(DocumentStorage):
    """Says of blobs how large they are. A listing has no span: it is as long as whoever reads it makes it."""

    def __init__(self, inner: DocumentStorage, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        with self._spans.part("storage put", {"docgen.blob.bytes": len(content)}):
            await self._inner.put(key, content)

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        with self._spans.part("storage put"):
            await self._inner.put_pieces(key, pieces)

    @override
    @asynccontextmanager
    async def storing(self, key: BlobKey, content: bytes) -> AsyncIterator[None]:
        # The span ends when the blob is stored, and not when its row is written.
        async with AsyncExitStack() as stack:
            with self._spans.part("storage put", {"docgen.blob.bytes": len(content)}):
                await stack.enter_async_context(self._inner.storing(key, content))
            yield

    @override
    @asynccontextmanager
    async def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AsyncIterator[None]:
        size = sum(map(len, blobs.values()))
        async with AsyncExitStack() as stack:
            with self._spans.part("storage put all", {"docgen.blobs": len(blobs), "docgen.blob.bytes": size}):
                await stack.enter_async_context(self._inner.storing_all(blobs))
            yield

    @override
    async def read(self, key: BlobKey) -> bytes:
        with self._spans.part("storage read") as span:
            content = await self._inner.read(key)
            span.set_attribute("docgen.blob.bytes", len(content))
            return content

    @override
    def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._inner.stream(key, start, end)

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        with self._spans.part("storage erase"):
            await self._inner.erase(key, is_named)

    @override
    async def find(self, key: BlobKey) -> StoredBlob | None:
        with self._spans.part("storage find"):
            return await self._inner.find(key)

    @override
    def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        return self._inner.stored_blobs(workspace_id)

    @override
    def workspaces(self) -> AsyncIterator[WorkspaceId]:
        return self._inner.workspaces()
