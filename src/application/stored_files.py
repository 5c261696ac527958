"""Template files in the document storage."""

from collections.abc import AsyncIterator

from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError


async def read_template_file(storage: DocumentStorage, key: BlobKey) -> bytes:
    """Return the bytes of a version whose record names them.

    Raises:
        ServiceUnavailableError: the storage is down, or has lost the file.
    """
    try:
        return await storage.read(key)
    except BlobNotFoundError as error:
        raise _lost() from error


async def stream_template_file(
    storage: DocumentStorage, key: BlobKey, start: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """Yield the bytes of a version from `start` up to but excluding `end`.

    Raises:
        ServiceUnavailableError: the storage is down, or has lost the file.
    """
    try:
        async for piece in storage.stream(key, start, end):
            yield piece
    except BlobNotFoundError as error:
        raise _lost() from error


def _lost() -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "storage",
        "The storage does not have this template's file any more: restore it from a backup, or upload the same file "
        "to the template again.",
    )
