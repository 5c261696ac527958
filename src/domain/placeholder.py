"""Placeholders: the data that a template needs, and where it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.diagnostics import Location


class PlaceholderKind(StrEnum):
    """What a value is, as its use in the template shows or as the template's author says."""

    TEXT = "text"
    MULTILINE = "multiline"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    EMAIL = "email"
    URL = "url"
    # The name of a person or of a channel, which a form may offer to choose.
    PERSON = "person"
    CHANNEL = "channel"
    CHOICE = "choice"
    IMAGE = "image"
    RICH_TEXT = "rich_text"
    LIST = "list"
    OBJECT = "object"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One use of a placeholder: the place and the author's own words."""

    location: Location
    snippet: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One datum that a version needs.

    `path` is written as in the template, with `[]` for each item of a list and `*` for each value of an object:
    `customer.name`, `items[].price`, `prices.*`, `customer['first name']`.
    `required` is False where the template itself copes without it (a default, a test, a condition on itself). It may
    still be needed together with an optional value that it is a part of: then `required_with` is that value's path.
    `declared` says that the template's author has named the kind; all other kinds are inferred, and refuse no data.
    `facts` are what is known beyond that, as keywords of JSON Schema: title, default, enum, minimum …
    """

    path: str
    kind: PlaceholderKind
    required: bool
    occurrences: tuple[Occurrence, ...] = ()
    required_with: str | None = None
    declared: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
