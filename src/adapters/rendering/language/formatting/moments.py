"""Dates and times as data gives them: ISO 8601, with or without an offset from UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.rendering.language.formatting.locales import refused
from adapters.rendering.language.values import Problem, kind_of

_DATE: Final = r"(?P<day>\d{4}-\d\d-\d\d)"
_CLOCK: Final = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
_OFFSET: Final = r"(?P<offset>[Zz]|[+-]\d\d:?\d\d)"
_DATE_AND_TIME: Final = re.compile(rf"{_DATE}(?:[Tt ]{_CLOCK}{_OFFSET}?)?", re.ASCII)
_TIME: Final = re.compile(rf"{_CLOCK}{_OFFSET}?", re.ASCII)
# Stands for the day of a time that has none; it is never printed.
_NO_DAY: Final = date(2000, 1, 1)
# What is longer is no date, and is not looked at.
_LONGEST: Final = 50
_ADVICE: Final = "Write dates in the data like 2026-01-31, times like 09:30, both like 2026-01-31T09:30:00+01:00."


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time, or both, in the time zone in which it is to be told."""

    at: datetime
    has_date: bool
    has_time: bool


def moment(value: Any, zone: ZoneInfo, what: str) -> Moment:
    """Read a value. One with an offset is converted to the zone; any other one is a date or time of that zone already.

    Raises:
        Problem: it is no date or time, or lies beyond the years 1 to 9999; `what` names who asks.
    """
    if not isinstance(value, str):
        raise refused(f"{what} needs a date or time, and got {kind_of(value)}.", _ADVICE, "not-a-date", value)
    text = value.strip() if len(value) <= _LONGEST else ""
    found = _DATE_AND_TIME.fullmatch(text)
    has_date = found is not None
    found = found or _TIME.fullmatch(text)
    if found is None:
        raise _no_date(value, what)
    try:
        return _read(found.groupdict(), zone, has_date=has_date)
    except (ValueError, OverflowError):
        raise _no_date(value, what) from None


def _no_date(value: str, what: str) -> Problem:
    shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return refused(f"{what} needs a date or time, and {shown!r} is none.", _ADVICE, "not-a-date", value)


def _read(parts: dict[str, Any], zone: ZoneInfo, *, has_date: bool) -> Moment:
    day = date.fromisoformat(parts["day"]) if has_date else _NO_DAY
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    # Of more than microseconds the rest is cut off.
    microsecond = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    given = datetime.combine(day, time(hour, minute, second, microsecond, zone))
    offset = parts["offset"]
    if offset is None:
        return Moment(given, has_date, parts["hour"] is not None)
    if not has_date:
        message = "A time with an offset needs its date, since the offset of a place changes with the season."
        raise refused(message, _ADVICE, "not-a-date", "")
    return Moment(given.replace(tzinfo=_fixed(offset)).astimezone(zone), has_date=True, has_time=True)


def _fixed(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
