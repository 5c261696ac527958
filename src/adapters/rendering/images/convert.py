"""Converting images that Word does not show as they are: WebP, and photographs that lie on their side.

Their bytes come from anybody, so Pillow is told the one format it may take them for, and what it reads of their size
is checked before it decodes anything.
"""

import io
from typing import Any, Final

from PIL import Image as Pillow
from PIL import ImageOps

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.header import ImageKind

# Near the quality of the photograph itself; and a packing that takes a third of the time of the default one.
_JPEG: Final[dict[str, Any]] = {"quality": 92}
_PNG: Final[dict[str, Any]] = {"compress_level": 3}


def converted(data: bytes, kind: ImageKind, max_pixels: int) -> tuple[bytes, ImageKind]:
    """Return an image upright, as a JPEG where it was one and as a PNG otherwise; its colour profile stays.

    Raises:
        ImageError: it cannot be decoded.
    """
    target, options = (ImageKind.JPEG, _JPEG) if kind is ImageKind.JPEG else (ImageKind.PNG, _PNG)
    written = io.BytesIO()
    try:
        with Pillow.open(io.BytesIO(data), formats=(kind.upper(),)) as opened:
            _check_size(opened, max_pixels)
            profile = opened.info.get("icc_profile")
            ImageOps.exif_transpose(opened).save(written, target.upper(), icc_profile=profile, **options)
    except ImageError:
        raise
    except Exception as problem:
        # What decoders raise for broken files is no closed list.
        raise ImageError("This image is damaged: it cannot be decoded.", "Save it anew, and try again.") from problem
    return written.getvalue(), target


def _check_size(opened: Pillow.Image, max_pixels: int) -> None:
    if opened.width * opened.height > max_pixels:
        raise ImageError("This image is damaged: it says two things about its size.")
