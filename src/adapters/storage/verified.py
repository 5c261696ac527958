"""Streams whose contents are compared with their names."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from adapters.storage.blob_names import damaged
from application.ports.document_storage import BlobKey


async def verified(key: BlobKey, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a whole blob, the last of them only when all together have the SHA-256 of its name.

    Where it is left early, the pieces are.

    Raises:
        ServiceUnavailableError: they do not.
    """
    contents = hashlib.sha256()
    held = b""
    async with aclosing(pieces):
        async for piece in pieces:
            if held:
                yield held
            contents.update(piece)
            held = piece
    if contents.hexdigest() != key.sha256:
        raise damaged(key)
    if held:
        yield held
