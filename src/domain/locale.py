"""Locales and time zones by name."""

import re
from zoneinfo import ZoneInfo

from domain.errors import InvalidRequestError

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


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
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise InvalidRequestError(
            "timezone", f"there is no time zone {text[:60]!r}: use an IANA name such as 'Europe/Berlin' or 'UTC'."
        ) from None
    return text
