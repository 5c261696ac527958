"""Locales and time zones by name."""

import re
from zoneinfo import ZoneInfo

from domain.errors import InvalidRequestError

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")

# Files beside the zones: the machine's own setting, and copies that count leap seconds or do not.
_OF_THIS_MACHINE = re.compile(r"localtime$|posixrules$|Factory$|posix/|right/")


def parse_locale(text: str) -> str:
    """Return a BCP 47 locale tag with hyphens: 'de_DE' becomes 'de-DE'.

    Raises:
        InvalidRequestError: it has not the form of a locale.
    """
    if not _LOCALE.fullmatch(text):
        raise InvalidRequestError(
            "locale", f"{text[:40]!r} is not a locale: use a tag such as 'en', 'de-DE' or 'pt-BR'."
        )
    return text.replace("_", "-")


def parse_timezone(text: str) -> str:
    """Return an IANA time zone name.

    Raises:
        InvalidRequestError: there is no such zone.
    """
    if _OF_THIS_MACHINE.match(text) or not _is_zone(text):
        raise InvalidRequestError(
            "timezone", f"there is no time zone {text[:60]!r}: use an IANA name such as 'Europe/Berlin' or 'UTC'."
        )
    return text


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
