"""Reads the filters that format: what their patterns say about a value, and what their arguments are."""

import re
from collections.abc import Iterator
from typing import Any, Final

from adapters.rendering.language.formatting.word_dates import pattern_of
from adapters.rendering.language.introspection.data import Evidence
from adapters.rendering.language.introspection.values import Value
from adapters.rendering.language.values import Problem

# The arguments of each filter, in their order.
FORMATTING: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("date", "time", "datetime"), ("pattern", "locale", "timezone")),
    "number": ("decimals", "locale"),
    "percent": ("decimals", "locale"),
    "currency": ("code", "digits", "style", "locale"),
    "spell": ("form", "locale"),
    "ordinal": ("gender", "locale"),
}
MOMENTS: Final = ("date", "time", "datetime")
# What each argument is, and one that works with every filter that has it: sample data has to render.
_KINDS: Final[dict[str, tuple[Evidence, Any]]] = {
    "pattern": (Evidence.LIKE_TEXT, "medium"),
    "decimals": (Evidence.LIKE_NUMBER, 2),
    "digits": (Evidence.LIKE_NUMBER, 2),
    "code": (Evidence.LIKE_TEXT, "EUR"),
    "style": (Evidence.LIKE_TEXT, "symbol"),
    "form": (Evidence.LIKE_TEXT, "masculine"),
    "gender": (Evidence.LIKE_TEXT, "masculine"),
    "locale": (Evidence.LIKE_TEXT, "en"),
    "timezone": (Evidence.LIKE_TEXT, "UTC"),
}
_BY_FILTER: Final = {
    "date": (Evidence.DATE,),
    "time": (Evidence.TIME,),
    "datetime": (Evidence.DATE, Evidence.TIME),
}
_STYLE: Final = re.compile(r"short|medium|long|full")
_QUOTED: Final = re.compile(r"'[^']*'")
_DATE_LETTERS: Final = frozenset("GyYuQqMLwWdDFEec")
_TIME_LETTERS: Final = frozenset("abBhHKkmsSzZOvVxX")


def formatting_arguments(
    name: str, arguments: list[Value], named: dict[str, Value]
) -> Iterator[tuple[Value, Evidence, Any]]:
    """Give each argument with what it is and an example."""
    order = FORMATTING[name]
    for index, argument in enumerate(arguments):
        yield argument, *_KINDS.get(order[index] if index < len(order) else "", (Evidence.ANY, None))
    for word, argument in named.items():
        known = "decimals" if word == "pattern" and "decimals" in order else word
        yield argument, *_KINDS.get(known, (Evidence.ANY, None))


def moment_evidence(name: str, pattern: Any) -> tuple[Evidence, ...]:
    """Say what a value has to have: the date, the time of day, or both."""
    if not isinstance(pattern, str) or _STYLE.fullmatch(pattern):
        return _BY_FILTER[name]
    letters = set(_QUOTED.sub("", pattern))
    found = []
    if letters & _DATE_LETTERS:
        found.append(Evidence.DATE)
    if letters & _TIME_LETTERS:
        found.append(Evidence.TIME)
    return tuple(found) or _BY_FILTER[name]


def word_pattern(picture: Any) -> str | None:
    """Return the pattern that a picture of Word's stands for; None for what is none."""
    try:
        return pattern_of(picture) if isinstance(picture, str) else None
    except Problem:
        return None
