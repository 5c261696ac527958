"""Filters that Word's fields are made of: its ways to write letters, numbers and dates, and to compare.

What is empty stays empty, as in Word; `null` is. What reads pictures is imported by the first template that has one.
"""

# ruff: noqa: PLC0415  # see above

import operator as operators
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from adapters.rendering.language.format_filters import COST, about, datetime
from adapters.rendering.language.operators import NUMERAL, check_text, number, text
from adapters.rendering.language.values import Problem, to_text

if TYPE_CHECKING:
    from adapters.rendering.language.session import RenderSession

# Signs compared with those of a pattern for one step of fuel.
_SIGNS_PER_STEP: Final = 64
_SHOWN: Final = 200
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


def word_number(session: "RenderSession", value: Any, picture: Any, decimal: Any = ".") -> str:
    """Write a number by Word's switch \\#: '#,##0.00' (ECMA-376, 17.16.4.2).

    `decimal` is the point of the picture, '.' or ','; point and comma come out as the locale of the render has them.
    """
    if value == "":
        return ""
    sections = _sections(picture, decimal)
    from adapters.rendering.language.formatting.word_numbers import write_number

    return about(
        session,
        value,
        COST,
        lambda: write_number(number(value, "word_number"), sections, *_separators(session.options.locale)),
    )


def _sections(picture: Any, decimal: Any) -> Any:
    from adapters.rendering.language.formatting.word_numbers import sections_of

    point = text(decimal, "word_number")
    if point not in (".", ","):
        raise Problem(f"The point of a picture is '.' or ',', and not {point[:10]!r}.")
    return sections_of(text(picture, "word_number"), point)


def _separators(locale: str) -> tuple[str, str]:
    from adapters.rendering.language.formatting.locales import locale_of

    signs = locale_of(locale).number_symbols["latn"]
    return signs["decimal"], signs["group"]


def word_date(session: "RenderSession", value: Any, picture: Any, locale: Any = None) -> str:
    """Write a date or a time by Word's switch \\@: 'd MMMM yyyy' (ECMA-376, 17.16.4.1)."""
    return "" if value == "" else datetime(session, value, _pattern(picture), locale)


def is_locale(name: str) -> bool:
    """Tell whether there is a locale of this name."""
    from adapters.rendering.language.formatting.locales import locale_of

    try:
        locale_of(name)
    except Problem:
        return False
    return True


def word_choice(value: Any, values: Any, texts: Any, free: Any = False) -> str:  # noqa: FBT002
    """Print what a drop-down list of Word's shows for a value; a text that it shows stands for itself.

    Nothing is printed for what is empty; `free` lets any other text pass, as a combo box does.
    """
    chosen = to_text(value)
    known = dict(zip(_listed(values), _listed(texts), strict=False))
    if not chosen or chosen in known:
        return known.get(chosen, "")
    if free or chosen in known.values():
        return chosen
    problem = Problem(
        f"{chosen[:40]!r} is none of the choices: {', '.join(known)[:_SHOWN]}.", "Give one of them in the data."
    )
    problem.value = value
    raise problem


def _listed(values: Any) -> list[str]:
    if not isinstance(values, (list, tuple)):
        raise Problem("word_choice needs two lists: the values, and the texts for them.")
    return [to_text(each) for each in values]


def _pattern(picture: Any) -> str:
    from adapters.rendering.language.formatting.word_dates import pattern_of

    return pattern_of(text(picture, "word_date"))


def check_arguments(name: str, given: dict[str, Any]) -> Problem | None:
    """Return what is wrong with a picture that is a constant of the template; None where nothing is."""
    if "picture" not in given:
        return None
    try:
        if name == "word_number":
            _sections(given["picture"], given.get("decimal", "."))
        else:
            _pattern(given["picture"])
    except Problem as problem:
        problem.code = "format-pattern"
        return problem
    return None


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


WITH_SESSION: Final[dict[str, Callable[..., Any]]] = {"word_compare": word_compare}
WITH_PICTURE: Final[dict[str, Callable[..., Any]]] = {"word_number": word_number, "word_date": word_date}
FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "word_case": word_case,
    "word_affix": word_affix,
    "word_choice": word_choice,
}
