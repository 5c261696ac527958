"""Filters of texts."""

import re
import textwrap
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.cost import STEPS_PER_PART, pairs_cost
from adapters.rendering.language.methods import bounded, lines_of, replace, whole, width
from adapters.rendering.language.operators import Meter, check_text, text
from adapters.rendering.language.values import LimitError, Problem, format_decimal, to_text

_WORD = re.compile(r"\S+")
_COPIED_PER_STEP: Final = 1_000
_WORD_START = re.compile(r"([-\s({\[<]+)")
# Bounded, so that no text makes it go back and forth; flags do not repeat.
_PERCENT = re.compile(r"%(?:\((\w{1,100})\))?([-+ 0#]{0,5})(\*|[0-9]{0,20})(?:\.([0-9]{0,20}))?([a-zA-Z%])")


def title(meter: Meter, value: Any) -> str:
    """Begin each word with a capital letter."""
    source = text(value, "title")
    # Each word becomes a text of its own.
    meter.charge(len(source) * STEPS_PER_PART // 2)
    parts = _WORD_START.split(source)
    return "".join(part[0].upper() + part[1:].lower() for part in parts if part)


def trim(meter: Meter, value: Any, characters: Any = None) -> str:
    """Drop white space, or the characters given, at both ends."""
    source = to_text(value)
    if characters is not None:
        meter.charge(pairs_cost(source, text(characters, "trim")))
    return source.strip(characters)


def center(value: Any, size: Any = 80) -> str:
    """Put the text in the middle of a field."""
    return to_text(value).center(width(size))


def truncate(value: Any, length: Any = 255, killwords: Any = False, end: Any = "...", leeway: Any = 5) -> str:  # noqa: FBT002
    """Shorten a text to a length, at the end of a word unless killwords."""
    source, tail = text(value, "truncate"), text(end, "truncate")
    size = whole(length, "truncate")
    if size < len(tail):
        raise Problem(f"truncate needs a length of at least {len(tail)}, the length of what it ends with.")
    if len(source) <= size + whole(leeway, "truncate"):
        return source
    if killwords:
        return source[: size - len(tail)] + tail
    return source[: size - len(tail)].rsplit(" ", 1)[0] + tail


def wordwrap(
    meter: Meter,
    value: Any,
    size: Any = 79,
    break_long_words: Any = True,  # noqa: FBT002
    wrapstring: Any = "\n",
    break_on_hyphens: Any = True,  # noqa: FBT002
) -> str:
    """Break lines so that none is longer than the width."""
    columns, newline = max(1, width(size)), text(wrapstring, "wordwrap")
    words = text(value, "wordwrap")
    # A word longer than a line is copied once for each line of it.
    copied = sum((match.end() - match.start()) ** 2 for match in _WORD.finditer(words)) // columns
    meter.charge(2 * len(words) + copied // _COPIED_PER_STEP)
    lines = [
        line
        for source in lines_of(words)
        for line in textwrap.wrap(
            source,
            columns,
            expand_tabs=False,
            replace_whitespace=False,
            break_long_words=bool(break_long_words),
            break_on_hyphens=bool(break_on_hyphens),
        )
        or [""]
    ]
    check_text(sum(map(len, lines)) + len(newline) * len(lines))
    return newline.join(lines)


def indent(value: Any, size: Any = 4, first: Any = False, blank: Any = False) -> str:  # noqa: FBT002
    """Indent all lines, the first and the empty ones only where asked."""
    source = text(value, "indent")
    prefix = size if isinstance(size, str) else " " * max(0, width(size))
    lines = lines_of(source)
    check_text(len(source) + len(prefix) * len(lines))
    indented = [prefix + line if (line or blank) and (index or first) else line for index, line in enumerate(lines)]
    return "\n".join(indented) + ("\n" if source.endswith("\n") else "")


def wordcount(value: Any) -> int:
    """Count the words."""
    return sum(1 for _ in re.finditer(r"\w+", text(value, "wordcount")))


def format_percent(value: Any, *args: Any, **kwargs: Any) -> str:
    """Fill %s, %d, %f, %x and %% of a text; widths are bounded and stand in the text itself."""
    source = text(value, "format")
    if args and kwargs:
        raise Problem("format takes values in order or by name, not both.")
    waiting = list(reversed(args))

    def fill(match: re.Match[str]) -> str:
        name, flags, size, precision, kind = match.groups()
        if kind == "%":
            return "%"
        if size == "*":
            raise LimitError("A width given as * is not allowed.", "Write the width as a number.")
        for digits in (size, precision):
            bounded(digits or "0")
        if (name not in kwargs) if name else not waiting:
            raise Problem(f"format has no value for {match.group()}.")
        given = kwargs[name] if name else waiting.pop()
        return _converted(given, flags, size, precision, kind)

    filled = _PERCENT.sub(fill, source)
    check_text(len(filled))
    return filled


def _converted(value: Any, flags: str, size: str, precision: str | None, kind: str) -> str:
    if kind == "s":
        return f"%{flags}{size}{'.' + precision if precision is not None else ''}s" % to_text(value)
    if kind in "dixXo":
        return f"%{flags}{size}{kind}" % whole(value, "format")
    if kind not in "fF":
        raise Problem(f"format does not know %{kind}.", "It knows %s, %d, %f and %x.")
    if type(value) not in {int, Decimal}:
        raise Problem("format needs a number for %f.", "Turn the text into a number with | float.")
    places = 6 if precision is None else int(precision or "0")
    sign = "+" if "+" in flags else " " if " " in flags else ""
    align = "<" if "-" in flags else ""
    zero = "0" if "0" in flags and not align and size else ""
    return format_decimal(Decimal(value), f"{align}{sign}z{zero}{size}.{places}f")


def _of_text(name: str) -> Callable[[Any], str]:
    method = getattr(str, name)

    def function(value: Any) -> str:
        return method(value if type(value) is str else text(value, name))  # type: ignore[no-any-return]  # a method of str

    return function


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "upper": _of_text("upper"),
    "lower": _of_text("lower"),
    "capitalize": _of_text("capitalize"),
    "truncate": truncate,
    "wordcount": wordcount,
    "string": to_text,
    "replace": replace,
    "center": center,
    "indent": indent,
    "format": format_percent,
}
# Those that take the session first, to pay for more than the sizes of their values.
METERED: Final[dict[str, Callable[..., Any]]] = {"title": title, "trim": trim, "wordwrap": wordwrap}
