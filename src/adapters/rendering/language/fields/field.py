"""A declared field, and which values fit it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.operators import is_number
from adapters.rendering.language.segments import Tag
from adapters.rendering.language.values import kind_of, to_text
from domain.data_path import Step, format_path
from domain.placeholder import PlaceholderKind

NO_DEFAULT: Final = object()
_SHOWN: Final = 40

_EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_URL: Final = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?")
_DATETIME: Final = re.compile(rf"{_DATE.pattern}[T ]{_TIME.pattern}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What the author says of one path; `tag` is the place in the template, None where it is said beside it.

    `required` None leaves it to the use of the path. `rules` are the keywords of JSON Schema that refuse values, with
    exact numbers; `texts` those that explain: title, description, examples.
    """

    steps: tuple[Step, ...]
    kind: PlaceholderKind
    tag: Tag | None
    required: bool | None = None
    rules: Mapping[str, Any] | None = None
    texts: Mapping[str, Any] | None = None
    default: Any = NO_DEFAULT

    @property
    def path(self) -> str:
        """The path as the template writes it."""
        return format_path(self.steps)

    @property
    def has_default(self) -> bool:
        """Tell whether something stands in for a missing value."""
        return self.default is not NO_DEFAULT

    def misfit(self, value: Any) -> str | None:
        """Say what is wrong with a value, as 'is to be a number, and is a text'; None where it fits."""
        if not _FITS[self.kind](value):
            return f"is to be {WORDS[self.kind]}, and is {_quoted(value)}"
        for rule, limit in (self.rules or {}).items():
            if not _RULES[rule][0](value, limit):
                return f"{_RULES[rule][1].format(_limit(limit))}, and is {_measured(rule, value)}"
        return None


@dataclass(frozen=True, slots=True)
class Field(Rule):
    """What the author says of one path in the template itself."""

    tag: Tag


def _limit(limit: Any) -> str:
    return ", ".join(_shown(each) for each in limit) if isinstance(limit, list) else to_text(limit)


def _measured(rule: str, value: Any) -> str:
    if rule.endswith(("Length", "Items")):
        return f"{len(value):,} long"
    return _shown(value)


def _quoted(value: Any) -> str:
    return f"{kind_of(value)} ({_shown(value)})" if isinstance(value, str) or is_number(value) else kind_of(value)


def _shown(value: Any) -> str:
    if not isinstance(value, str):
        return to_text(value) if not isinstance(value, (list, dict)) else kind_of(value)
    return f"'{value}'" if len(value) <= _SHOWN else f"'{value[:_SHOWN]}…'"


def _parsed(pattern: re.Pattern[str], parse: Callable[[str], object]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            return False
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return fits


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return type(value) is int or (type(value) is Decimal and value == value.to_integral_value())


def _typed(*keys: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and any(key in value for key in keys)


_LINK: Final = _typed("$link")
_RICH: Final = _typed("$richtext", "$markdown", "$html", "$link")

WORDS: Final[dict[PlaceholderKind, str]] = {
    PlaceholderKind.TEXT: "a text",
    PlaceholderKind.MULTILINE: "a text",
    PlaceholderKind.NUMBER: "a number",
    PlaceholderKind.INTEGER: "a whole number",
    PlaceholderKind.BOOLEAN: "true or false",
    PlaceholderKind.DATE: "a date like 2026-01-31",
    PlaceholderKind.TIME: "a time like 09:30",
    PlaceholderKind.DATETIME: "a date with a time, like 2026-01-31T09:30:00Z",
    PlaceholderKind.EMAIL: "an e-mail address",
    PlaceholderKind.URL: "an address like https://example.com/",
    PlaceholderKind.PERSON: "the name of a person",
    PlaceholderKind.CHANNEL: "the name of a channel",
    PlaceholderKind.CHOICE: "one of the choices",
    PlaceholderKind.IMAGE: 'an image ({"$image": …})',
    PlaceholderKind.RICH_TEXT: 'a text or a rich text ({"$richtext": …})',
    PlaceholderKind.LIST: "a list",
    PlaceholderKind.OBJECT: "an object",
    PlaceholderKind.ANY: "anything",
}
_FITS: Final[dict[PlaceholderKind, Callable[[Any], bool]]] = {
    PlaceholderKind.TEXT: _is_text,
    PlaceholderKind.MULTILINE: _is_text,
    PlaceholderKind.NUMBER: is_number,
    PlaceholderKind.INTEGER: _is_integer,
    PlaceholderKind.BOOLEAN: lambda value: isinstance(value, bool),
    PlaceholderKind.DATE: _parsed(_DATE, date.fromisoformat),
    PlaceholderKind.TIME: _parsed(_TIME, time.fromisoformat),
    PlaceholderKind.DATETIME: _parsed(_DATETIME, datetime.fromisoformat),
    PlaceholderKind.EMAIL: lambda value: _is_text(value) and _EMAIL.fullmatch(value) is not None,
    PlaceholderKind.URL: lambda value: (_is_text(value) and _URL.fullmatch(value) is not None) or _LINK(value),
    PlaceholderKind.PERSON: _is_text,
    PlaceholderKind.CHANNEL: _is_text,
    PlaceholderKind.CHOICE: lambda value: True,  # noqa: ARG005  # its rule says it all
    PlaceholderKind.IMAGE: _typed("$image"),
    PlaceholderKind.RICH_TEXT: lambda value: _is_text(value) or _RICH(value),
    PlaceholderKind.LIST: lambda value: isinstance(value, list),
    PlaceholderKind.OBJECT: lambda value: isinstance(value, dict),
    PlaceholderKind.ANY: lambda value: True,  # noqa: ARG005  # as it says
}
# For each keyword that refuses values: whether a value passes, and what it asks for.
_RULES: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "enum": (lambda value, choices: any(_equal(value, choice) for choice in choices), "is to be one of {}"),
    "minimum": (lambda value, limit: value >= limit, "is to be at least {}"),
    "maximum": (lambda value, limit: value <= limit, "is to be at most {}"),
    "minLength": (lambda value, limit: len(value) >= limit, "is to have at least {} characters"),
    "maxLength": (lambda value, limit: len(value) <= limit, "is to have at most {} characters"),
    "minItems": (lambda value, limit: len(value) >= limit, "is to have at least {} items"),
    "maxItems": (lambda value, limit: len(value) <= limit, "is to have at most {} items"),
}


def _equal(one: Any, other: Any) -> bool:
    """Compare, with true and 1 apart."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
