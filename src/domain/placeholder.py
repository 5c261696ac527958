"""Placeholders: the data that a template needs, and where it is used."""

from dataclasses import dataclass
from enum import StrEnum

from domain.diagnostics import Location


class PlaceholderKind(StrEnum):
    """What a value is, as far as its use in the template shows."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
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

    `path` is written as in the template, with `[]` for each item of a list: `customer.name`, `items[].price`.
    `required` is False where the template itself copes without it (a default, a test, a condition on itself).
    """

    path: str
    kind: PlaceholderKind
    required: bool
    occurrences: tuple[Occurrence, ...] = ()
