"""The methods that a template may call: harmless ones of texts, objects and lists, chosen one by one."""

import re
import string
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.cost import pairs_cost
from adapters.rendering.language.operators import Meter, check_list, check_text, equal, number, text
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
_DIGITS: Final = re.compile(r"[0-9]+")


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


def bounded(digits: str) -> str:
    """Return a width that a format spells, if it is one that a page may have.

    Raises:
        LimitError: it is more than MAX_WIDTH.
    """
    significant = digits.lstrip("0")
    if len(significant) > len(str(MAX_WIDTH)) or int(significant or "0") > MAX_WIDTH:
        raise LimitError(f"A width of {significant[:20]} is more than the limit of {MAX_WIDTH:,}.")
    return digits


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
    for literal, field, spec, conversion in _fields(text(value, "format")):
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


def _fields(words: str) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    try:
        yield from string.Formatter().parse(words)
    except ValueError:
        raise Problem(
            "The braces of this format() are not in balance.", "Write {{ and }} for a brace itself."
        ) from None


def formatted(value: Any, spec: str) -> str:
    """Format one value by a specification of Python's format language with bounded widths."""
    for digits in _DIGITS.findall(spec):
        bounded(digits)
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


def _count_of(meter: Meter, value: Any, item: Any) -> int:
    meter.charge(2 * len(value))
    return sum(1 for other in value if equal(meter, other, item))


def _index(meter: Meter, value: Any, item: Any) -> int:
    meter.charge(2 * len(value))
    for place, other in enumerate(value):
        if equal(meter, other, item):
            return place
    raise Problem("index() does not find this in the list.", "Ask with 'in' before.")


def _pad(name: str) -> Callable[..., str]:
    def method(value: str, size: Any, *fill: Any) -> str:
        return getattr(value, name)(width(size), *fill)  # type: ignore[no-any-return]  # a method of str

    return method


def _plain(kind: type, *names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(kind, name) for name in names}


def _searching(name: str) -> Callable[..., Any]:
    """Make a method that may compare each character of a text with each of what it is given; it pays for that."""

    def method(meter: Meter, value: str, *args: Any) -> Any:
        if args and type(args[0]) is str:
            meter.charge(pairs_cost(value, args[0]))
        return getattr(value, name)(*args)

    return method


def _splitting(name: str, gap: re.Pattern[str]) -> Callable[..., Any]:
    """Make a method that cuts a text into a list, which may not become too long; it cuts at gaps by itself."""
    search = _searching(name)

    def method(meter: Meter, value: str, *args: Any, **kwargs: Any) -> Any:
        separator = args[0] if args else kwargs.get("sep")
        check_list(1 + (value.count(separator) if type(separator) is str and separator else _count(gap, value)))
        return getattr(value, name)(*args, **kwargs) if kwargs else search(meter, value, *args)

    return method


def _count(gap: re.Pattern[str], value: str) -> int:
    return sum(1 for _ in gap.finditer(value))


_SPACE: Final = re.compile(r"\s+")
_NEWLINE: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def lines_of(value: str) -> list[str]:
    """Return the lines of a text.

    Raises:
        LimitError: there are more than a list may have.
    """
    check_list(1 + _count(_NEWLINE, value))
    return value.splitlines()


_TEXT: Final[dict[str, Callable[..., Any]]] = {
    **_plain(
        str,
        *("capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdecimal", "isdigit"),
        *("islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "partition", "removeprefix"),
        *("removesuffix", "startswith", "swapcase", "title", "upper"),
    ),
    **{name: _pad(name) for name in ("center", "ljust", "rjust", "zfill")},
    "replace": replace,
    "join": join,
    "format": format_fields,
}
# Those that take the session first, to pay for more than the sizes of their values.
_METERED_TEXT: Final[dict[str, Callable[..., Any]]] = {
    **{name: _searching(name) for name in ("rfind", "rpartition", "strip", "lstrip", "rstrip")},
    **{name: _splitting(name, _SPACE) for name in ("split", "rsplit")},
    "splitlines": _splitting("splitlines", _NEWLINE),
}
_OBJECT: Final[dict[str, Callable[..., Any]]] = {
    "items": lambda value: list(value.items()),
    "keys": list,
    "values": lambda value: list(value.values()),
    "get": lambda value, key, default=None: value.get(key, default),
    "copy": dict,
}
_METERED_LIST: Final[dict[str, Callable[..., Any]]] = {
    "count": _count_of,
    "index": _index,
}
_LIST: Final[dict[str, Callable[..., Any]]] = {"copy": list}
METHOD_NAMES: Final = frozenset({*_TEXT, *_METERED_TEXT, *_OBJECT, *_LIST, *_METERED_LIST})


def call_method(meter: Meter, value: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a text, an object or a list; a key of the same name is no method."""
    metered: dict[str, Callable[..., Any]] = {}
    if isinstance(value, dict):
        if name in value:
            raise Problem(f"{name} is a value of the data here, and cannot be called.", f"Write .{name} without ().")
        known = _OBJECT
    elif isinstance(value, str):
        known, metered = _TEXT, _METERED_TEXT
    elif isinstance(value, (list, tuple)):
        known, metered = _LIST, _METERED_LIST
    else:
        known = {}
    if name in metered:
        result = metered[name](meter, value, *args, **kwargs)
    elif name in known:
        result = known[name](value, *args, **kwargs)
    else:
        raise Problem(f"{kind_of(value)[:1].upper()}{kind_of(value)[1:]} has no method {name}().")
    return list(result) if type(result) is tuple else result


def whole(value: Any, what: str) -> int:
    """Return a whole number, written as one or with a decimal point."""
    checked = number(value, what)
    if isinstance(checked, int):
        return checked
    if checked.adjusted() > MAX_DIGITS or checked != checked.to_integral_value():
        raise Problem(f"{what} needs a whole number.")
    return int(checked)
