"""Locales and time zones by name, in the words of the template's author."""

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from adapters.rendering.language.operators import text
from adapters.rendering.language.values import Problem
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone


def refused(message: str, advice: str | None, code: str, value: Any = None) -> Problem:
    """Make a finding about `value`, which is looked up in the data to say where it stands."""
    problem = Problem(message, advice, code)
    problem.value = value
    return problem


def locale_of(tag: Any) -> Locale:
    """Return the locale of a BCP 47 tag. A language that is known stands in for a region that CLDR has nothing about.

    Raises:
        Problem: there is no such locale.
    """
    name = text(tag, "A locale")
    found = _locale(name)
    if found is None:
        advice = "Write a tag such as 'en', 'de-DE' or 'pt-BR'."
        raise refused(f"There is no locale {name[:40]!r}.", advice, "unknown-locale", tag)
    return found


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale | None:
    try:
        tag = parse_locale(name)
    except InvalidRequestError:
        return None
    for candidate in (tag, tag.partition("-")[0]):
        try:
            found = Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        regions = {part.upper() for part in tag.split("-")[1:] if len(part) in {2, 3}}
        return found if candidate == tag or regions <= Locale("en").territories.keys() else None
    return None


def zone_of(name: Any) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises:
        Problem: there is no such zone.
    """
    given = text(name, "A time zone")
    try:
        return ZoneInfo(parse_timezone(given))
    except InvalidRequestError:
        advice = "Write an IANA name such as 'Europe/Berlin', 'America/New_York' or 'UTC'."
        raise refused(f"There is no time zone {given[:40]!r}.", advice, "unknown-timezone", name) from None
