"""Filters that make images: of texts that name one, and QR and bar codes of texts and numbers."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from adapters.rendering.images import ImageError, parse_length
from adapters.rendering.language.pictures import ASSET, KEY, Picture, PictureError, Pictures
from adapters.rendering.language.values import to_text
from domain.asset import is_asset_file

_QR_WIDTH: Final = "30mm"
_BAR_HEIGHT: Final = "15mm"
# The usual width of a bar code's thinnest bar: a third of a millimetre.
_MODULE: Final = 12_000
# A QR code of 3,000 characters takes half a second.
_CODE_STEPS: Final = 10_000
_STEPS_PER_CHARACTER: Final = 500


def image(session: "_Session", value: Any, width: Any = None, height: Any = None, alt: Any = None) -> Any:
    """Make an image of a text that names one, or give an image another size or alt text; null stays null."""
    words = {"width": width, "height": height, "alt": alt}
    given = {name: word for name, word in words.items() if word is not None}
    if value is None:
        return None
    if isinstance(value, dict) and KEY in value:
        pointer = value.pointer if isinstance(value, Picture) else None
        return session.with_pictures().add({**value, **given}, pointer)
    named = isinstance(value, str) and is_asset_file(value)
    return session.with_pictures().add({KEY: f"{ASSET}{value}" if named else value, **given})


class _Session(Protocol):
    """What is needed of a render."""

    def charge(self, steps: int, size: int = 0) -> None:
        """Pay for work before it is done."""

    def with_pictures(self) -> Pictures:
        """Return the images among its values."""


def qrcode(session: "_Session", value: Any, width: Any = _QR_WIDTH, level: Any = "M", alt: Any = None) -> Any:
    """Make a QR code of a text or a number; null stays null."""
    text = _code_text(value)
    if text is None:
        return None
    session.charge(_CODE_STEPS + len(text) * _STEPS_PER_CHARACTER)
    from adapters.rendering.images.codes import qr_code  # noqa: PLC0415  # takes longer to load than a letter to render

    with _as_problem():
        made = qr_code(text, to_text(level).upper())
    return _made(session, made, {"width": width, "alt": text if alt is None else alt})


def barcode(
    session: "_Session",
    value: Any,
    kind: Any = "code128",
    width: Any = None,
    height: Any = _BAR_HEIGHT,
    alt: Any = None,
) -> Any:
    """Make a bar code of a text or a number; null stays null."""
    text = _code_text(value)
    if text is None:
        return None
    session.charge(_CODE_STEPS)
    from adapters.rendering.images.codes import bar_code  # noqa: PLC0415  # as above

    with _as_problem():
        made, modules = bar_code(text, to_text(kind).lower())
        sides = [parse_length(side, name) for side, name in ((height, "height"), (width, "width")) if side is not None]
    size = sides[-1] if width is not None else modules * _MODULE, sides[0]
    return _made(session, made, {"alt": text if alt is None else alt}, size)


def _code_text(value: Any) -> str | None:
    return None if value is None else to_text(value)


def _made(session: "_Session", data: bytes, words: dict[str, Any], size: tuple[int, int] | None = None) -> Picture:
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return session.with_pictures().add({KEY: address, **words}, size=size)


@contextmanager
def _as_problem() -> Iterator[None]:
    try:
        yield
    except ImageError as error:
        raise PictureError(error.message, error.suggestion, error.code) from None


FILTERS: Final[dict[str, Callable[..., Any]]] = {"image": image, "qrcode": qrcode, "barcode": barcode}
