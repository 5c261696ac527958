"""Times in requests: RFC 3339, nothing else."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
# What a query makes of the plus sign before a time zone.
_LOST_PLUS: Final = re.compile(r":[0-9.]+ [0-9]{2}:?[0-9]{2}\Z")


def _text(value: object) -> object:
    # pydantic would take a number as seconds since 1970, and a date as its midnight.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        if isinstance(value, str) and _LOST_PLUS.search(value):
            raise ValueError(
                "write the plus sign as %2B in an address, where it stands for a blank, or the time in UTC"
            )
        return value
    raise ValueError("write the time like 2026-01-31T09:30:00Z or 2026-01-31T09:30:00+01:00")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside of the calendar") from None


def _day(value: object) -> object:
    # pydantic would take a number as seconds since 1970, and a time at midnight as its date.
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("write the day like 2026-01-31")


Day = Annotated[date, BeforeValidator(_day)]
Time = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_utc)]
