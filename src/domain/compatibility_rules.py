"""The rules by which two schemas of the same path are compared: kinds, choices, limits and defaults."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from domain.data_path import Step, format_path
from domain.schema import DECLARED, JsonObject

Steps = tuple[Step, ...]


class ChangeKind(StrEnum):
    """What has changed at a path."""

    ADDED_REQUIRED = "added-required"
    ADDED_OPTIONAL = "added-optional"
    REMOVED = "removed"
    BECAME_REQUIRED = "became-required"
    BECAME_OPTIONAL = "became-optional"
    KIND_CHANGED = "kind-changed"
    CHOICES_CHANGED = "choices-changed"
    LIMIT_CHANGED = "limit-changed"
    DEFAULT_CHANGED = "default-changed"


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One difference between two schemas; `breaking` tells that data which was good may now be refused."""

    path: str
    change: ChangeKind
    breaking: bool
    message: str
    suggestion: str | None = None


def breaks(steps: Steps, change: ChangeKind, message: str, suggestion: str | None = None) -> SchemaChange:
    """Make a change after which data that was good may be refused."""
    return SchemaChange(format_path(steps), change, True, message, suggestion)  # noqa: FBT003  # as the name says


def harmless(steps: Steps, change: ChangeKind, message: str) -> SchemaChange:
    """Make a change that refuses no data."""
    return SchemaChange(format_path(steps), change, False, message)  # noqa: FBT003  # as the name says


_TEXTS: Final = frozenset({"text", "multiline", "date", "time", "date-time", "email", "uri", "person", "channel"})
_NUMBERS: Final = frozenset({"number", "integer"})
_SINGLE: Final = _TEXTS | _NUMBERS | {"boolean", "null"}
_ALL: Final = _SINGLE | {"list", "object", "image", "any"}
# The kinds of old data that a kind takes: where it was inferred from use, and where the author has declared it.
_INFERRED_TAKES: Final[dict[str, frozenset[str]]] = {
    "text": _SINGLE | {"any"},
    "boolean": _ALL,
    "number": _NUMBERS,
    "integer": frozenset({"integer"}),
    "list": frozenset({"list"}),
    "object": frozenset({"object", "image"}),
    "image": frozenset({"image"}),
    "null": frozenset({"null"}),
    "any": _ALL,
}
_DECLARED_TAKES: Final[dict[str, frozenset[str]]] = {
    **_INFERRED_TAKES,
    "text": _TEXTS,
    **dict.fromkeys(("multiline", "person", "channel"), _TEXTS),
    "boolean": frozenset({"boolean"}),
    **{name: frozenset({name}) for name in ("date", "time", "date-time", "email", "uri")},
}
_TYPES: Final = {"string": "text", "array": "list"}
_WORDS: Final = {
    "text": "a text",
    "multiline": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date",
    "time": "a time",
    "date-time": "a date with a time",
    "email": "an e-mail address",
    "uri": "an address",
    "person": "the name of a person",
    "channel": "the name of a channel",
    "list": "a list",
    "object": "an object",
    "image": "an image",
    "null": "null",
    "any": "anything",
}
# For each limit: what it says, and whether a larger one refuses more.
_LIMITS: Final = {
    "minimum": ("be at least {}", True),
    "exclusiveMinimum": ("be more than {}", True),
    "minLength": ("have at least {} characters", True),
    "minItems": ("have at least {} items", True),
    "minProperties": ("have at least {} keys", True),
    "maximum": ("be at most {}", False),
    "exclusiveMaximum": ("be less than {}", False),
    "maxLength": ("have at most {} characters", False),
    "maxItems": ("have at most {} items", False),
    "maxProperties": ("have at most {} keys", False),
}
_AT_LEAST_NOTHING: Final = frozenset({"minLength", "minItems", "minProperties"})
# Keywords that may refuse data in ways that are not looked into: any change counts as a stricter one.
_OPAQUE: Final = (
    "pattern",
    "multipleOf",
    "uniqueItems",
    "const",
    "not",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "propertyNames",
)
_MISSING: Final = object()


def kinds_of(schema: JsonObject) -> frozenset[str]:
    """Name what values may be: by type and format, or by what is chosen from."""
    types = schema.get("type")
    if types is None:
        values = schema.get("enum")
        return frozenset(map(_kind_of_value, values)) if values else frozenset({"any"})
    names = {_TYPES.get(name, name) for name in ([types] if isinstance(types, str) else types)}
    if "text" in names and schema.get("format") in _TEXTS:
        names = names - {"text"} | {schema["format"]}
    if "object" in names and "$image" in schema.get("properties", {}):
        names = names - {"object"} | {"image"}
    return frozenset(names & _ALL) or frozenset({"any"})


def _kind_of_value(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds: tuple[tuple[type, str], ...] = ((str, "text"), (int, "integer"), (float, "number"), (list, "list"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null" if value is None else "object")


def takes(new: JsonObject, after: frozenset[str], before: frozenset[str]) -> bool:
    """Tell whether the new version takes every kind that the old one took."""
    # The choices of an author are compared one by one.
    table = _DECLARED_TAKES if new.get(DECLARED) else _INFERRED_TAKES
    taken: frozenset[str] = frozenset().union(
        *(table.get(kind, _DECLARED_TAKES.get(kind, frozenset())) for kind in after)
    )
    return before <= taken


def _or(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(_WORDS[kind] for kind in kinds))


def kind_changed(steps: Steps, before: frozenset[str], after: frozenset[str], *, breaking: bool) -> SchemaChange:
    """Say that values are of another kind."""
    message = f"{format_path(steps) or 'The data'} was {_or(before)}, and is now {_or(after)}."
    if not breaking:
        return harmless(steps, ChangeKind.KIND_CHANGED, message)
    advice = "Give the new value another name, or let callers change what they send first."
    return breaks(steps, ChangeKind.KIND_CHANGED, message, advice)


def choices_changed(old: JsonObject, new: JsonObject, steps: Steps) -> Iterator[SchemaChange]:
    """Compare what may be chosen from."""
    before, after = old.get("enum"), new.get("enum")
    if before == after:
        return
    path = format_path(steps)
    gone = [value for value in before or () if not _is_among(value, after or ())]
    if after is None:
        yield harmless(steps, ChangeKind.CHOICES_CHANGED, f"{path} may have any value now.")
    elif before is None or gone:
        no_more = "certain values only" if before is None else f"everything but {_listed(gone)}"
        message = f"{path} may be {no_more} now: it has to be one of {_listed(after)}."
        yield breaks(steps, ChangeKind.CHOICES_CHANGED, message, "Keep the values that callers send.")
    elif len(after) != len(before):
        more = _listed([value for value in after if not _is_among(value, before)])
        yield harmless(steps, ChangeKind.CHOICES_CHANGED, f"{path} may also be {more} now.")


def _is_among(value: Any, others: Iterable[Any]) -> bool:
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in others)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(repr(value) if isinstance(value, str) else str(value) for value in values)


def limits_changed(old: Mapping[str, Any], new: Mapping[str, Any], steps: Steps) -> Iterator[SchemaChange]:
    """Compare limits, and keywords that may limit something."""
    path = format_path(steps) or "The data"
    for keyword, (words, is_lower) in _LIMITS.items():
        before, after = old.get(keyword), new.get(keyword)
        if before == after or (keyword in _AT_LEAST_NOTHING and not before and not after):
            continue
        if after is None:
            yield harmless(steps, ChangeKind.LIMIT_CHANGED, f"{path} has a limit less now.")
            continue
        message = f"{path} has to {words.format(after)} now."
        if before is None or (after > before) == is_lower:
            advice = "Keep the limit, or let callers change what they send first."
            yield breaks(steps, ChangeKind.LIMIT_CHANGED, message, advice)
        else:
            yield harmless(steps, ChangeKind.LIMIT_CHANGED, message)
    for keyword in _OPAQUE:
        if old.get(keyword, _MISSING) != new.get(keyword, _MISSING):
            make = breaks if keyword in new else harmless
            yield make(steps, ChangeKind.LIMIT_CHANGED, f"What {path} may be has another rule now ({keyword}).")


def default_changed(old: JsonObject, new: JsonObject, steps: Steps) -> Iterator[SchemaChange]:
    """Compare what stands in for a missing value."""
    before, after = old.get("default", _MISSING), new.get("default", _MISSING)
    if before is after or before == after:
        return
    path = format_path(steps)
    if after is _MISSING:
        message = f"{path} has no default any more."
    else:
        message = f"{path} is {_listed([after])} now where it is left out."
    # Whether it may still be left out is another change.
    yield harmless(steps, ChangeKind.DEFAULT_CHANGED, message)
