"""Filters that Word's merge fields are made of: its ways to write letters, and texts around a value.

What is empty stays empty, as in Word; `null` is.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from adapters.rendering.language.operators import check_text, text
from adapters.rendering.language.values import Problem, to_text

_FIRST_LETTER: Final = re.compile(r"(?<!\S)([^\w\s]*)(\w)")


def _capitalised(value: str, count: int) -> str:
    """Write the first letters of words as capital letters; the others stay, as in Word."""
    return _FIRST_LETTER.sub(lambda found: found.group(1) + found.group(2).upper(), value, count=count)


CASES: Final[dict[str, Callable[[str], str]]] = {
    "upper": str.upper,
    "lower": str.lower,
    "caps": lambda value: _capitalised(value, 0),
    "firstcap": lambda value: _capitalised(value, 1),
}


def word_case(value: Any, case: Any) -> str:
    """Write a value by Word's switch \\*: 'upper', 'lower', 'caps' (each word) or 'firstcap' (ECMA-376, 17.16.4.3)."""
    name = text(case, "word_case").lower()
    if name not in CASES:
        raise Problem(f"word_case knows {', '.join(CASES)}, and not {name[:40]!r}.")
    return CASES[name](to_text(value))


def word_affix(value: Any, before: Any = "", after: Any = "") -> str:
    """Put texts around a value that is not empty: Word's switches \\b and \\f (ECMA-376, 17.16.5.35)."""
    printed = to_text(value)
    if not printed:
        return ""
    first, last = text(before, "word_affix"), text(after, "word_affix")
    check_text(len(first) + len(printed) + len(last))
    return first + printed + last


PLAIN: Final[dict[str, Callable[..., Any]]] = {"word_case": word_case}
GROWING: Final[dict[str, Callable[..., Any]]] = {"word_affix": word_affix}
