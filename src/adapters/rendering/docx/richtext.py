"""Rich text values: {"$richtext": ["plain ", {"text": "bold", "bold": true, …}]} as runs."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlsplit

from adapters.rendering.language.operators import check_text
from adapters.rendering.language.values import UnprintableError, to_text

_COLOUR: Final = re.compile(r"#?([0-9A-Fa-f]{6})")
_HIGHLIGHTS: Final = {
    name.lower(): name
    for name in (
        "black", "blue", "cyan", "darkBlue", "darkCyan", "darkGray", "darkGreen", "darkMagenta", "darkRed",
        "darkYellow", "green", "lightGray", "magenta", "none", "red", "white", "yellow",
    )
}  # fmt: skip
_UNDERLINES: Final = {
    name: name
    for name in ("single", "words", "double", "thick", "dotted", "dash", "dotDash", "dotDotDash", "wave", "none")
}
_VERTICAL: Final = {name: name for name in ("superscript", "subscript", "baseline")}
LINK_SCHEMES: Final = frozenset(("http", "https", "mailto", "tel"))
_KNOWN: Final = frozenset(
    {"text", "bold", "italic", "underline", "strike", "color"}
    | {"highlight", "size", "font", "style", "vertical_align", "url"}
)
_MAX_POINTS: Final = 1638
# The kinds of characters that Word keeps a font for.
_SCRIPTS: Final = ("ascii", "hAnsi", "cs", "eastAsia")


def rich_runs(pieces: Any, prefix: str, write_text: Callable[[str], str]) -> str:
    """Return the runs of a rich text; `write_text` escapes a text for a run.

    Raises:
        UnprintableError: it is not built as rich text has to be; the message says what is wrong.
        LimitError: it is too long.
    """
    if not isinstance(pieces, list):
        pieces = [pieces]
    runs: list[str] = []
    size = 0
    for piece in pieces:
        runs.append(_run(piece, prefix, write_text))
        size += len(runs[-1])
        check_text(size)
    return "".join(runs)


def _run(piece: Any, prefix: str, write_text: Callable[[str], str]) -> str:
    if not isinstance(piece, dict):
        piece = {"text": piece}
    unknown = sorted(piece.keys() - _KNOWN)
    if unknown or "text" not in piece:
        what = f"does not know {unknown[0][:40]!r}" if unknown else "needs a 'text' in every piece"
        raise UnprintableError(f"Rich text {what}.", f"A piece may have: {', '.join(sorted(_KNOWN))}.")
    properties = "".join(_properties(piece, prefix))
    text = write_text(to_text(piece["text"]))
    styled = f"<{prefix}rPr>{properties}</{prefix}rPr>" if properties else ""
    run = f'<{prefix}r>{styled}<{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}r>'
    return linked(run, piece["url"], prefix) if piece.get("url") else run


def _properties(piece: dict[str, Any], prefix: str) -> Iterator[str]:
    """List the run's properties in the order of the schema (ECMA-376 part 1, 17.3.2.28)."""
    for key, elements in _PROPERTIES:
        value = piece.get(key)
        if value is None or (value is False and key not in _SWITCHES):
            continue
        for name, attributes in elements(value):
            written = "".join(f' {prefix}{attribute}="{text}"' for attribute, text in attributes.items())
            yield f"<{prefix}{name}{written}/>"


# An element of the run's properties: its name and its attributes.
_Element: TypeAlias = tuple[str, dict[str, str]]


def _style(value: Any) -> list[_Element]:
    return [("rStyle", {"val": _name(value)})]


def _font(value: Any) -> list[_Element]:
    """Use the font for all scripts; python-docx-template's users name one first, as in 'eastAsia:SimSun'."""
    script, colon, font = to_text(value).partition(":")
    name = font if colon and script in _SCRIPTS else value
    return [("rFonts", dict.fromkeys(_SCRIPTS, _name(name)))]


def _switch(name: str) -> Callable[[Any], list[_Element]]:
    return lambda value: [(name, {} if value else {"val": "0"})]


def _color(value: Any) -> list[_Element]:
    return [("color", {"val": _colour(value)})]


def _size(value: Any) -> list[_Element]:
    half_points = str(_half_points(value))
    return [("sz", {"val": half_points}), ("szCs", {"val": half_points})]


def _highlight(value: Any) -> list[_Element]:
    """Highlight in one of Word's own colours; any other one is a shading."""
    if _COLOUR.fullmatch(to_text(value)):
        return []
    return [("highlight", {"val": _one_of(to_text(value).lower(), _HIGHLIGHTS, "highlight")})]


def _shading(value: Any) -> list[_Element]:
    colour = _COLOUR.fullmatch(to_text(value))
    return [("shd", {"val": "clear", "color": "auto", "fill": colour.group(1)})] if colour else []


def _underline(value: Any) -> list[_Element]:
    return [("u", {"val": _one_of("single" if value is True else to_text(value), _UNDERLINES, "underline")})]


def _vertical_align(value: Any) -> list[_Element]:
    return [("vertAlign", {"val": _one_of(to_text(value), _VERTICAL, "vertical_align")})]


_SWITCHES: Final = frozenset({"bold", "italic", "strike"})
_PROPERTIES: Final[tuple[tuple[str, Callable[[Any], list[_Element]]], ...]] = (
    ("style", _style),
    ("font", _font),
    ("bold", _switch("b")),
    ("italic", _switch("i")),
    ("strike", _switch("strike")),
    ("color", _color),
    ("size", _size),
    ("highlight", _highlight),
    ("underline", _underline),
    ("highlight", _shading),
    ("vertical_align", _vertical_align),
)


def _name(value: Any) -> str:
    text = to_text(value)
    if not re.fullmatch(r"[\w .,'()+-]{1,100}", text):
        raise UnprintableError(f"Rich text cannot use {text[:40]!r} as a name of a style or a font.")
    return text


def _colour(value: Any) -> str:
    match = _COLOUR.fullmatch(to_text(value))
    if match is None:
        raise UnprintableError("A colour in rich text has to be six hexadecimal digits.", 'Write "C00000" for red.')
    return match.group(1)


def _half_points(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 1 <= value <= _MAX_POINTS:
        raise UnprintableError("The size of rich text has to be a number of points, as in 11.")
    return round(value * 2)


def _one_of(value: str, known: dict[str, str], key: str) -> str:
    if value not in known:
        raise UnprintableError(
            f"Rich text does not know the {key} {value[:40]!r}.", f"Use: {', '.join(sorted(known))}."
        )
    return known[value]


def linked(run: str, url: Any, prefix: str) -> str:
    """Make the run a hyperlink by a field, which needs no entry in the part's relationships."""
    text = to_text(url)
    if urlsplit(text).scheme.lower() not in LINK_SCHEMES:
        raise UnprintableError("A link may begin with https://, http://, mailto: or tel: only.")
    address = quote(text, safe="%/:?#[]@!$&()*+,;=~-._").replace("&", "&amp;")
    return f"<{prefix}fldSimple {prefix}instr=' HYPERLINK \"{address}\" '>{run}</{prefix}fldSimple>"
