"""Filters that Word's fields are made of: its ways to write letters and to compare, and texts around a value.

What is empty stays empty, as in Word; `null` is.
"""

import operator as operators
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from adapters.rendering.language.operators import NUMERAL, check_text, text
from adapters.rendering.language.values import Problem, to_text

if TYPE_CHECKING:
    from adapters.rendering.language.session import RenderSession

# Signs compared with those of a pattern for one step of fuel.
_SIGNS_PER_STEP: Final = 64
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operators.eq, "<>": operators.ne, "<": operators.lt, ">": operators.gt, "<=": operators.le, ">=": operators.ge
}  # fmt: skip
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


def word_compare(session: "RenderSession", value: Any, operator: Any, other: Any, wildcards: Any = False) -> bool:  # noqa: FBT002
    """Compare as Word's IF field does: as numbers where both sides are, else as texts, in which letters count.

    With `wildcards`, `*` in the other side stands for any signs, and `?` for one (ECMA-376, 17.16.5.26).
    """
    sign = text(operator, "word_compare")
    if sign not in _COMPARISONS:
        raise Problem(f"word_compare knows {', '.join(_COMPARISONS)}, and not {sign[:40]!r}.")
    left, right = to_text(value), to_text(other)
    if wildcards:
        session.charge(1 + len(left) * (1 + len(right)) // _SIGNS_PER_STEP)
        return _is_like(left, right) is (sign == "=")
    if type(value) is bool or type(other) is bool:
        left, right = left.lower(), right.lower()
    elif NUMERAL.fullmatch(left) and NUMERAL.fullmatch(right):
        return _COMPARISONS[sign](Decimal(left), Decimal(right))
    return _COMPARISONS[sign](left, right)


def _is_like(value: str, pattern: str) -> bool:
    """Match a pattern with wildcards, piece by piece between its asterisks."""
    first, *others = (re.compile(re.escape(piece).replace(r"\?", "."), re.DOTALL) for piece in pattern.split("*"))
    if not others:
        return first.fullmatch(value) is not None
    begin = first.match(value)
    if begin is None:
        return False
    position = begin.end()
    for piece in others[:-1]:
        found = piece.search(value, position)
        if found is None:
            return False
        position = found.end()
    last = len(pattern.rpartition("*")[2])
    return len(value) - last >= position and others[-1].fullmatch(value, len(value) - last) is not None


PLAIN: Final[dict[str, Callable[..., Any]]] = {"word_case": word_case}
WITH_SESSION: Final[dict[str, Callable[..., Any]]] = {"word_compare": word_compare}
GROWING: Final[dict[str, Callable[..., Any]]] = {"word_affix": word_affix}
