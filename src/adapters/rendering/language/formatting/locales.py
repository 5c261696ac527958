"""Locales and time zones by name, in the words of the template's author."""

from functools import lru_cache
from threading import Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, localedata
from typing_extensions import override

from adapters.rendering.language.operators import text
from adapters.rendering.language.values import Problem
from domain.errors import InvalidRequestError
from domain.locale import parse_locale, parse_timezone

# No tag is longer, and none that is goes into the cache.
_LONGEST: Final = 40


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
    found = _locale(name) if len(name) <= _LONGEST else None
    if found is None:
        advice = "Write a tag such as 'en', 'de-DE' or 'pt-BR'."
        raise refused(f"There is no locale {name[:40]!r}.", advice, "unknown-locale", tag)
    return found


class _OwnLocale(Locale):
    """A locale that shares its data with no other.

    Babel resolves aliases in its data when they are asked for, and writes the results into what other locales inherit:
    what de-CH prints would depend on whether a document in de was made before.
    """

    _own: localedata.LocaleDataDict | None = None

    @property
    @override
    def _data(self) -> localedata.LocaleDataDict:
        if self._own is None:
            with _LOADING:
                # Nothing that anybody has used, and nothing that anybody will.
                localedata._cache.clear()  # noqa: SLF001  # see above
                loaded: dict[Any, Any] = localedata.load(str(self))
                self._own = localedata.LocaleDataDict(loaded)
                localedata._cache.clear()  # noqa: SLF001
        return self._own


_LOADING: Final = Lock()


# The data of a locale is about a megabyte.
@lru_cache(maxsize=48)
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
        if candidate == tag or regions <= _regions():
            return _OwnLocale(found.language, found.territory, found.script, found.variant, found.modifier)
        return None
    return None


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    return frozenset(_OwnLocale("en").territories)


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
