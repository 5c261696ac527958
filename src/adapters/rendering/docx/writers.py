"""Writers: values become text that is escaped for its place, as the last step before they are output.

What is more than text within one run (a new paragraph, a page break, a formatted text) is announced by a control
character, which no XML may hold, and put into effect when the part is finished and its surroundings are known (see
breaks.py). So one writer serves all runs, and what a template captures can be printed in any of them.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from adapters.rendering.docx.link_writers import LINK_WRITERS
from adapters.rendering.language.markup import Markup
from adapters.rendering.language.operators import check_text
from adapters.rendering.language.pictures import Picture
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.subdocuments import Subdocument
from adapters.rendering.language.values import Fragment, TypedValue, UnprintableError, to_text

# Indices of the writers that every part's tags may name.
RUN_TEXT: Final = 0
ATTRIBUTE: Final = 1
PLAIN: Final = 2
SPAN: Final = 3
COLOUR: Final = 4
# Where a captured piece stands, or is printed by a {% call %} block: between runs, paragraphs, rows or cells.
RUNS: Final = 5
BLOCKS: Final = 6
ROWS: Final = 7
CELLS: Final = 8
STRUCTURES: Final = (RUNS, BLOCKS, ROWS, CELLS)
# In a hyperlink's target: the value it begins with, and others.
ADDRESS: Final = 9
ADDRESS_PIECE: Final = 10
# In the alt text of a picture that it is all of.
FRAME: Final = 11
# For {{r …}} and {{p …}}, whose rich text looks as it says and not as its place does, as in python-docx-template.
BARE_RUN: Final = 12
# Those that give a plain text back as it is.
PLAIN_WRITERS: Final = (RUN_TEXT, ATTRIBUTE, PLAIN, BARE_RUN)

NEW_PARAGRAPH: Final = "\x01"
PAGE_BREAK: Final = "\x02"
# Around the number of an image: see pictures.py.
PICTURE: Final = "\x10"
# Around the number of a formatted text, and BARE where it looks as it says alone: see markup_places.py.
MARKUP: Final = "\x14"
BARE: Final = "r"
# Around the number of an address: see new_links.py.
LINK: Final = "\x03"
# Around the number of a document, and around places in its text: see piece_places.py and imports.py.
DOCUMENT: Final = "\x15"
PLACE_BEGIN: Final = "\x16"
PLACE_END: Final = "\x17"
# Before a text that is no image: see frames.py.
FRAMED_TEXT: Final = "\x11"
# Around a value that is in another language than its run: see languages.py.
TURN_BEGIN: Final = "\x12"
TURN_END: Final = "\x13"
# Around captured structure, with the number of its kind: see structures.py.
STRUCTURE_BEGIN: Final = "\x0e"
STRUCTURE_END: Final = "\x0f"

# Characters that XML 1.0 forbids; Python's str may also hold lone surrogates.
_FORBIDDEN: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
# A text of this length may become too long by what a line break is written as.
_LONG: Final = 100_000
_drop_forbidden: Final = re.compile(f"[{_FORBIDDEN}]").sub
_beyond_text: Final = re.compile(f"[\n\r\t{_FORBIDDEN}]").search


def _needs_nothing(text: str) -> bool:
    """Tell whether a text can stand in XML as it is; a pattern takes twice as long."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@lru_cache(maxsize=16)
def run_text_writer(prefix: str) -> Callable[[str], str]:
    """Return what escapes a text for a run, in a part whose WordprocessingML names begin with `prefix`."""
    reopen = f'<{prefix}t xml:space="preserve">'
    line_break = f"</{prefix}t><{prefix}br/>{reopen}"
    tab = f"</{prefix}t><{prefix}tab/>{reopen}"
    forbidden = dict.fromkeys((*range(0x20), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))
    mapping: dict[int, str | None] = dict(forbidden)
    mapping |= {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", 0x07: NEW_PARAGRAPH, 0x0C: PAGE_BREAK}
    mapping |= {0x0A: line_break, 0x09: tab}

    def write(text: str) -> str:
        # Three replacements in C are five times as fast as a translation.
        if not _beyond_text(text):
            return _escape(text)
        if len(text) > _LONG:
            check_text(len(text) + sum(map(text.count, "\n\r\t")) * len(line_break))
        return _unix_lines(text).translate(mapping)

    return write


@lru_cache(maxsize=16)
def make_writers(prefix: str, is_apart: Callable[[str], bool] | None = None) -> Sequence[Writer]:
    """Return the writers for a part whose WordprocessingML names begin with `prefix` ('w:', or '' for none).

    `is_apart` tells which texts get a run of their own: see languages.py.
    """
    run_text = run_text_writer(prefix)
    around_picture = f'</{prefix}t>{{}}<{prefix}t xml:space="preserve">'

    def write_run(value: Any) -> str:
        if type(value) is str:
            return value if _needs_nothing(value) else run_text(value)
        if type(value) is Decimal or type(value) is int:
            return to_text(value)
        if isinstance(value, TypedValue):
            return _write_typed(value, around_picture)
        if type(value) is Fragment and value.writer in STRUCTURES:
            return _marked(value)
        return run_text(to_text(value))

    def write_apart(value: Any) -> str:
        written = write_run(value)
        is_one = type(value) is str and is_apart is not None and is_apart(value)
        return f"{TURN_BEGIN}{written}{TURN_END}" if is_one else written

    write = write_run if is_apart is None else write_apart

    def write_bare(value: Any) -> str:
        if type(value) is Markup and value.is_rich:
            return f"{MARKUP}{value.number}{BARE}{MARKUP}" if value.print() else ""
        return value.text if type(value) is Fragment and value.writer == RUN_TEXT else write(value)

    places = (_place_writer(kind, prefix) for kind in STRUCTURES)
    others = _write_attribute, _write_plain, _write_span, _write_colour
    return (write, *others, *places, *LINK_WRITERS, _write_frame, write_bare)


def _write_typed(value: TypedValue, around_picture: str) -> str:
    """Announce an image, a formatted text or a document; they are read now: what is wrong with them has this place."""
    if type(value) is Picture:
        return around_picture.format(announced(value))
    if type(value) is Markup:
        return f"{MARKUP}{value.number}{MARKUP}" if value.print() else ""
    if type(value) is Subdocument:
        return f"{DOCUMENT}{value.make()}{DOCUMENT}"
    return to_text(value)


def announced(picture: Picture) -> str:
    """Read an image and return what stands for it until its part is finished.

    Raises:
        PictureError: it is none.
    """
    picture.read()
    return f"{PICTURE}{picture.number}{PICTURE}"


def _marked(piece: Fragment) -> str:
    return f"{STRUCTURE_BEGIN}{piece.writer}{piece.text}{STRUCTURE_END}"


def _place_writer(place: int, prefix: str) -> Writer:
    """Make the writer of a {% call %} block that stands between runs, paragraphs, rows or cells."""
    text = f'<{prefix}r><{prefix}t xml:space="preserve">{{}}</{prefix}t></{prefix}r>'
    paragraph = f"<{prefix}p>{{}}</{prefix}p>"
    around = {
        (RUNS, RUN_TEXT): text,
        (BLOCKS, RUN_TEXT): paragraph.format(text),
        (BLOCKS, RUNS): paragraph,
        (ROWS, CELLS): f"<{prefix}tr>{{}}</{prefix}tr>",
    }

    def write(value: Any) -> str:
        if type(value) is not Fragment or value.writer not in (RUN_TEXT, *STRUCTURES):
            return to_text(value)
        if (place, value.writer) in around:
            return around[place, value.writer].format(value.text) if value else ""
        if place in (ROWS, CELLS) and value.writer in (RUN_TEXT, RUNS, BLOCKS):
            raise UnprintableError("The macro called here holds text, and only rows and cells can stand here.")
        return _marked(value)

    return write


def _write_attribute(value: Any) -> str:
    return escape_attribute(value if type(value) is str else to_text(value))


def escape_attribute(text: str) -> str:
    """Write a text so that it can stand in an attribute between double quotation marks, in one line."""
    if _needs_nothing(text) and '"' not in text:
        return text
    spaced = _unix_lines(text).replace("\n", " ").replace("\t", " ")
    return _escape(_drop_forbidden("", spaced)).replace('"', "&quot;")


def _write_frame(value: Any) -> str:
    """Announce an image, or write a text; null prints nothing, and takes the picture away."""
    if type(value) is Picture:
        return announced(value)
    return "" if value is None else FRAMED_TEXT + _write_attribute(value)


def _write_plain(value: Any) -> str:
    text = value if type(value) is str else to_text(value)
    return text if _needs_nothing(text) else _escape(_drop_forbidden("", _unix_lines(text)))


# A missing value that the caller tolerates comes as nothing, or as its tag.
_tolerated: Final = re.compile(r"\s*(?:\{\{.*)?", re.DOTALL).fullmatch
_hexadecimal: Final = re.compile(r"#?([0-9A-Fa-f]{6})").fullmatch
# More columns than this no table can have in Word.
_MAX_COLUMNS: Final = 63


def _write_span(value: Any) -> str:
    """Write a number of columns; anything else would keep Word from opening the document."""
    text = to_text(value).strip()
    if _tolerated(text):
        return "1"
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= _MAX_COLUMNS):
        message = f"A cell can span 1 to {_MAX_COLUMNS} columns, and not {text[:20]!r}."
        raise UnprintableError(message, "Give colspan a whole number.")
    return text


def _write_colour(value: Any) -> str:
    """Write a colour as Word does: six hexadecimal digits, or 'auto'."""
    text = to_text(value).strip()
    if _tolerated(text) or text == "auto":
        return "auto"
    match = _hexadecimal(text)
    if match is None:
        message = f"{text[:20]!r} is no colour."
        raise UnprintableError(message, "Write six hexadecimal digits, as in FF0000 for red.")
    return match.group(1)
