"""What tells one request from another, found while its body is read; a form, which may be large, goes to the disk."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from typing import IO, Final, TypeVar

from starlette.requests import Request
from starlette.types import Message as AsgiMessage

# So much of a form is held in memory, and goes to and from the disk at a time.
_AT_ONCE: Final = 1_048_576

AnyRequest = TypeVar("AnyRequest", bound=Request)


class RequestDigest:
    """The SHA-256 of where a request goes to, and of its body, which comes in pieces.

    The boundary between the parts of a form is new with every attempt of most clients, and is left out.
    """

    def __init__(self, request: Request) -> None:
        header = Message()
        header["Content-Type"] = request.headers.get("content-type", "")
        self.is_form = header.get_content_maintype() == "multipart"
        boundary = header.get_boundary() if self.is_form else None
        self._delimiter = b"--" + boundary.encode("utf-8", "replace") if boundary else None
        place = f"{request.method} {request.url.path}?{request.url.query} {header.get_content_type()}\n"
        self._hash = hashlib.sha256(place.encode())
        # What may be the beginning of a delimiter.
        self._rest = b""

    def add(self, piece: bytes) -> None:
        """Go on with the next piece of the body."""
        if self._delimiter is None:
            self._hash.update(piece)
            return
        *between, rest = (self._rest + piece).split(self._delimiter)
        for each in between:
            self._hash.update(each + b"--")
        end = max(0, len(rest) - len(self._delimiter) + 1)
        self._hash.update(rest[:end])
        self._rest = rest[end:]

    def hexdigest(self) -> str:
        """Return it, when the whole body was added."""
        whole = self._hash.copy()
        whole.update(self._rest)
        return whole.hexdigest()


@asynccontextmanager
async def digested(request: AnyRequest) -> AsyncIterator[tuple[str, AnyRequest]]:
    """Read a request to its end; give its digest, and a request that can be read within the block.

    Raises:
        HTTPException, ClientDisconnect: the body is too large, too slow, or does not come to its end.
    """
    digest = RequestDigest(request)
    if not digest.is_form:
        digest.add(await request.body())  # it is held in memory in any case, and remembered by the request
        yield digest.hexdigest(), request
        return
    with tempfile.SpooledTemporaryFile(_AT_ONCE) as file:
        await _spool(request, file, digest)
        yield digest.hexdigest(), _reading(request, file)


async def _spool(request: Request, file: IO[bytes], digest: RequestDigest) -> None:
    def keep(pieces: bytes) -> None:
        digest.add(pieces)
        file.write(pieces)

    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) >= _AT_ONCE:
            await asyncio.to_thread(keep, bytes(held))
            held.clear()
    keep(bytes(held))
    file.seek(0)


def _reading(request: AnyRequest, file: IO[bytes]) -> AnyRequest:
    """Return the same request with the body in the file."""
    is_read = False

    async def receive() -> AsgiMessage:
        nonlocal is_read
        if is_read:
            return await request.receive()
        piece = await asyncio.to_thread(file.read, _AT_ONCE)
        is_read = len(piece) < _AT_ONCE
        return {"type": "http.request", "body": piece, "more_body": not is_read}

    return type(request)(request.scope, receive)
