"""Pictures that come with a template: they pass through untouched, so each has to be what it is said to be."""

import re
import struct
from typing import Final

from adapters.rendering.docx.findings import error
from domain.diagnostics import Diagnostic

# How pictures of the kinds that Word takes begin; metafiles and PICT begin with what other files may begin with too.
_BEGINNINGS: Final = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"II\xbc"),
    *(b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"\x02\x00\x09\x00", b"\x01\x00\x00\x00", b"\0\0\x01\0", b"\x1f\x8b"),
    *(b"RIFF", b"\0\0\0", b"%!PS", b"\xc5\xd0\xd3\xc6", b"\0" * 16),
)
# More pixels than any camera has; a program that opens the document makes room for all of them.
MAX_PIXELS: Final = 200_000_000
_SCRIPTED: Final = re.compile(
    rb"<(?:[\w-]+:)?(?:script|foreignObject|iframe|handler)\b|\son\w+\s*=|javascript:"
    rb"|(?:href|src)\s*=\s*[\"']\s*(?!#|data:image/)[^\"'\s]|@import|url\s*\(\s*[\"']?\s*(?!#|data:)[^\s\"')]",
    re.IGNORECASE,
)
_REPLACE: Final = "Put another picture in its place."


def check_picture(name: str, content_type: str, contents: bytes) -> Diagnostic | None:
    """Return what is wrong with a part that is a picture by its content type; None where nothing is."""
    if content_type.startswith("image/svg"):
        if _SCRIPTED.search(contents):
            message = f"The picture {name!r} runs scripts, or refers to something outside of it."
            return error("active-content", message, _REPLACE)
        return None
    if contents and not contents.startswith(_BEGINNINGS):
        return error("image-invalid", f"The part {name!r} should be a picture, and is none.", _REPLACE)
    width, height = _size(contents)
    if width * height > MAX_PIXELS:
        message = f"The picture {name!r} has {width:,} by {height:,} pixels; the limit is {MAX_PIXELS:,} in all."
        return error("image-too-large", message, "Put a smaller copy of it in its place.")
    return None


def _size(contents: bytes) -> tuple[int, int]:
    """Return width and height in pixels, as the header says; zeros where it is of another kind."""
    if contents.startswith(b"\x89PNG") and len(contents) >= _PNG.size:
        return _PNG.unpack_from(contents)[-2:]
    if contents.startswith(b"GIF8") and len(contents) >= _GIF.size:
        return _GIF.unpack_from(contents)[-2:]
    if contents.startswith(b"BM") and len(contents) >= _BMP.size:
        width, height = _BMP.unpack_from(contents)[-2:]
        return abs(width), abs(height)
    return _jpeg_size(contents) if contents.startswith(b"\xff\xd8") else (0, 0)


_PNG: Final = struct.Struct(">16s2L")
_GIF: Final = struct.Struct("<6s2H")
_BMP: Final = struct.Struct("<18s2l")
_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def _jpeg_size(contents: bytes) -> tuple[int, int]:
    """Walk the segments of a JPEG to the one that has its size."""
    position = 2
    while position + 9 <= len(contents) and contents[position] == 0xFF:  # noqa: PLR2004  # a marker's first byte
        kind, size = contents[position + 1], int.from_bytes(contents[position + 2 : position + 4])
        if kind in _JPEG_FRAMES:
            return int.from_bytes(contents[position + 7 : position + 9]), int.from_bytes(
                contents[position + 5 : position + 7]
            )
        position += 2 + max(2, size)
    return 0, 0
