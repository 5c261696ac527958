"""QR codes (ISO/IEC 18004) and bar codes as images: black and white, a few pixels for each module."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import barcode
import segno
from barcode.errors import BarcodeError
from PIL import Image as Pillow

from adapters.rendering.images.errors import ImageError

QR_LEVELS: Final = ("L", "M", "Q", "H")
BAR_CODES: Final = ("code128", "code39", "ean13", "ean8", "upca", "isbn13", "itf", "codabar")
# Kinds whose last digit checks the others. The library puts it right without a word; so it does with small letters in
# Code 39, and with an odd number of digits in ITF.
_CHECKED: Final = {"ean13": 13, "ean8": 8, "upca": 12, "isbn13": 13}
_REFUSED: Final[dict[str, Callable[[str], object]]] = {
    "code39": re.compile("[a-z]").search,
    "itf": lambda text: len(text) % 2,
}
_QR_PIXELS: Final = 8
# Modules of white around a code, so that readers find its edges.
_QR_BORDER: Final = 4
_BAR_BORDER: Final = 10
_BAR_PIXELS: Final = 4
_BAR_CHARACTERS: Final = 80
_BAR_HEIGHT_PIXELS: Final = 160


def qr_code(text: str, level: str) -> bytes:
    """Return a QR code as PNG; `level` is how much of it may be damaged: L, M, Q or H.

    Raises:
        ImageError: the text does not fit into one, or there is no such level.
    """
    if level not in QR_LEVELS:
        raise _no_code(f"A QR code has the levels {', '.join(QR_LEVELS)}, and not {level[:20]!r}.")
    if not text:
        raise _no_code("There is no QR code of an empty text.")
    written = io.BytesIO()
    # Left alone, the library takes some pairs of accented letters for Japanese, and readers guess.
    encoding = None if text.isascii() else "utf-8"
    try:
        made = segno.make(
            text,
            error=level,
            micro=False,
            boost_error=False,
            mode=encoding and "byte",
            encoding=encoding,
            eci=bool(encoding),
        )
    except (segno.DataOverflowError, ValueError):
        message = f"A text of {len(text):,} characters does not fit into a QR code of the level {level}."
        raise _no_code(message, "Shorten it, or choose a lower level: L takes up to 2,953 bytes.") from None
    made.save(written, kind="png", scale=_QR_PIXELS, border=_QR_BORDER)
    return written.getvalue()


def bar_code(text: str, kind: str) -> tuple[bytes, int]:
    """Return a bar code as PNG, without the text below it, and how many modules it is wide, its white edges included.

    Raises:
        ImageError: the text is none of this kind, or there is no such kind.
    """
    if kind not in BAR_CODES:
        raise _no_code(f"There is no bar code {kind[:20]!r}.", f"Choose one of these: {', '.join(BAR_CODES)}.")
    if kind in _CHECKED:
        text = text.replace("-", "").replace(" ", "")
    if not 0 < len(text) <= _BAR_CHARACTERS or not text.isascii() or not text.isprintable():
        message = f"A bar code has 1 to {_BAR_CHARACTERS} letters, digits and signs of ASCII."
        raise _no_code(message, "A QR code takes any text: {{ text | qrcode }}.")
    with _refusing(text, kind):
        if kind in _REFUSED and _REFUSED[kind](text):
            raise ValueError(text)
        made = barcode.get(kind, text, options={"add_checksum": False} if kind == "code39" else None)
        (pattern,) = made.build()
        full = made.get_fullcode()
    if len(text) == _CHECKED.get(kind) and text != full:
        raise _no_code(f"The last digit of {text!r} is wrong: as {kind} it has to end in {full[-1]}.")
    return _drawn(pattern), len(pattern) + 2 * _BAR_BORDER


@contextmanager
def _refusing(text: str, kind: str) -> Iterator[None]:
    try:
        yield
    except (BarcodeError, ValueError, IndexError, KeyError, TypeError):
        # What the library raises for a text that is no such code is no closed list.
        raise _no_code(f"{text[:40]!r} cannot be written as {kind}.", _HINTS.get(kind)) from None


def _drawn(pattern: str) -> bytes:
    edge = "0" * _BAR_BORDER
    row = bytes(0 if module == "1" else 255 for module in edge + pattern + edge)
    line = Pillow.frombytes("L", (len(row), 1), row)
    size = (len(row) * _BAR_PIXELS, _BAR_HEIGHT_PIXELS)
    written = io.BytesIO()
    line.resize(size, Pillow.Resampling.NEAREST).convert("1").save(written, "PNG")
    return written.getvalue()


def _no_code(message: str, suggestion: str | None = None) -> ImageError:
    return ImageError(message, suggestion, "code-invalid")


_HINTS: Final = {
    "ean13": "It has 12 digits, or 13 with the one that checks them.",
    "ean8": "It has 7 digits, or 8 with the one that checks them.",
    "upca": "It has 11 digits, or 12 with the one that checks them.",
    "isbn13": "It has 13 digits and begins with 978 or 979.",
    "itf": "It has digits only, and an even number of them.",
    "code39": "It has capital letters, digits, blanks and - . $ / + % only.",
    "codabar": "It begins and ends with A, B, C or D, and has digits and - $ : / . + between.",
}
