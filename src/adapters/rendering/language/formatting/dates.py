"""Writes dates and times as a locale does."""

from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.dates import DateTimeFormat, DateTimePattern

from adapters.rendering.language.formatting.date_patterns import (
    DATE_FIELDS,
    STYLES,
    TIME_FIELDS,
    ZONE_FIELDS,
    Piece,
    check_pattern,
    pieces_of,
)
from adapters.rendering.language.formatting.locales import locale_of, refused, zone_of
from adapters.rendering.language.formatting.moments import Moment, moment
from adapters.rendering.language.operators import text

# The styles of date and time where a template names none: seconds are seldom wanted on paper.
_DEFAULTS: Final = {"date": ("medium", None), "time": (None, "short"), "datetime": ("medium", "short")}


def format_moment(what: str, value: Any, pattern: Any, locale: Any, zone: Any) -> str:
    """Write a value by the filter `what` (date, time, datetime) in a style or by a pattern.

    Raises:
        Problem: the value is no date or time, has not what is to be printed, or an argument is wrong.
    """
    if not isinstance(value, str):
        moment(value, zone_of(zone), what)
    if pattern is not None:
        check_pattern(pattern)
    return _formatted(what, value, pattern, text(locale, "A locale"), text(zone, "A time zone"))


@lru_cache(maxsize=4096)
def _formatted(what: str, value: str, pattern: str | None, locale: str, zone: str) -> str:
    # A document has the same few dates in many places.
    language, told = locale_of(locale), moment(value, zone_of(zone), what)
    if pattern is not None and pattern not in STYLES:
        return _written(pieces_of(pattern), told, language, what, value)
    date_style, time_style = (
        _DEFAULTS[what] if pattern is None else tuple(style and pattern for style in _DEFAULTS[what])
    )
    parts: dict[str, str] = {}
    if date_style:
        parts["{1}"] = _written(_pieces(language.date_formats[date_style]), told, language, what, value)
    if time_style:
        parts["{0}"] = _written(_pieces(language.time_formats[time_style]), told, language, what, value)
    if len(parts) == 1:
        return next(iter(parts.values()))
    around = str(language.datetime_formats[date_style]).replace("'", "")
    return around.replace("{0}", parts["{0}"]).replace("{1}", parts["{1}"])


def _pieces(own: DateTimePattern) -> tuple[Piece, ...]:
    return pieces_of(str(own.pattern))


def _written(pieces: tuple[Piece, ...], told: Moment, language: Locale, what: str, value: str) -> str:
    letters = {piece[0] for piece, is_field in pieces if is_field}
    if not told.has_date and letters & (DATE_FIELDS | ZONE_FIELDS):
        what_lacks = "the day" if letters & DATE_FIELDS else "the time zone of a day"
        message = f"{value!r} is a time without a date, and {what} is to print {what_lacks} here."
        raise refused(message, "Write | time, or give the date in the data.", "not-a-date", value)
    if not told.has_time and letters & (TIME_FIELDS | ZONE_FIELDS):
        message = f"{value!r} is a date without a time, and {what} is to print the time here."
        raise refused(message, "Write | date, or give the time in the data.", "not-a-date", value)
    fields = DateTimeFormat(told.at, language)
    try:
        return "".join([_field(fields, told, piece) if is_field else piece for piece, is_field in pieces])
    except (KeyError, ValueError, LookupError):
        message = f"{language} has no words for something that this pattern asks for."
        raise refused(message, "Write a style: short, medium, long or full.", "format-pattern") from None


def _field(fields: DateTimeFormat, told: Moment, name: str) -> str:
    if name[0] == "S":
        # Cut off, as other fields are; Babel goes through a binary float.
        return f"{told.at.microsecond:06d}000"[: len(name)]
    return fields[name]
