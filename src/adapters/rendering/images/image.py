"""An image that a document can hold: checked, and converted where Word does not know its kind."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.header import Header, ImageKind, read_header
from adapters.rendering.images.lengths import EMU_PER_INCH

MAX_BYTES: Final = 5_000_000
MAX_PIXELS: Final = 25_000_000
# Pixels that are decoded and packed anew for one step of fuel.
_PIXELS_PER_STEP: Final = 16
_KINDS: Final = "PNG, JPEG, GIF, WebP"
_SIDEWAYS: Final = 5
# Within so many bytes an SVG file begins, behind its declaration and comments.
_START_OF_SVG: Final = 1_000


@dataclass(frozen=True, slots=True)
class Image:
    """An image's bytes as a document holds them, and its own size in EMU; `sha256` is of these bytes."""

    data: bytes
    kind: ImageKind
    width: int
    height: int
    sha256: str


def read_image(data: bytes, charge: Callable[[int], None] = lambda _: None) -> Image:
    """Check an image file and make of it what a document can hold; `charge` is asked for steps before work is done.

    PNG, JPEG and GIF stay the bytes they are, unless their Exif data says that they lie on their side: Word does not
    look at that. WebP becomes JPEG or PNG.

    Raises:
        ImageError: it is no image, too large, or damaged.
    """
    if len(data) > MAX_BYTES:
        raise ImageError(
            f"An image has {len(data):,} bytes, and at most {MAX_BYTES:,} are allowed.",
            "Make it smaller, or save it as JPEG.",
            "image-too-large",
        )
    header = read_header(data)
    if header is None:
        raise ImageError(_other_kind(data), f"Give an image as one of these: {_KINDS}.")
    _check_pixels(header.width, header.height)
    kind = header.kind
    if kind is ImageKind.WEBP or header.orientation != 1:
        charge(header.width * header.height // _PIXELS_PER_STEP)
        from adapters.rendering.images.convert import converted  # noqa: PLC0415  # Pillow only where it has work

        data, kind = converted(data, kind, MAX_PIXELS)
    width, height = _own_size(header)
    return Image(data, kind, width, height, hashlib.sha256(data).hexdigest())


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"An image has {width:,} by {height:,} pixels, and at most {MAX_PIXELS // 1_000_000} million are allowed.",
            "Make it smaller: 2,000 pixels across are enough for a whole page.",
            "image-too-large",
        )


def _own_size(header: Header) -> tuple[int, int]:
    width = max(1, round(header.width * EMU_PER_INCH / header.dpi[0]))
    height = max(1, round(header.height * EMU_PER_INCH / header.dpi[1]))
    return (height, width) if header.orientation >= _SIDEWAYS else (width, height)


def _other_kind(data: bytes) -> str:
    known = next((name for start, name in _OTHERS if data.startswith(start)), None)
    if not data:
        return "This image is empty."
    if b"<svg" in data[:_START_OF_SVG]:
        return "This is an SVG drawing, and documents take images of pixels."
    return "This is no image." if known is None else f"This is {known}, which documents do not take as an image."


_OTHERS: Final = (
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip or Office file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x01\x00\x00\x00", "an EMF drawing"),
    (b"\xd7\xcd\xc6\x9a", "a WMF drawing"),
    (b"\x1f\x8b", "a compressed file"),
)
