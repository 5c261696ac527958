"""Streams whose contents are compared with their names."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from adapters.storage.blob_names import damaged
from adapters.storage.piecewise_hash import PiecewiseHash
from application.ports.document_storage import BlobKey


async def verified(key: BlobKey, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a whole blob, the last of them only when all together have the SHA-256 of its name.

    Where it is left early, the pieces are.

    Raises:
        ServiceUnavailableError: they do not.
    """
    contents = PiecewiseHash()
    held = b""
    async with aclosing(pieces):
        async for piece in pieces:
            if held:
                yield held
            await contents.update(piece)
            held = piece
    if await contents.hexdigest() != key.sha256:
        raise damaged(key)
    if held:
        yield held
