"""Plain functions over values that both the session and generated code use: items, loops, printing."""

from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.segments import Writer
from adapters.rendering.language.values import Fragment, Missing, Problem, counted, kind_of

# What item() gives where there is nothing; no value of a template can be it.
NOT_THERE: Final = object()


def item(value: Any, key: Any) -> Any:
    """Look up a key of an object, or the item of a list or the character of a text by its number."""
    if isinstance(value, dict):
        return value.get(key, NOT_THERE) if type(key) in {str, int, Decimal, bool} else NOT_THERE
    if isinstance(value, (list, tuple, str)) and (number := counted(key)) is not None:
        return value[number] if -len(value) <= number < len(value) else NOT_THERE
    return NOT_THERE


def show(writer: Writer, number: int, value: Any) -> str:
    """Print a value that may be captured output; `number` is the writer's."""
    if type(value) is Fragment and value.writer == number:
        return value.text
    if type(value) is Missing:
        raise Problem("A value is missing.")
    return writer(value)


def unpack(value: Any, count: int) -> list[Any]:
    """Take a list of so many items apart, for {% for a, b in … %} and {% set a, b = … %}."""
    parts = list(value) if isinstance(value, (list, tuple, dict, str, range)) else None
    if parts is None or len(parts) != count:
        given = kind_of(value) if parts is None else f"{kind_of(value)} of {len(parts)}"
        raise Problem(
            f"This takes a value apart into {count} names, and the value is {given}.",
            "Give lists of that length; for the pairs of an object write {% for key, value in object.items() %}.",
        )
    return parts


def sequence(value: Any) -> Any:
    """Return what a loop runs over: items, keys of an object, characters; nothing for null."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return list(value)
    if type(value) is str:
        return list(value)
    if type(value) is range:
        return value
    if value is None:
        return []
    kind = "a number" if type(value) in {int, Decimal} else "something that is no list"
    raise Problem(f"The loop gets {kind}, and needs a list.", "Give a list in the data, or loop over range(n).")
