"""Where documents are kept: small ones beside their records, the others in the storage."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.unit_of_work import UnitsOfWork
from application.unnamed_blobs import erase_unnamed
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId


class KeptDocuments:
    """What goes into the record needs no file, no second wait for the disk, and is there exactly when the record is.

    Everything else is stored before the record that names it is written.
    """

    def __init__(self, storage: DocumentStorage, bytes_in_record: int) -> None:
        """Take how many bytes a document beside its record has at most; 0 keeps all of them in the storage."""
        self._storage = storage
        self._bytes_in_record = bytes_in_record

    def beside_record(self, content: bytes) -> bytes | None:
        """Return the document if it is to be kept beside its record."""
        return content if len(content) <= self._bytes_in_record else None

    @asynccontextmanager
    async def keeping(self, workspace_id: WorkspaceId, documents: Mapping[str, bytes]) -> AsyncIterator[None]:
        """Store those documents, given by their SHA-256, that do not go into the records written in the block.

        Raises:
            StorageFullError: there is no room.
            ServiceUnavailableError: the storage is down.
        """
        stored = {BlobKey(workspace_id, sha256): documents[sha256] for sha256 in self._in_storage(documents)}
        match list(stored.items()):
            case []:
                yield
            case [(key, content)]:
                async with self._storage.storing(key, content):
                    yield
            case _:
                async with self._storage.storing_all(stored):
                    yield

    async def erase_unnamed(
        self, units_of_work: UnitsOfWork, workspace_id: WorkspaceId, documents: Mapping[str, bytes]
    ) -> None:
        """Erase from the storage what was stored of these documents and has no record.

        Raises:
            ServiceUnavailableError: the storage or the database is down; blobs may be left.
        """
        stored = self._in_storage(documents)
        if stored:
            await erase_unnamed(units_of_work, self._storage, workspace_id, stored)

    def _in_storage(self, documents: Mapping[str, bytes]) -> list[str]:
        return [sha256 for sha256, content in documents.items() if self.beside_record(content) is None]


def require_unchanged(content: bytes, sha256: str) -> bytes:
    """Return a document that was kept beside its record, if it is what was put there.

    Raises:
        ServiceUnavailableError: it is not.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ServiceUnavailableError(
            "database", "The contents of this document are not those that were kept: render it again."
        )
    return content
