"""The logo of Kestrel & Vane: three feathers of a wing, drawn point by point and written as PNG.

The picture is an indexed PNG with a transparent ground. Its image data are stored, not compressed, so that the bytes
do not depend on the zlib at hand; the Word package around it compresses them anyway.
"""

import math
import struct
import zlib

SIZE = 240
"""Width and height in pixels: 15 mm at 400 dpi."""

_Point = tuple[float, float]

# Each feather is a convex polygon in the unit square (y grows downwards, corners clockwise) and its colour.
_FEATHERS: tuple[tuple[tuple[int, int, int], tuple[_Point, ...]], ...] = (
    ((0x1F, 0x34, 0x47), ((0.02, 0.42), (0.27, 0.30), (0.27, 0.98), (0.02, 0.80))),
    ((0x2F, 0x7F, 0x86), ((0.37, 0.26), (0.62, 0.15), (0.62, 0.79), (0.37, 0.92))),
    ((0x8F, 0xC1, 0xC0), ((0.72, 0.11), (0.98, 0.00), (0.98, 0.46), (0.72, 0.68))),
)
_SHADES = 15
"""Steps from transparent to solid along an edge."""


def logo_png() -> bytes:
    """The logo as PNG bytes (PNG 1.2, colour type 3 with tRNS), the same on every machine."""
    palette = bytes(channel for colour, _ in _FEATHERS for channel in colour * (_SHADES + 1))
    alphas = bytes(round(255 * shade / _SHADES) for _ in _FEATHERS for shade in range(_SHADES + 1))
    rows = (bytes((0, *(_palette_index(x, y) for x in range(SIZE)))) for y in range(SIZE))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", alphas),
            _chunk(b"IDAT", _stored(b"".join(rows))),
            _chunk(b"IEND", b""),
        )
    )


def _palette_index(x: int, y: int) -> int:
    """The palette entry of a pixel: which feather, and how much of the pixel it covers."""
    for number, (_, corners) in enumerate(_FEATHERS):
        shade = round(_coverage(x + 0.5, y + 0.5, corners) * _SHADES)
        if shade:
            return number * (_SHADES + 1) + shade
    return 0


def _coverage(x: float, y: float, corners: tuple[_Point, ...]) -> float:
    """How much of the pixel around (x, y) lies inside the polygon, 0 to 1: its distance from the nearest edge."""
    inside = min(_distance(x, y, start, end) for start, end in zip(corners, corners[1:] + corners[:1], strict=True))
    return min(1.0, max(0.0, inside + 0.5))


def _distance(x: float, y: float, start: _Point, end: _Point) -> float:
    """Pixels from the line through two corners, positive on its right."""
    (x0, y0), (x1, y1) = ((SIZE * across, SIZE * down) for across, down in (start, end))
    return ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / math.hypot(x1 - x0, y1 - y0)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(data: bytes) -> bytes:
    """A zlib stream (RFC 1950) of stored deflate blocks (RFC 1951, 3.2.4)."""
    limit = 0xFFFF
    blocks = [data[start : start + limit] for start in range(0, len(data), limit)]
    framed = (
        struct.pack("<BHH", number == len(blocks), len(block), len(block) ^ limit) + block
        for number, block in enumerate(blocks, start=1)
    )
    return b"\x78\x01" + b"".join(framed) + struct.pack(">I", zlib.adler32(data))
