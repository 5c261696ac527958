"""Patterns of dates and times: those of CLDR, checked before Babel sees them.

The letters are those of UTS #35 (https://www.unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table).
"""

import difflib
import re
from functools import lru_cache
from typing import Any, Final

from babel.dates import parse_pattern, tokenize_pattern

from adapters.rendering.language.formatting.locales import refused
from adapters.rendering.language.values import Problem, kind_of

STYLES: Final = ("short", "medium", "long", "full")
DATE_FIELDS: Final = frozenset("GyYuQqMLwWdDFEec")
TIME_FIELDS: Final = frozenset("abBhHKkmsS")
ZONE_FIELDS: Final = frozenset("zZOvVxX")
MAX_PATTERN: Final = 200
_WIDEST: Final = 9

# A piece of a pattern: literal text, or a field as often as its letter is repeated.
Piece = tuple[str, bool]

_LETTERS: Final = "d is the day, M the month, y the year, H the hour, m the minute; other words stand in 'quotes'."
# What the codes of strftime are here, and the letters that other formats use for the same.
_STRFTIME: Final = {
    "d": "dd", "e": "d", "m": "MM", "Y": "yyyy", "y": "yy", "B": "MMMM", "b": "MMM", "A": "EEEE", "a": "EEE",
    "H": "HH", "I": "hh", "M": "mm", "S": "ss", "p": "a", "j": "DDD", "F": "yyyy-MM-dd", "T": "HH:mm:ss", "R": "HH:mm",
}  # fmt: skip
_QUOTED: Final = re.compile(r"'[^']*'")
_OTHERS: Final = str.maketrans({"D": "d", "Y": "y", "A": "a"})


def check_pattern(pattern: Any) -> None:
    """Refuse what is neither a style nor a pattern.

    Raises:
        Problem: with what is wrong, and the pattern that was perhaps meant.
    """
    if not isinstance(pattern, str):
        message = f"The pattern of a date or time is a text, not {kind_of(pattern)}."
        raise refused(
            message, "Write a style such as 'long', or a pattern such as 'd MMMM yyyy'.", "format-pattern", pattern
        )
    if pattern not in STYLES:
        pieces_of(pattern)


@lru_cache(maxsize=512)
def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """Take a pattern apart.

    Raises:
        Problem: see check_pattern.
    """
    if len(pattern) > MAX_PATTERN:
        raise _broken(
            pattern, f"A pattern of {len(pattern):,} characters is longer than the {MAX_PATTERN} allowed.", _LETTERS
        )
    if not pattern.strip():
        raise _broken(
            pattern, "This pattern is empty.", "Write a style such as 'long', or a pattern such as 'd MMMM yyyy'."
        )
    if "%" in pattern:
        mended = re.sub(r"%[-#]?(\w|%)", lambda code: _STRFTIME.get(code.group(1), code.group()), pattern)
        raise _broken(pattern, f"{pattern!r} is written for strftime.", _instead(mended, pattern))
    if pattern.count("'") % 2:
        raise _broken(
            pattern, f"In the pattern {pattern!r} a quotation mark is not closed.", "Write two for a plain one."
        )
    near = difflib.get_close_matches(pattern.lower(), STYLES, n=1, cutoff=0.7) if pattern.isalpha() else []
    if near:
        raise _broken(pattern, f"There is no style {pattern!r}.", f"Did you mean {near[0]!r}?")
    pieces = _tokens(pattern)
    _look_for_other_letters(pattern, {piece[0][0] for piece in pieces if piece[1]})
    return pieces


def _tokens(pattern: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for letter in _QUOTED.sub("", pattern):
        if letter.isascii() and letter.isalpha() and letter not in DATE_FIELDS | TIME_FIELDS | ZONE_FIELDS:
            message = f"The letter {letter} of the pattern {pattern!r} stands for nothing that can be printed."
            raise _broken(pattern, message, _instead(pattern.translate(_OTHERS), pattern))
    for kind, token in tokenize_pattern(pattern):
        if kind == "chars":
            pieces.append((str(token), False))
            continue
        letter, width = str(token[0]), int(token[1])
        pieces.append((letter * width, True))
        if width > _WIDEST:
            message = f"In the pattern {pattern!r} the letter {letter} is repeated more than {_WIDEST} times."
            raise _broken(pattern, message, "Four give the whole word, or all digits.")
    try:
        parse_pattern(pattern)
    except ValueError:
        message = f"In the pattern {pattern!r} a letter is repeated more often than it has meanings."
        raise _broken(pattern, message, _LETTERS) from None
    return tuple(pieces)


def _look_for_other_letters(pattern: str, letters: set[str]) -> None:
    """Refuse letters that mean something else in other formats, and here what nobody wants."""
    if ("Y" in letters and "w" not in letters) or ("D" in letters and letters & {"M", "L"}):
        message = "Y is the year that the week belongs to, and D the day of the year: the year is y, the day d."
        raise _broken(pattern, f"In the pattern {pattern!r}, {message}", _instead(pattern.translate(_OTHERS), pattern))
    if "m" in letters and letters & {"y", "d"} and not letters & {"M", "L", "h", "H", "k", "K"}:
        mended = pattern.replace("m", "M")
        raise _broken(
            pattern, f"In the pattern {pattern!r}, m is the minute: the month is M.", _instead(mended, pattern)
        )


def _instead(mended: str, pattern: str) -> str:
    """Advise the mended pattern where it is one."""
    if mended != pattern and "%" not in mended:
        try:
            pieces_of(mended)
        except Problem:
            return _LETTERS
        return f"Write {mended!r}."
    return _LETTERS


def _broken(pattern: str, message: str, advice: str) -> Problem:
    return refused(message, advice, "format-pattern", pattern)
