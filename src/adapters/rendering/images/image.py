"""An image that a document can hold: checked, and converted where Word does not know its kind."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.header import DEFAULT_DPI, Header, ImageKind, read_header
from adapters.rendering.images.lengths import EMU_PER_INCH

MAX_BYTES: Final = 5_000_000
MAX_PIXELS: Final = 25_000_000
# Pixels that are decoded and packed anew for one step of fuel.
_PIXELS_PER_STEP: Final = 16
_KINDS: Final = "PNG, JPEG, GIF, WebP, SVG"
_SIDEWAYS: Final = 5
# Bytes of a drawing that are checked for one step.
_BYTES_PER_STEP: Final = 50


@dataclass(frozen=True, slots=True)
class Image:
    """An image's bytes as a document holds them, and its own size in EMU; `sha256` is of these bytes.

    `drawing` is the SVG that this is the picture of.
    """

    data: bytes
    kind: ImageKind
    width: int
    height: int
    sha256: str
    drawing: "Image | None" = None


def read_image(data: bytes, charge: Callable[[int], None] = lambda _: None) -> Image:
    """Check an image file and make of it what a document can hold; `charge` is asked for steps before work is done.

    PNG, JPEG and GIF stay the bytes they are, unless their Exif data says that they lie on their side: Word does not
    look at that. WebP becomes JPEG or PNG. SVG becomes a PNG that has the drawing beside it.

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
    if header is None and data:
        # Loaded only for what is none of the others.
        from adapters.rendering.images.svg import looks_like_svg  # noqa: PLC0415

        if looks_like_svg(data):
            return _drawn(data, charge)
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


def _drawn(data: bytes, charge: Callable[[int], None]) -> Image:
    """Return the picture of an SVG drawing, with the drawing itself as the gate has written it anew."""
    # What draws is loaded where it has work, like what converts.
    from adapters.rendering.images.svg import read_svg  # noqa: PLC0415
    from adapters.rendering.images.svg_raster import layers_of, pixels_for, rasterised  # noqa: PLC0415

    charge(len(data) // _BYTES_PER_STEP)
    drawing = read_svg(data)
    across, down = pixels_for(drawing)
    charge(round(across * down * layers_of(drawing)) // _PIXELS_PER_STEP)
    width, height = (max(1, round(side * EMU_PER_INCH / DEFAULT_DPI)) for side in (drawing.width, drawing.height))
    vector = Image(drawing.data, ImageKind.SVG, width, height, hashlib.sha256(drawing.data).hexdigest())
    picture = rasterised(drawing)
    return Image(picture, ImageKind.PNG, width, height, hashlib.sha256(picture).hexdigest(), vector)


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
