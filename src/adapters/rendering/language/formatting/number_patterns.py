"""Patterns of numbers: those of CLDR (https://www.unicode.org/reports/tr35/tr35-numbers.html#Number_Format_Patterns).

Read by our own parser, not by Babel's: that one takes what it does not understand for something else.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from adapters.rendering.language.formatting.locales import refused
from adapters.rendering.language.values import Problem

MAX_PATTERN: Final = 100
MAX_DECIMALS: Final = 100
# Text before and behind the digits, with quoted parts; digits in groups; decimals that have to, and may be there.
_AFFIX: Final = r"(?:[^'#0-9,.;@*]|'[^']*')*"
_SIDE: Final = re.compile(rf"({_AFFIX})([#0,]+)(?:\.(0*)(#*))?({_AFFIX})")
_WHOLE: Final = re.compile(r"#*0*")
_ADVICE: Final = (
    "Write it like '#,##0.00': in patterns a comma always groups and a point always marks the decimals; "
    "the locale decides which signs are printed."
)


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """What a pattern says. An affix is the text before or behind the digits, for positive and for negative numbers.

    `groups` are the sizes of the last group of digits and of the others, 0 where there are none. `most` is None where
    the number keeps all its decimals.
    """

    before: tuple[str, str]
    behind: tuple[str, str]
    whole: int
    groups: tuple[int, int]
    least: int
    most: int | None
    shift: int = 0


@lru_cache(maxsize=512)
def parse_number_pattern(pattern: str) -> NumberPattern:
    """Read a pattern.

    Raises:
        Problem: it is none.
    """
    if len(pattern) > MAX_PATTERN:
        raise _broken(pattern, f"A pattern of {len(pattern):,} characters is longer than the {MAX_PATTERN} allowed.")
    if pattern.count("'") % 2:
        raise _broken(pattern, f"In the pattern {pattern!r} a quotation mark is not closed.")
    positive, separator, negative = _halves(pattern)
    found = _SIDE.fullmatch(positive)
    other = _SIDE.fullmatch(negative) if separator else None
    if found is None or (separator and other is None):
        raise _broken(pattern, f"{pattern!r} is no pattern for numbers.")
    before, digits, zeros, optional, behind = found.groups()
    sections = digits.split(",")
    if not _WHOLE.fullmatch("".join(sections)) or not all(sections[1:]):
        raise _broken(pattern, f"{pattern!r} is no pattern for numbers.")
    groups = (len(sections[-1]), len(sections[-2]) if len(sections) > 2 else len(sections[-1]))  # noqa: PLR2004
    around = before + behind
    return NumberPattern(
        (before, other.group(1) if other else f"-{before}"),
        (behind, other.group(5) if other else behind),
        digits.count("0"),
        groups if len(sections) > 1 else (0, 0),
        len(zeros or ""),
        len((zeros or "") + (optional or "")),
        2 if "%" in around else 3 if "‰" in around else 0,
    )


def check_number_pattern(pattern: Any) -> None:
    """Refuse what is neither a number of decimals nor a pattern.

    Raises:
        Problem: with what is wrong.
    """
    if isinstance(pattern, str):
        parse_number_pattern(pattern)
        if "¤" in pattern:
            message = "The pattern of a number has no ¤."
            raise refused(message, "Write | currency('EUR') for amounts of money.", "format-pattern", pattern)
    elif pattern is not None:
        decimals(pattern)


def decimals(value: Any) -> int:
    """Return a number of decimals.

    Raises:
        Problem: it is none, or more than a page has room for.
    """
    if type(value) is not int or not 0 <= value <= MAX_DECIMALS:
        raise _broken(value, f"The number of decimals has to be a whole number from 0 to {MAX_DECIMALS}.")
    return value


def _halves(pattern: str) -> tuple[str, str, str]:
    quoted = False
    for index, character in enumerate(pattern):
        quoted ^= character == "'"
        if character == ";" and not quoted:
            return pattern[:index], ";", pattern[index + 1 :]
    return pattern, "", ""


def _broken(pattern: Any, message: str) -> Problem:
    return refused(message, _ADVICE, "format-pattern", pattern)
