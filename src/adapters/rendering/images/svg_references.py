"""What an SVG drawing refers to: parts of itself, and pictures that lie in it."""

import base64
import binascii
import re
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.header import ImageKind, read_header

_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_PICTURE: Final = re.compile(
    r"\s*data:image/(?:png|jpe?g)(?:;[\w-]+=[\w-]+)*(;base64)?,(.*)", re.IGNORECASE | re.DOTALL
)
_URL: Final = re.compile(r"url\s*\(\s*(?![\"']?\s*#)", re.IGNORECASE)
# Whatever else of CSS reads a file, runs something, or hides one of these words from us.
_REACHING: Final = re.compile(
    r"\\|@(?!media\b)|(?<![\w-])(?:image|image-set|src|expression|element)\s*\(|javascript:|behaviou?r\s*:|-moz-binding",
    re.IGNORECASE,
)
_MAX_PIXELS: Final = 10_000_000
_ADVICE: Final = "Put everything that it shows into the drawing itself, or save it as PNG."


def check_references(root: Any) -> None:
    """Refuse what refers to something outside of the drawing, and pictures in it that are none or too large.

    Raises:
        ImageError: there is such a reference.
    """
    pixels = 0
    for node in root.iter():
        for name, value in node.attrib.items():
            if name in _HREFS:
                pixels += _pixels_of(node, value)
            elif _URL.search(value) or (name == "style" and _REACHING.search(value)):
                raise _outside(node, value)
        if node.tag.endswith("}style"):
            found = _URL.search(node.text or "") or _REACHING.search(node.text or "")
            if found or len(node):
                raise _outside(node, (node.text or "")[found.start() :] if found else "")
    if pixels > _MAX_PIXELS:
        message = f"The pictures in this SVG drawing have {pixels:,} pixels; at most {_MAX_PIXELS // 10**6} million are"
        raise ImageError(f"{message} allowed.", "Make them smaller.", "image-too-large")


def _pixels_of(node: Any, value: str) -> int:
    if value.strip().startswith("#") or not value.strip():
        return 0
    match = _PICTURE.fullmatch(value) if node.tag.endswith("}image") else None
    if match is None:
        raise _outside(node, value)
    try:
        picture = base64.b64decode("".join(match[2].split())) if match[1] else unquote_to_bytes(match[2])
        header = read_header(picture)
    except (binascii.Error, ValueError, ImageError):
        header = None
    if header is None or header.kind not in (ImageKind.PNG, ImageKind.JPEG):
        raise ImageError(f"A picture in this SVG drawing (line {node.sourceline}) is none.", _ADVICE)
    return header.width * header.height


def _outside(node: Any, value: str) -> ImageError:
    shown = f": {' '.join(value.split())[:40]!r}" if value.strip() else ""
    message = (
        f"This SVG drawing refers to something outside of it, or hides what it refers to, in line {node.sourceline}"
    )
    return ImageError(message + shown + ".", _ADVICE)
