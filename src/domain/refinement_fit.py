"""Which types a path may be declared to have, and which values fit a type with its limits."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from domain.schema import JsonObject

TypeAndFormat = tuple[Any, str | None]

_ANY_TEXT: Final[tuple[TypeAndFormat, ...]] = tuple(
    ("string", name) for name in (None, "multiline", "date", "time", "date-time", "email", "uri", "person", "channel")
)
_SINGLE: Final[tuple[TypeAndFormat, ...]] = (*_ANY_TEXT, ("number", None), ("integer", None), ("boolean", None))
_RICH: Final[TypeAndFormat] = (["string", "object"], None)
_MOMENTS: Final[tuple[TypeAndFormat, ...]] = tuple(("string", name) for name in ("date", "time", "date-time"))
# What a path may be declared to be, by what its use shows it to be; what is not here stays as it is.
_MAY_BECOME: Final[Mapping[str, tuple[TypeAndFormat, ...]]] = {
    "string": (*_SINGLE, _RICH),
    "any": (*_SINGLE, _RICH, ("array", None), ("object", None)),
    "boolean": (*_SINGLE, ("array", None)),
    "number": (("integer", None),),
    "date": _MOMENTS,
    "time": _MOMENTS,
    "date-time": _MOMENTS,
    "multiline": _ANY_TEXT,
    "email": _ANY_TEXT,
    "uri": _ANY_TEXT,
    "person": _ANY_TEXT,
    "channel": _ANY_TEXT,
    "string or object": (("string", None), ("string", "multiline")),
}
# For each limit: the types that have it.
LIMITED: Final[Mapping[str, tuple[str, ...]]] = {
    "minimum": ("number", "integer"),
    "maximum": ("number", "integer"),
    "minLength": ("string",),
    "maxLength": ("string",),
    "minItems": ("array",),
    "maxItems": ("array",),
}
COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems")


def type_of(schema: JsonObject) -> TypeAndFormat:
    """Return the type and format of a schema; None stands for any."""
    return schema.get("type"), schema.get("format")


def may_become(inferred: TypeAndFormat) -> tuple[TypeAndFormat, ...]:
    """List what a path may be declared to be, by the type that was inferred."""
    type_, format_ = inferred
    name = "any" if type_ is None else (" or ".join(type_) if isinstance(type_, list) else format_ or type_)
    return (inferred, *(other for other in _MAY_BECOME.get(str(name), ()) if other != inferred))


def name_of(wanted: TypeAndFormat) -> str:
    """Name a type and format in words: 'string (date)'."""
    type_, format_ = wanted
    name = "any" if type_ is None else (" or ".join(type_) if isinstance(type_, list) else str(type_))
    return f"{name} ({format_})" if format_ else name


def type_of_choices(choices: list[Any]) -> str | None:
    """Return the type that all choices have, None where there is none."""
    names = {_name_of_value(choice) for choice in choices}
    return "number" if names == {"integer", "number"} else (names.pop() if len(names) == 1 else None)


def _name_of_value(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds: tuple[tuple[type, str], ...] = ((str, "string"), (int, "integer"), (float, "number"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "other")


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def misfit(value: Any, wanted: TypeAndFormat, rules: JsonObject) -> str | None:
    """Say what is wrong with a value, as 'is no number'; None where it fits type, format, choices and limits."""
    type_, format_ = wanted
    if not any(_IS[name](value) for name in ([type_] if isinstance(type_, str) else type_ or ["any"])):
        return f"is no {name_of(wanted)}"
    if isinstance(value, str) and format_ in _FORMATS and not _parses(value, _FORMATS[format_]):
        return f"is no {format_}"
    if "enum" in rules and not any(same(value, choice) for choice in rules["enum"]):
        return "is none of the choices"
    for keyword, breaks in _BREAKS.items():
        if keyword in rules and is_number(rules[keyword]) and type_ in LIMITED[keyword]:
            measured = len(value) if keyword in COUNTS else value
            if breaks(measured, rules[keyword]):
                return f"breaks its {keyword} of {rules[keyword]}"
    return None


def same(one: Any, other: Any) -> bool:
    """Compare JSON values, with true and 1 apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _parses(value: str, rule: tuple[str, Callable[[str], object]]) -> bool:
    pattern, parse = rule
    if not re.fullmatch(pattern, value, re.IGNORECASE):
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


_IS: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,  # noqa: ARG005  # as it says
}
_DATE: Final = r"\d{4}-\d\d-\d\d"
_TIME: Final = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?"
_FORMATS: Final[dict[str | None, tuple[str, Callable[[str], object]]]] = {
    "date": (_DATE, date.fromisoformat),
    "time": (_TIME, time.fromisoformat),
    "date-time": (rf"{_DATE}[T ]{_TIME}", datetime.fromisoformat),
    "email": (r"[^\s@<>]+@[^\s@<>]+", str),
    "uri": (r"(?:https?://|mailto:|tel:)\S+", str),
}
_BREAKS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    keyword: (
        (lambda value, limit: value < limit) if keyword.startswith("min") else (lambda value, limit: value > limit)
    )
    for keyword in LIMITED
}
