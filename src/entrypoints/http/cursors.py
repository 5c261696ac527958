"""Cursors of lists: opaque to clients, a position to us."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, TypeVar

from domain.asset import is_asset_name
from domain.identifiers import TEMPLATE_PREFIX, is_id
from entrypoints.http.errors import BadCursorError

T = TypeVar("T")

_BAD_CURSOR: Final = (
    "The cursor is not one that this list gave out: use `next_cursor` as it came, or begin without one."
)


def encode_cursor(position: str) -> str:
    """Return a position in a list as an opaque cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def page_of(found: Sequence[T], limit: int, position: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """Return the first `limit` of what was found and the cursor behind them, None where nothing more was found.

    Whoever searches asks for one more than the limit; `position` gives the place of an entry in the list.
    """
    page = found[:limit]
    return page, encode_cursor(position(page[-1])) if len(found) > limit else None


def decode_cursor(cursor: str) -> str:
    """Return the position behind a cursor.

    Raises:
        BadCursorError: it is not a cursor.
    """
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursorError(_BAD_CURSOR) from None


def decode_id_cursor(cursor: str | None, prefix: str) -> str | None:
    """Return the id behind a cursor, None without one.

    Raises:
        BadCursorError: it is not the cursor of such a list.
    """
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not is_id(position, prefix):
        raise BadCursorError(_BAD_CURSOR)
    return position


def decode_name_cursor(cursor: str | None) -> str | None:
    """Return the name of an asset behind a cursor, None without one.

    Raises:
        BadCursorError: it is not the cursor of such a list.
    """
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not is_asset_name(position):
        raise BadCursorError(_BAD_CURSOR)
    return position


def decode_number_cursor(cursor: str | None) -> int | None:
    """Return the number behind a cursor, None without one.

    Raises:
        BadCursorError: it is not the cursor of such a list.
    """
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not position.isdigit() or len(position) > len("2147483647"):
        raise BadCursorError(_BAD_CURSOR)
    return int(position)


def decode_usage_cursor(cursor: str | None) -> tuple[date, str] | None:
    """Return the day and the identifier of a template (empty for none) behind a cursor, None without one.

    Raises:
        BadCursorError: it is not the cursor of such a list.
    """
    if cursor is None:
        return None
    day, _, template_id = decode_cursor(cursor).partition(" ")
    try:
        place = date.fromisoformat(day)
    except ValueError:
        raise BadCursorError(_BAD_CURSOR) from None
    if place.year == date.max.year or (template_id and not is_id(template_id, TEMPLATE_PREFIX)):
        raise BadCursorError(_BAD_CURSOR)
    return place, template_id
