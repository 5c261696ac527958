"""Reading what an image file says of itself, without decoding it: kind, pixels, resolution, and which side is up.

Sources: PNG (W3C, third edition), JPEG (ITU-T T.81) with JFIF and Exif (CIPA DC-008), GIF89a, WebP (RFC 9649).
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters.rendering.images.errors import ImageError

# Dots per inch where a file does not say, as in CSS; and what a file may say without being taken for broken.
DEFAULT_DPI: Final = 96.0
_PLAUSIBLE_DPI: Final = (20.0, 5_000.0)
# Chunks of a PNG file: no program makes so many, and each takes time to read.
_MAX_PIECES: Final = 50_000
_CM_PER_INCH: Final = 2.54
_METRES_PER_INCH: Final = 0.0254


class ImageKind(StrEnum):
    """The kinds of images that are understood; the value is the usual ending of a file's name."""

    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    SVG = "svg"

    @property
    def media_type(self) -> str:
        """The media type of such a file."""
        return "image/svg+xml" if self is ImageKind.SVG else f"image/{self.value}"


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself: stored pixels, dots per inch, and its Exif orientation (1 is upright)."""

    kind: ImageKind
    width: int
    height: int
    dpi: tuple[float, float] = (DEFAULT_DPI, DEFAULT_DPI)
    orientation: int = 1


def read_header(data: bytes) -> Header | None:
    """Return what a PNG, JPEG, GIF or WebP file says of itself; None for anything else.

    Raises:
        ImageError: it begins like one of these, and is broken.
    """
    for signature, read in _READERS:
        if data.startswith(signature):
            try:
                header = read(data)
            except (struct.error, IndexError, StopIteration):
                header = None
            if header is None or not (header.width and header.height):
                raise ImageError("This image is damaged: its file ends too early, or lacks what belongs into it.")
            return header
    return None


def _read_png(data: bytes) -> Header | None:
    """Go through the chunks: the header comes first, image data has to be there, and an end."""
    width = height = 0
    dpi = (DEFAULT_DPI, DEFAULT_DPI)
    orientation, filled = 1, False
    for name, body in _png_chunks(data):
        if name == b"IHDR":
            width, height = struct.unpack_from(">LL", body)
        elif name == b"pHYs":
            across, down, unit = struct.unpack_from(">LLB", body)
            if unit == 1:
                dpi = _plausible(across * _METRES_PER_INCH, down * _METRES_PER_INCH)
        elif name == b"eXIf":
            orientation = _orientation(bytes(body))
        elif name == b"IDAT":
            filled = True
        elif name == b"IEND":
            return Header(ImageKind.PNG, width, height, dpi, orientation) if filled else None
    return None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view, position, left = memoryview(data), 8, _MAX_PIECES
    while position + 12 <= len(data) and (left := left - 1):
        size, name = struct.unpack_from(">L4s", data, position)
        if (position == 8) != (name == b"IHDR"):  # noqa: PLR2004  # behind the signature
            return
        yield name, view[position + 8 : position + 8 + size]
        position += 12 + size


def _read_jpeg(data: bytes) -> Header | None:
    """Go through the segments up to the first scan; the frame has to come before it."""
    dpi = (DEFAULT_DPI, DEFAULT_DPI)
    orientation, size = 1, (0, 0)
    for marker, body in _jpeg_segments(data):
        if marker == _START_OF_SCAN:
            return Header(ImageKind.JPEG, *size, dpi, orientation)
        if marker == _APP0 and body.startswith(b"JFIF\0"):
            unit, across, down = struct.unpack_from(">BHH", body, 7)
            scale = {1: 1.0, 2: _CM_PER_INCH}.get(unit)
            dpi = dpi if scale is None else _plausible(across * scale, down * scale)
        elif marker == _APP1 and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
            size = (width, height)
    return None


_APP0, _APP1, _START_OF_SCAN = 0xE0, 0xE1, 0xDA
# Start of frame, all processes; C4, C8 and CC are tables.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the segments with a length; up to the first scan there are no others (B.1.1.4)."""
    position = 2
    for _ in range(_SEGMENTS):
        filled = _FILLED.match(data, position)
        if filled is None:
            return
        marker, position = data[filled.end()], filled.end() + 1
        (size,) = struct.unpack_from(">H", data, position)
        if marker in _WITHOUT_LENGTH or size < _LENGTH_BYTES:
            return
        yield marker, data[position + _LENGTH_BYTES : position + size]
        position += size


_LENGTH_BYTES: Final = 2
# Any number of fill bytes may stand before a marker.
_FILLED: Final = re.compile(rb"\xff+")
# A profile of 16 MB, the largest there is, takes 255 segments.
_SEGMENTS: Final = 2_000


def _read_gif(data: bytes) -> Header:
    width, height = struct.unpack_from("<HH", data, 6)
    # Something has to follow the screen's description, and the file ends with a trailer.
    complete = len(data) > 14 and data.rstrip(b"\0").endswith(b";")  # noqa: PLR2004
    return Header(ImageKind.GIF, width, height) if complete else Header(ImageKind.GIF, 0, 0)


def _read_webp(data: bytes) -> Header | None:
    if data[8:12] != b"WEBP":
        return None
    name, body = data[12:16], data[20:]
    if name == b"VP8X":
        width, height = (1 + int.from_bytes(body[start : start + 3], "little") for start in (4, 7))
    elif name == b"VP8L":
        (bits,) = struct.unpack_from("<L", body, 1)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif name == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
    else:
        return None
    return Header(ImageKind.WEBP, width, height)


_READERS: Final[tuple[tuple[bytes, Callable[[bytes], Header | None]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", _read_png),
    (b"\xff\xd8\xff", _read_jpeg),
    (b"GIF87a", _read_gif),
    (b"GIF89a", _read_gif),
    (b"RIFF", _read_webp),
)


def _plausible(across: float, down: float) -> tuple[float, float]:
    """Return a resolution in whole dots an inch: a PNG counts them by the metre, and cannot say 72 or 300 exactly."""
    least, most = _PLAUSIBLE_DPI
    across, down = round(across), round(down)
    return (across, down) if least <= across <= most and least <= down <= most else (DEFAULT_DPI, DEFAULT_DPI)


def _orientation(exif: bytes) -> int:
    """Return the orientation that an Exif block asks for; 1 where it asks for none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}L", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for index in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHLH", exif, start + 2 + index * 12)
            if (tag, kind) == (0x0112, 3):
                return value if 1 <= value <= 8 else 1  # noqa: PLR2004  # the eight ways to hold a camera
    except struct.error:
        pass
    return 1
