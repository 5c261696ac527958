"""From what stands in a cell to a value of the kind that a template needs.

A text is read as people of the batch's locale write numbers, dates and yes or no; nothing is guessed: what could be
meant in two ways is refused with what to write instead.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from domain.exact_json import read_exact
from domain.placeholder import PlaceholderKind


@dataclass(frozen=True, slots=True)
class CellError:
    """What a spreadsheet shows in place of a value, such as '#N/A'."""

    text: str


# What a cell holds; None where it is empty.
Cell: TypeAlias = str | int | Decimal | bool | date | time | CellError | None


class UnfitCellError(Exception):
    """A cell has no value of the kind that is needed; `suggestion` says what to write."""

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Conventions:
    """How people of a locale write: `date_order` is 'dmy', 'mdy' or 'ymd'; `groups` are signs between thousands.

    Words and names of months are in lower case.
    """

    locale: str = "en"
    decimal: str = "."
    groups: str = ","
    date_order: str = "mdy"
    months: Mapping[str, int] = field(default_factory=dict)
    true_words: frozenset[str] = frozenset({"true", "yes", "y", "on", "1", "x"})
    false_words: frozenset[str] = frozenset({"false", "no", "n", "off", "0"})


_SPACES: Final = " \u00a0\u202f\u2009"
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_CODES: Final = "EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR"
_CURRENCY: Final = re.compile(rf"[$€£¥₹₽₩₺₴฿₫₪]|\b(?:{_CODES})\b")
_MAX_DIGITS: Final = 100
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_NUMBERS_OF_DATE: Final = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,4})\.?", re.ASCII)
_WORDS_OF_DATE: Final = re.compile(r"\d+|[^\W\d]+")
_TIME: Final = re.compile(
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[.,]\d{1,6})?\s*(?P<half>[ap]\.?m\.?)?(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_NOON: Final = 12
_SHOWN: Final = 40


def value_of(cell: Cell, kind: PlaceholderKind, conventions: Conventions) -> Any:
    """Return a cell that is not empty as JSON: texts, exact numbers, booleans; dates and times as ISO 8601 writes them.

    Raises:
        UnfitCellError: it holds nothing of this kind.
    """
    if isinstance(cell, CellError):
        raise UnfitCellError(f"holds the error {cell.text}", "Mend the formula of this cell, or put a value in.")
    return _READERS.get(kind, _any)(cell, conventions)


def shown(cell: Cell) -> str:
    """Quote what stands in a cell, not at length."""
    written = text_of(cell)
    return f"'{written}'" if len(written) <= _SHOWN else f"'{written[:_SHOWN]}…'"


def type_of_cell(cell: Cell) -> str:
    """Name the type of what a cell holds."""
    return next((name for kind, name in _TYPES if isinstance(cell, kind)), "empty")


def text_of(cell: Cell) -> str:
    """Write a cell as text: numbers plainly, dates and times as ISO 8601 does."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return format(cell, "f")
        case date() | time():
            return cell.isoformat()
        case CellError():
            return cell.text
    return "" if cell is None else str(cell)


def _any(cell: Cell, _: Conventions) -> Any:
    return cell if isinstance(cell, (str, bool, int, Decimal)) else text_of(cell)


def _text(cell: Cell, _: Conventions) -> str:
    return text_of(cell)


def _number(cell: Cell, conventions: Conventions) -> int | Decimal:
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        return cell
    number = _read_number(cell, conventions) if isinstance(cell, str) else None
    if number is None:
        example = f"1234{conventions.decimal}5"
        raise UnfitCellError(f"{shown(cell)} is no number in {conventions.locale}", f"Write it like {example}.")
    return number


def _read_number(text: str, conventions: Conventions) -> int | Decimal | None:
    bare = _CURRENCY.sub("", text.strip()).strip(_SPACES).replace("\u2212", "-")
    share = bare.endswith("%")
    bare = bare.removesuffix("%").strip(_SPACES)
    plain = _without_groups(bare, conventions)
    if plain is None and _PLAIN_NUMBER.fullmatch(bare):
        plain = bare  # as programs write it, and nothing else in this locale
    if plain is None or len(plain) > _MAX_DIGITS:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    if share:
        return number / 100
    return int(number) if number == number.to_integral_value() and "." not in plain else number


def _without_groups(text: str, conventions: Conventions) -> str | None:
    whole, point, rest = text.partition(conventions.decimal)
    groups = re.escape(conventions.groups + _SPACES)
    if not re.fullmatch(rf"[+-]?(?:[0-9]+|[0-9]{{1,3}}(?:[{groups}][0-9]{{3}})+)", whole):
        return None
    if point and not re.fullmatch(r"[0-9]+(?:[eE][+-]?[0-9]{1,3})?", rest):
        return None
    return re.sub(f"[{groups}]", "", whole) + ("." + rest if point else "")


def _integer(cell: Cell, conventions: Conventions) -> int:
    number = _number(cell, conventions)
    if number != int(number):
        raise UnfitCellError(f"{shown(cell)} is no whole number", "Write it without decimals.")
    return int(number)


def _boolean(cell: Cell, conventions: Conventions) -> bool:
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).strip().lower()
    if word in conventions.true_words:
        return True
    if word in conventions.false_words:
        return False
    raise UnfitCellError(f"{shown(cell)} is neither yes nor no", "Write yes or no, or true or false.")


def _date(cell: Cell, conventions: Conventions) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return _read_date(text_of(cell).strip(), conventions).isoformat()


def _read_date(text: str, conventions: Conventions) -> date:
    if iso := _ISO_DATE.fullmatch(text):
        return _day(text, int(iso[1]), int(iso[2]), int(iso[3]))
    if numbers := _NUMBERS_OF_DATE.fullmatch(text):
        parts = dict(zip(_order_of(numbers[1], conventions), numbers.groups(), strict=True))
        return _day(text, _year(text, parts["y"]), int(parts["m"]), int(parts["d"]), conventions)
    words = [word.lower() for word in _WORDS_OF_DATE.findall(text)]
    months = [conventions.months[word] for word in words if word in conventions.months]
    numbers_in_words = [word for word in words if word.isdigit()]
    if len(months) == 1 and len(numbers_in_words) == 2:  # noqa: PLR2004  # a day and a year
        day, year = sorted(numbers_in_words, key=len)
        return _day(text, _year(text, year), months[0], int(day))
    raise UnfitCellError(f"{shown(text)} is no date", f"Write it like {_example(conventions)} or 2026-01-31.")


def _order_of(first: str, conventions: Conventions) -> str:
    return "ymd" if len(first) > 2 else conventions.date_order.replace("ymd", "dmy")  # noqa: PLR2004  # a whole year


def _year(text: str, digits: str) -> int:
    if len(digits) != 4:  # noqa: PLR2004  # as it says
        raise UnfitCellError(f"{shown(text)} has no year of four digits", "Write the year in full, as in 2026-01-31.")
    return int(digits)


def _day(text: str, year: int, month: int, day: int, conventions: Conventions | None = None) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        order, advice = "", "Write it like 2026-01-31."
        if conventions and month > 12 >= day:  # noqa: PLR2004  # months
            order = f", where {conventions.locale} writes {_example(conventions)}"
            advice = "Write it like 2026-01-31, or give the locale of the rows."
        raise UnfitCellError(f"{shown(text)} is no day of the calendar{order}", advice) from None


def _example(conventions: Conventions) -> str:
    return {"dmy": "31.01.2026", "mdy": "01/31/2026"}.get(conventions.date_order, "2026-01-31")


def _time(cell: Cell, _: Conventions) -> str:
    if isinstance(cell, datetime):
        return cell.time().isoformat()
    return cell.isoformat() if isinstance(cell, time) else _read_time(text_of(cell).strip())


def _read_time(text: str) -> str:
    found = _TIME.fullmatch(text)
    if found is not None:
        hour, minute, second = (int(part or 0) for part in found.groups()[:3])
        if found["half"] and 1 <= hour <= _NOON:
            hour = hour % _NOON + (_NOON if found["half"].lower().startswith("p") else 0)
        try:
            return time(hour, minute, second).isoformat() + (found["zone"] or "")
        except ValueError:
            pass
    raise UnfitCellError(f"{shown(text)} is no time of the day", "Write it like 09:30.")


def _datetime(cell: Cell, conventions: Conventions) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return datetime.combine(cell, time()).isoformat()
    text = text_of(cell).strip()
    for at in (position for position, sign in enumerate(text) if sign in "T ,"):
        if _TIME.fullmatch(rest := text[at + 1 :].strip()):
            return f"{_read_date(text[:at].strip(' ,'), conventions).isoformat()}T{_read_time(rest)}"
    return f"{_read_date(text, conventions).isoformat()}T00:00:00"


def _list(cell: Cell, _: Conventions) -> Any:
    return _json(cell, list, "a list", '["red", "blue"]')


def _object(cell: Cell, _: Conventions) -> Any:
    return _json(cell, dict, "an object", '{"name": "Ada"}')


def _json(cell: Cell, wanted: type, what: str, example: str) -> Any:
    """Read JSON in a cell."""
    try:
        value = read_exact(text_of(cell))
    except ValueError:
        value = None
    if not isinstance(value, wanted):
        raise UnfitCellError(f"{shown(cell)} is not {what} in JSON", f"Write it like {example}.")
    return value


def _image(cell: Cell, _: Conventions) -> dict[str, str]:
    return {"$image": text_of(cell).strip()}


_TYPES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (bool, "boolean"),
    ((int, Decimal), "number"),
    (datetime, "date-time"),
    (date, "date"),
    (time, "time"),
    (CellError, "error"),
    (str, "text"),
)
_READERS: Final[Mapping[PlaceholderKind, Callable[[Cell, Conventions], Any]]] = {
    **dict.fromkeys(
        (
            PlaceholderKind.TEXT,
            PlaceholderKind.MULTILINE,
            PlaceholderKind.EMAIL,
            PlaceholderKind.URL,
            PlaceholderKind.PERSON,
            PlaceholderKind.CHANNEL,
            PlaceholderKind.RICH_TEXT,
        ),
        _text,
    ),
    PlaceholderKind.NUMBER: _number,
    PlaceholderKind.INTEGER: _integer,
    PlaceholderKind.BOOLEAN: _boolean,
    PlaceholderKind.DATE: _date,
    PlaceholderKind.TIME: _time,
    PlaceholderKind.DATETIME: _datetime,
    PlaceholderKind.IMAGE: _image,
    PlaceholderKind.LIST: _list,
    PlaceholderKind.OBJECT: _object,
}
