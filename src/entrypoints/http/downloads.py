"""Downloads: entity tags, single ranges and file names (RFC 9110, sections 13 and 14)."""

import base64
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from application.content_disposition import content_disposition
from application.use_cases.read_renders import StoredDocument
from domain.formats import OutputFormat
from entrypoints.http.conditional import is_known, require_match
from entrypoints.http.errors import RangeNotSatisfiableError

_RANGE = re.compile(r"(?i:bytes)=([0-9]{0,18})-([0-9]{0,18})")

_DOCUMENT_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

# What every download may be answered with, besides its own errors.
DOWNLOAD_CODES: Final = ("precondition-failed", "range-not-satisfiable")


def content_docs(*media_types: str) -> dict[str, Any]:
    """Return the OpenAPI content of a file that is of one of these types."""
    return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}


def download_responses(what: str, content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a download that works; `content` is that of `content_docs`."""
    return {
        200: {"description": what, "content": content},
        206: {"description": "The range of it that was asked for", "content": content},
        304: {"description": "The client has it"},
    }


DOCUMENTS: Final = content_docs(*(output.media_type for output in OutputFormat))
DOCUMENT_RESPONSES: Final = download_responses("The document", DOCUMENTS)

Stream = Callable[[int, int | None], AsyncIterator[bytes]]


async def download(
    request: Request, *, stream: Stream, size: int, sha256: str, media_type: str, file_name: str
) -> Response:
    """Return contents named by their SHA-256: 304 where the client has them, 206 for one range, else 200.

    What is no range of bytes, or several of them, is ignored, as RFC 9110 (section 14.2) allows.

    Raises:
        PreconditionFailedError: If-Match names other contents.
        RangeNotSatisfiableError: there is nothing at the range.
    """
    etag = f'"{sha256}"'
    require_match(request, etag)
    headers = {
        "ETag": etag,
        "Repr-Digest": repr_digest(sha256),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(file_name),
        # A document that a browser opens runs nothing and loads nothing.
        "Content-Security-Policy": _DOCUMENT_POLICY,
    }
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    part = _range_of(request, size, etag)
    start, end = part or (0, size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    content = await begun(stream(start, end if part else None))
    return StreamingResponse(content, status_code=206 if part else 200, media_type=media_type, headers=headers)


async def download_document(request: Request, stored: StoredDocument) -> Response:
    """Return a render's document.

    Raises:
        PreconditionFailedError, RangeNotSatisfiableError: as for `download`.
    """
    return await download(
        request,
        stream=stored.stream,
        size=stored.document.size,
        sha256=stored.document.sha256,
        media_type=stored.document.media_type,
        file_name=stored.document.file_name,
    )


async def begun(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Read the first piece: a storage that is down is an error now, and a cut connection after the headers."""
    first = await anext(content, b"")

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in content:
            yield piece

    return whole()


def _range_of(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    wanted = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if_range = request.headers.get("if-range")
    if wanted is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = wanted.groups()
    if (not first and not last) or (first and last and int(last) < int(first)):
        # No range at all (section 14.1.1).
        return None
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    else:
        start, end = max(0, size - int(last)), size
    if start >= end:
        raise RangeNotSatisfiableError(size)
    return start, end


def repr_digest(sha256: str) -> str:
    """Return the header Repr-Digest (RFC 9530, section 3): the hash of the whole, also beside a part."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
