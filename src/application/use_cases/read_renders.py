"""Read render requests and their documents."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from application.caller import Caller
from application.kept_documents import require_unchanged
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.render_repository import RenderFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.document import Document
from domain.errors import ExpiredError, NotReadyError, ServiceUnavailableError
from domain.identifiers import RenderId, WorkspaceId
from domain.render_request import RenderRequest


class ReadRenders:
    """What belongs to another workspace is not there."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def get(self, caller: Caller, render_id: str) -> RenderRequest:
        """Return a render request.

        Raises:
            NotFoundError: there is none.
        """
        return await self.of_workspace(caller.workspace_id, render_id)

    async def of_workspace(self, workspace_id: WorkspaceId, render_id: str) -> RenderRequest:
        """Return a render request of a workspace.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            return await unit.renders.get(render_id)

    async def search(
        self, caller: Caller, criteria: RenderFilter, *, limit: int, after: RenderId | None
    ) -> list[RenderRequest]:
        """Return up to `limit` requests that meet the criteria, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.renders.search(criteria, limit=limit, after=after)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document that can be read, in whole or in part."""

    document: Document
    key: BlobKey
    storage: DocumentStorage
    beside_record: bytes | None

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to but excluding `end`.

        Raises:
            ServiceUnavailableError: the storage is down, or the document is lost or changed.
        """
        if self.beside_record is not None:
            yield require_unchanged(self.beside_record, self.document.sha256)[start:end]
            return
        try:
            async for piece in self.storage.stream(self.key, start, end):
                yield piece
        except BlobNotFoundError as error:
            raise ServiceUnavailableError(
                "storage", "The storage does not have this document any more: render it again."
            ) from error


class GetDocument:
    """A document can be fetched from its success until its expiry."""

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._storage = storage
        self._clock = clock

    async def __call__(self, caller: Caller, render_id: str) -> StoredDocument:
        """Return the document of a render request.

        Raises:
            NotFoundError: there is no such render request.
            NotReadyError: it has no document.
            ExpiredError: the document's time is over, or it was erased.
        """
        return (await self.with_request(caller.workspace_id, render_id))[1]

    async def with_request(self, workspace_id: WorkspaceId, render_id: str) -> tuple[RenderRequest, StoredDocument]:
        """Return a render request of a workspace with its document.

        Raises:
            NotFoundError, NotReadyError, ExpiredError: as above.
        """
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            request, beside_record = await unit.renders.get_with_content(render_id)
        if request.erased_at is not None:
            raise ExpiredError(f"The data and the document of the render {request.id} were erased.")
        if request.document is None:
            raise NotReadyError(f"The render {request.id} is {request.status} and has no document.")
        if request.expires_at is not None and request.expires_at <= self._clock.now():
            raise ExpiredError(f"The document of the render {request.id} expired at {request.expires_at.isoformat()}.")
        key = BlobKey(workspace_id, request.document.sha256)
        return request, StoredDocument(request.document, key, self._storage, beside_record)
