"""The header Retry-After of an answer (RFC 9110, section 10.2.3): seconds, or a date."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# Enough for centuries; what is longer is no number of seconds that anybody meant.
_MOST_DIGITS: Final = 10


def parse_retry_after(text: str, *, now: datetime) -> timedelta | None:
    """Return how long is to be waited; None where the header cannot be read."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text)) if len(text) <= _MOST_DIGITS else None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # A date without a zone, or with -0000, is meant as UTC.
    return max(timedelta(0), (at if at.tzinfo else at.replace(tzinfo=UTC)) - now)
