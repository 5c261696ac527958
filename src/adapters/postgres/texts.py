"""What texts and findings a database in UTF-8 can hold."""

import json
import re
from typing import Final, TypeVar

import msgspec

from domain.errors import InvalidRequestError

T = TypeVar("T")

# NUL ends a text in PostgreSQL, and half of a surrogate pair has no UTF-8.
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Tell whether the database can hold the text."""
    return _UNSTORABLE.search(text) is None


def require_storable(**fields: str | None) -> None:
    """Refuse texts that the database cannot hold.

    Raises:
        InvalidRequestError: for the first such field.
    """
    for name, text in fields.items():
        if text is not None and (found := _UNSTORABLE.search(text)):
            what = "a NUL character" if found[0] == "\0" else "half of a surrogate pair"
            raise InvalidRequestError(name, f"holds {what} at position {found.start() + 1}: remove it.")


def storable(text: str) -> str:
    """Replace what the database cannot hold by U+FFFD, for messages that quote somebody's data."""
    return _UNSTORABLE.sub("\ufffd", text)


def to_json(value: object) -> str:
    """Write dataclasses as JSON text; half surrogate pairs in their texts become question marks."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        plain = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
        return plain.encode("utf-8", "replace").decode()


def from_json(text: str, kind: type[T]) -> T:
    """Read what `to_json` wrote."""
    return msgspec.json.decode(text, type=kind)
