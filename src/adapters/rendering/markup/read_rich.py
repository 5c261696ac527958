"""Reads rich text and links, which stand in the data as objects, as one paragraph of runs.

{"$richtext": ["plain ", {"text": "bold", "bold": true, …}]} and {"$link": "https://…", "text": …}.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from adapters.rendering.markup.addresses import safe_address
from adapters.rendering.markup.blocks import Block, Paragraph, Run
from adapters.rendering.markup.errors import MarkupError

_COLOUR: Final = re.compile(r"#?([0-9A-Fa-f]{6})")
_NAME: Final = re.compile(r"[\w .,'()+-]{1,100}")
# Word's own colours of a highlighter (ECMA-376 part 1, 17.18.40).
_HIGHLIGHTS: Final = {
    name.lower(): name
    for name in (
        "black", "blue", "cyan", "darkBlue", "darkCyan", "darkGray", "darkGreen", "darkMagenta", "darkRed",
        "darkYellow", "green", "lightGray", "magenta", "none", "red", "white", "yellow",
    )
}  # fmt: skip
_UNDERLINES: Final = (
    "single", "words", "double", "thick", "dotted", "dash", "dotDash", "dotDotDash", "wave", "none",
)  # fmt: skip
_VERTICAL: Final = ("superscript", "subscript", "baseline")
_MAX_POINTS: Final = 1638
# The kinds of characters that Word keeps a font for; python-docx-template's users name one, as in 'eastAsia:SimSun'.
_SCRIPTS: Final = ("ascii", "hAnsi", "cs", "eastAsia")
# What an address may have as it is (RFC 3986); anything else is encoded.
_ADDRESS_SIGNS: Final = "%/:?#[]@!$&'()*+,;=~-._"


def read_rich(pieces: Any, text_of: Callable[[Any], str]) -> tuple[Block, ...]:
    """Return the paragraph of a rich text; `text_of` prints a value of the data.

    Raises:
        MarkupError: it is not built as rich text has to be.
    """
    listed = pieces if isinstance(pieces, list) else [pieces]
    runs = []
    for index, piece in enumerate(listed):
        try:
            runs.append(_run(piece, text_of))
        except MarkupError as error:
            error.path = f"/{index}{error.path}" if listed is pieces else error.path
            raise
    return _paragraph(runs)


def read_link(words: Mapping[str, Any], text_of: Callable[[Any], str]) -> tuple[Block, ...]:
    """Return the paragraph of {"$link": …}; without a text, the address is shown.

    Raises:
        MarkupError: it is not built as a link has to be, or leads where documents must not link to.
    """
    return _paragraph([_link(words, text_of)])


def address_of(value: Any) -> str:
    """Return an address that a document may link to, '' for none.

    Raises:
        MarkupError: it leads anywhere else.
    """
    if value is None or value == "":
        return ""
    address = safe_address(value) if isinstance(value, str) else ""
    if not address:
        message = "A link may begin with https://, http://, mailto: or tel: only."
        raise MarkupError(message, "Write the whole address, as in https://example.com/.")
    return quote(address.encode("utf-8", "ignore"), safe=_ADDRESS_SIGNS)


def _paragraph(runs: list[Run]) -> tuple[Block, ...]:
    shown = tuple(run for run in runs if run.text)
    return (Paragraph(shown),) if shown else ()


def _run(piece: Any, text_of: Callable[[Any], str]) -> Run:
    if isinstance(piece, dict) and "$link" in piece:
        return _link(piece, text_of)
    if not isinstance(piece, dict):
        piece = {"text": piece}
    unknown = sorted(piece.keys() - _WISHES.keys() - {"text"})
    if unknown or "text" not in piece:
        what = f"does not know {unknown[0][:40]!r}" if unknown else "needs a 'text' in every piece"
        known = ", ".join(sorted(("text", *_WISHES)))
        raise MarkupError(f"Rich text {what}.", f"A piece may have: {known}.")
    wishes: dict[str, Any] = {}
    for key, value in piece.items():
        if key == "text" or value is None:
            continue
        try:
            wishes |= _WISHES[key](value)
        except MarkupError as error:
            error.path = f"/{key}"
            raise
    return Run(_text(piece, "text", text_of), **wishes)


def _link(words: Mapping[str, Any], text_of: Callable[[Any], str]) -> Run:
    unknown = sorted(words.keys() - {"$link", "text"})
    if unknown:
        message = f"A link does not know {unknown[0][:40]!r}."
        raise MarkupError(message, 'Write {"$link": "https://…", "text": "…"}.')
    address = words["$link"]
    try:
        url = address_of(address)
    except MarkupError as error:
        error.path = "/$link"
        raise
    text = _text(words, "text", text_of)
    return Run(text or str(address or "").strip().removeprefix("mailto:").removeprefix("tel:"), url=url)


def _text(words: Mapping[str, Any], key: str, text_of: Callable[[Any], str]) -> str:
    value = words.get(key)
    if isinstance(value, (list, dict)):
        error = MarkupError("A piece of rich text has to be a text.", 'Write {"text": "…"}, with one text.')
        error.path = f"/{key}"
        raise error
    return text_of(value)


# -- wishes: what each may be, and the field of the run that it fills


def _switch(field: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {field: bool(value)}


def _underline(value: Any) -> dict[str, Any]:
    if value is False:
        return {}
    return {"underline": "single" if value is True else _one_of(value, _UNDERLINES, "underline")}


def _color(value: Any) -> dict[str, Any]:
    match = _COLOUR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MarkupError("A colour in rich text has to be six hexadecimal digits.", 'Write "C00000" for red.')
    return {"color": match.group(1)}


def _highlight(value: Any) -> dict[str, Any]:
    """Highlight in one of Word's own colours, or in any other one."""
    if value is False:
        return {}
    if isinstance(value, str) and (colour := _COLOUR.fullmatch(value)):
        return {"highlight": f"#{colour.group(1)}"}
    name = value.lower() if isinstance(value, str) else value
    return {"highlight": _HIGHLIGHTS[_one_of(name, _HIGHLIGHTS, "highlight")]}


def _size(value: Any) -> dict[str, Any]:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 1 <= value <= _MAX_POINTS:
        raise MarkupError("The size of rich text has to be a number of points.", "Write it as in 11.")
    return {"size": round(value * 2)}


def _font(value: Any) -> dict[str, Any]:
    script, colon, font = str(value).partition(":")
    return {"font": _name(font if colon and script in _SCRIPTS else value, "a font")}


def _style(value: Any) -> dict[str, Any]:
    return {"style": _name(value, "a style")}


def _vertical_align(value: Any) -> dict[str, Any]:
    return {"vertical": _one_of(value, _VERTICAL, "vertical_align")}


def _url(value: Any) -> dict[str, Any]:
    return {"url": address_of(value)}


_WISHES: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "bold": _switch("bold"),
    "italic": _switch("italic"),
    "strike": _switch("strike"),
    "underline": _underline,
    "color": _color,
    "highlight": _highlight,
    "size": _size,
    "font": _font,
    "style": _style,
    "vertical_align": _vertical_align,
    "url": _url,
}


def _name(value: Any, what: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise MarkupError(f"Rich text cannot use {str(value)[:40]!r} as the name of {what}.", 'Write "Arial".')
    return value


def _one_of(value: Any, known: Any, key: str) -> str:
    if not isinstance(value, str) or value not in known:
        message = f"Rich text does not know the {key} {str(value)[:40]!r}."
        raise MarkupError(message, f"Use: {', '.join(sorted(known))}.")
    return value
