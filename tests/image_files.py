"""Small images for tests, as bytes and as data: addresses."""

import base64
import io
import struct
import zlib
from typing import Any

from PIL import Image as Pillow


def image_file(
    kind: str = "PNG", size: tuple[int, int] = (200, 100), color: Any = "red", mode: str = "RGB", **options: Any
) -> bytes:
    """Make an image of one colour, of a kind that Pillow knows."""
    written = io.BytesIO()
    Pillow.new(mode, size, color).save(written, kind, **options)
    return written.getvalue()


def data_address(data: bytes, media_type: str = "image/png") -> str:
    """Write bytes as a data: address."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def image(kind: str = "PNG", size: tuple[int, int] = (200, 100), color: Any = "red", **words: Any) -> dict[str, Any]:
    """Make the value {"$image": …} of an image of one colour; `words` go beside it."""
    return {"$image": data_address(image_file(kind, size, color)), **words}


def drawing_file(color: str = "red", size: tuple[int, int] = (200, 100)) -> bytes:
    """Make an SVG drawing of one colour."""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{color}"/></svg>'
    ).encode()


def drawing(color: str = "red", size: tuple[int, int] = (200, 100), **words: Any) -> dict[str, Any]:
    """Make the value {"$image": …} of an SVG drawing of one colour; `words` go beside it."""
    return {"$image": data_address(drawing_file(color, size), "image/svg+xml"), **words}


def png_that_says(width: int, height: int) -> bytes:
    """Make a small PNG file that says it has so many pixels."""
    chunks = [
        (b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body)) for name, body in chunks
    )
