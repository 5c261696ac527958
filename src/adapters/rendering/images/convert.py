"""Converting images that Word does not show as they are: WebP, and photographs that lie on their side.

Their bytes come from anybody, so Pillow is told the one format it may take them for, and what it reads of their size
is checked before it decodes anything.
"""

import io
from typing import Any, Final

# Named, so that Pillow does not load all of its formats when it meets the first image.
from PIL import Image as Pillow
from PIL import ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.header import ImageKind

_PLUGINS: Final = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
# Near the quality of the photograph itself; and a packing that takes a third of the time of the default one.
_JPEG: Final[dict[str, Any]] = {"quality": 92}
_PNG: Final[dict[str, Any]] = {"compress_level": 3}


def converted(data: bytes, kind: ImageKind, max_pixels: int) -> tuple[bytes, ImageKind]:
    """Return an image upright, its colour profile with it: photographs as JPEG, all else as PNG.

    A JPEG is a photograph, and so is a WebP image that lost something when it was packed and has no transparency: as
    PNG it would take five times the time and the space.

    Raises:
        ImageError: it cannot be decoded.
    """
    written = io.BytesIO()
    try:
        with Pillow.open(io.BytesIO(data), formats=(kind.upper(),)) as opened:
            _check_size(opened, max_pixels)
            is_photograph = kind is ImageKind.JPEG or (opened.mode == "RGB" and _is_lossy(data))
            target, options = (ImageKind.JPEG, _JPEG) if is_photograph else (ImageKind.PNG, _PNG)
            profile = opened.info.get("icc_profile")
            ImageOps.exif_transpose(opened).save(written, target.upper(), icc_profile=profile, **options)
    except ImageError:
        raise
    except Exception as problem:
        # What decoders raise for broken files is no closed list.
        raise ImageError("This image is damaged: it cannot be decoded.", "Save it anew, and try again.") from problem
    return written.getvalue(), target


def _is_lossy(data: bytes) -> bool:
    """Tell whether the first frame of a WebP file is packed with losses; no other kind of file has such a chunk."""
    position = 12
    while position + 8 <= len(data):
        name = data[position : position + 4]
        if name in (b"VP8 ", b"VP8L", b"ANMF"):
            return name == b"VP8 "
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    return False


def _check_size(opened: Pillow.Image, max_pixels: int) -> None:
    if opened.width * opened.height > max_pixels:
        raise ImageError("This image is damaged: it says two things about its size.")
