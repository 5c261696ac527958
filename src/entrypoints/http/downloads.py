"""Downloads: entity tags, single ranges and file names."""

import re
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

_RANGE = re.compile(r"(?i:bytes)=([0-9]{0,18})-([0-9]{0,18})")

Stream = Callable[[int, int | None], AsyncIterator[bytes]]


async def download(
    request: Request, *, stream: Stream, size: int, sha256: str, media_type: str, file_name: str
) -> Response:
    """Return contents named by their SHA-256: 304 where the client has them, 206 for one range, else 200.

    A range that cannot be satisfied, or several, are ignored, as RFC 9110 (section 14.2) allows.
    """
    etag = f'"{sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(file_name),
        # A document that a browser opens runs nothing and loads nothing.
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    part = _range_of(request, size, etag)
    start, end = part or (0, size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    content = await _begun(stream(start, end))
    return StreamingResponse(content, status_code=206 if part else 200, media_type=media_type, headers=headers)


async def _begun(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
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
    if wanted is None or (if_range is not None and if_range != etag):
        return None
    first, last = wanted.groups()
    if not first:
        start, end = (max(0, size - int(last or 0)), size)
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None


def content_disposition(file_name: str) -> str:
    """Return the header for a file name (RFC 6266): ASCII for old clients, `filename*` for the others."""
    ascii_name = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"
