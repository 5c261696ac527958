"""Writers: values become text that is escaped for its place, as the last step before they are output.

What is more than text within one run (a new paragraph, a page break, runs of rich text) is announced by a control
character, which no XML may hold, and put into effect when the part is finished and its surroundings are known (see
breaks.py). So one writer serves all runs, and what a template captures can be printed in any of them.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from adapters.rendering.docx.richtext import rich_runs
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.values import UnprintableError, to_text

# Indices of the writers that every part's tags may name.
RUN_TEXT: Final = 0
ATTRIBUTE: Final = 1
PLAIN: Final = 2
SPAN: Final = 3
COLOUR: Final = 4

NEW_PARAGRAPH: Final = "\x01"
PAGE_BREAK: Final = "\x02"
RUNS_BEGIN: Final = "\x03"
RUNS_END: Final = "\x04"

# Characters that XML 1.0 forbids; Python's str may also hold lone surrogates.
_FORBIDDEN: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_drop_forbidden: Final = re.compile(f"[{_FORBIDDEN}]").sub
_in_run: Final = re.compile(f"[&<>\n\r\t{_FORBIDDEN}]").search
_beyond_text: Final = re.compile(f"[\n\r\t{_FORBIDDEN}]").search
_in_attribute: Final = re.compile(f'[&<>"\n\r\t{_FORBIDDEN}]').search
_in_plain: Final = re.compile(f"[&<>\r{_FORBIDDEN}]").search


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _run_text(prefix: str) -> Callable[[str], str]:
    reopen = f'<{prefix}t xml:space="preserve">'
    line_break = f"</{prefix}t><{prefix}br/>{reopen}"
    tab = f"</{prefix}t><{prefix}tab/>{reopen}"
    forbidden = dict.fromkeys((*range(0x20), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))
    mapping: dict[int, str | None] = dict(forbidden)
    mapping |= {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", 0x07: NEW_PARAGRAPH, 0x0C: PAGE_BREAK}
    mapping |= {0x0A: line_break, 0x09: tab}

    def write(text: str) -> str:
        # Three replacements in C are five times as fast as a translation.
        return _unix_lines(text).translate(mapping) if _beyond_text(text) else _escape(text)

    return write


def make_writers(prefix: str) -> Sequence[Writer]:
    """Return the writers for a part whose WordprocessingML names begin with `prefix` ('w:', or '' for none)."""
    run_text = _run_text(prefix)

    def write_run(value: Any) -> str:
        if type(value) is str:
            return run_text(value) if _in_run(value) else value
        if type(value) is dict and "$richtext" in value:
            return RUNS_BEGIN + rich_runs(value["$richtext"], prefix, run_text) + RUNS_END
        text = to_text(value)
        return run_text(text) if _in_run(text) else text

    return (write_run, _write_attribute, _write_plain, _write_span, _write_colour)


def _write_attribute(value: Any) -> str:
    text = value if type(value) is str else to_text(value)
    if not _in_attribute(text):
        return text
    spaced = _unix_lines(text).replace("\n", " ").replace("\t", " ")
    return _escape(_drop_forbidden("", spaced)).replace('"', "&quot;")


def _write_plain(value: Any) -> str:
    text = value if type(value) is str else to_text(value)
    return _escape(_drop_forbidden("", _unix_lines(text))) if _in_plain(text) else text


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
