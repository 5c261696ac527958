"""The methods that a template may call: harmless ones of texts, objects and lists, chosen one by one."""

import re
import string
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.operators import check_text, number, text
from adapters.rendering.language.values import (
    MAX_DIGITS,
    LimitError,
    Problem,
    counted,
    format_decimal,
    kind_of,
    to_text,
)

MAX_WIDTH: Final = 1_000


def width(value: Any) -> int:
    """Return a width, if it is one that a page may have.

    Raises:
        Problem: it is no whole number.
        LimitError: it is more than MAX_WIDTH.
    """
    wide = counted(value)
    if wide is None:
        raise Problem(f"A width has to be a whole number, not {kind_of(value)}.")
    if abs(wide) > MAX_WIDTH:
        raise LimitError(f"A width of {wide:,} is more than the limit of {MAX_WIDTH:,}.")
    return wide


def replace(value: Any, old: Any, new: Any, count: Any = -1) -> str:
    """Replace words in a text; the size is known before."""
    source, what, by = (text(part, "replace") for part in (value, old, new))
    if type(count) is not int:
        raise Problem("The number of replacements has to be a whole number.")
    times = source.count(what) if count < 0 else min(count, source.count(what))
    check_text(len(source) + times * max(0, len(by) - len(what)))
    return source.replace(what, by, count)


def join(value: Any, items: Any) -> str:
    """Put texts together with this text between them."""
    separator = text(value, "join")
    if not isinstance(items, (list, tuple, range)):
        raise Problem(f"join needs a list, and got {kind_of(items)}.")
    parts = [to_text(item) for item in items]
    check_text(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def format_fields(value: Any, *args: Any, **kwargs: Any) -> str:
    """Fill the {} of a text: plain numbers and names only, widths bounded."""
    pieces: list[str] = []
    automatic = 0
    for literal, field, spec, conversion in string.Formatter().parse(text(value, "format")):
        pieces.append(literal)
        if field is None:
            continue
        if conversion or "{" in (spec or "") or not (field == "" or field.isdigit() or field.isidentifier()):
            raise Problem(f"The field {{{field}}} of format() is more than a number or a name.")
        if field == "":
            field, automatic = str(automatic), automatic + 1  # noqa: PLW2901
        if (int(field) >= len(args)) if field.isdigit() else (field not in kwargs):
            raise Problem(f"format() has no value for the field {{{field}}}.")
        pieces.append(formatted(args[int(field)] if field.isdigit() else kwargs[field], spec or ""))
    check_text(sum(map(len, pieces)))
    return "".join(pieces)


def formatted(value: Any, spec: str) -> str:
    """Format one value by a specification of Python's format language with bounded widths."""
    for digits in "".join(c if c.isdigit() else " " for c in spec).split():
        width(int(digits[:9]))
    if not spec:
        return to_text(value)
    if type(value) is int and spec[-1:] in "eEfFgG%":
        value = Decimal(value)
    try:
        if type(value) is Decimal:
            return _formatted_decimal(value, spec)
        return format(value if type(value) in {int, str} else to_text(value), spec)
    except ValueError:
        raise Problem(
            f"format() cannot write {kind_of(value)} as {{:{spec}}}.",
            "Write {:.2f} for two decimals, {:,} for groups of digits, {:>10} for a width.",
        ) from None


def _formatted_decimal(value: Decimal, spec: str) -> str:
    if spec[-1:] == "d" and value == value.to_integral_value():
        return format(int(value), spec)
    sign = _SIGN.match(spec)
    end = sign.end() if sign else 0
    return format_decimal(value, spec if spec[end : end + 1] == "z" else f"{spec[:end]}z{spec[end:]}")


# The beginning of a format specification: how to align, and which sign to write.
_SIGN: Final = re.compile(r"(?:.?[<>=^])?[-+ ]?")


def _pad(name: str) -> Callable[..., str]:
    def method(value: str, size: Any, *fill: Any) -> str:
        return getattr(value, name)(width(size), *fill)  # type: ignore[no-any-return]  # a method of str

    return method


def _plain(kind: type, *names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(kind, name) for name in names}


_TEXT: Final[dict[str, Callable[..., Any]]] = {
    **_plain(
        str,
        *("capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdecimal", "isdigit"),
        *("islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "lstrip", "partition", "removeprefix"),
        *("removesuffix", "rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip"),
        *("swapcase", "title", "upper"),
    ),
    **{name: _pad(name) for name in ("center", "ljust", "rjust", "zfill")},
    "replace": replace,
    "join": join,
    "format": format_fields,
}
_OBJECT: Final[dict[str, Callable[..., Any]]] = {
    "items": lambda value: list(value.items()),
    "keys": list,
    "values": lambda value: list(value.values()),
    "get": lambda value, key, default=None: value.get(key, default),
    "copy": dict,
}
_LIST: Final[dict[str, Callable[..., Any]]] = {
    "count": lambda value, item: sum(1 for other in value if other == item),
    "index": lambda value, item: value.index(item),
    "copy": list,
}
METHOD_NAMES: Final = frozenset({*_TEXT, *_OBJECT, *_LIST})


def call_method(value: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a text, an object or a list; a key of the same name is no method."""
    if isinstance(value, dict):
        if name in value:
            raise Problem(f"{name} is a value of the data here, and cannot be called.", f"Write .{name} without ().")
        known = _OBJECT
    elif isinstance(value, str):
        known = _TEXT
    elif isinstance(value, (list, tuple)):
        known = _LIST
    else:
        known = {}
    if name not in known:
        raise Problem(f"{kind_of(value)[:1].upper()}{kind_of(value)[1:]} has no method {name}().")
    result = known[name](value, *args, **kwargs)
    return list(result) if type(result) is tuple else result


def whole(value: Any, what: str) -> int:
    """Return a whole number, written as one or with a decimal point."""
    checked = number(value, what)
    if isinstance(checked, int):
        return checked
    if checked.adjusted() > MAX_DIGITS or checked != checked.to_integral_value():
        raise Problem(f"{what} needs a whole number.")
    return int(checked)
