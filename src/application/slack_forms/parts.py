"""What a form is made of."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TypeAlias

from application.slack_forms.texts import one_line
from application.slack_forms.widgets import Widget
from domain.row_path import RowPath, pointer_of
from domain.schema import JsonObject

_KEY_LENGTH: Final = 150


class Verb(StrEnum):
    """What a button of a form does to the data."""

    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that is filled in; `value` is the one so far, ABSENT where there is none.

    `item` is the schema of a list's items. `trail` are the headings above it.
    """

    path: RowPath
    schema: JsonObject
    widget: Widget
    label: str
    required: bool
    value: Any
    trail: tuple[str, ...] = ()
    item: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a group, of a list, or of its row number `row`.

    `note` is the name of a message; `count` and `file` are the rows, or where they come from, that it tells of.
    """

    path: RowPath
    text: str
    verb: Verb | None = None
    description: str = ""
    note: str | None = None
    count: int = 0
    file: str = ""
    row: int | None = None
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adder:
    """The button that adds a row to a list; without one where `full`."""

    path: RowPath
    full: bool
    trail: tuple[str, ...] = ()


Part: TypeAlias = Field | Heading | Adder


def key_of(path: RowPath) -> str:
    """Name a path within Slack's limits of ids; the same path always has the same name."""
    pointer = pointer_of(path)
    if len(pointer) <= _KEY_LENGTH and pointer.isascii() and pointer.isprintable():
        return pointer
    return "~" + sha256(pointer.encode("utf-8", "backslashreplace")).hexdigest()


def label_of(schema: JsonObject, name: str) -> str:
    """Return what a person calls a value: its title, or its name in words."""
    if title := one_line(str(schema.get("title") or "")):
        return title
    words = one_line(name.replace("_", " "))
    return words[:1].upper() + words[1:] if words else "?"
