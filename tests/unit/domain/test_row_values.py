"""What stands in a cell, as a value of the kind that is needed."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from domain.placeholder import PlaceholderKind as Kind
from domain.row_values import Cell, CellError, Conventions, UnfitCellError, value_of

ENGLISH = Conventions(months={"january": 1, "jan": 1, "march": 3})
GERMAN = Conventions(
    "de",
    decimal=",",
    groups=".",
    date_order="dmy",
    months={"märz": 3, "januar": 1},
    true_words=frozenset({"ja", "true"}),
    false_words=frozenset({"nein", "false"}),
)
SWISS = Conventions("de-CH", decimal=".", groups="\u2019'", date_order="dmy")
SWEDISH = Conventions("sv", decimal=",", groups="\u00a0", date_order="ymd")


@pytest.mark.parametrize(
    ("text", "conventions", "number"),
    [
        ("12", ENGLISH, 12),
        ("-12", ENGLISH, -12),
        ("007", ENGLISH, 7),
        ("1,234.50", ENGLISH, Decimal("1234.50")),
        ("1,234,567", ENGLISH, 1234567),
        ("1.234,50", GERMAN, Decimal("1234.50")),
        ("1.234", GERMAN, 1234),
        ("1.234", ENGLISH, Decimal("1.234")),
        # Nothing else than a program's number, in this locale too.
        ("1.5", GERMAN, Decimal("1.5")),
        ("1\u2019234.5", SWISS, Decimal("1234.5")),
        ("1 234,5", SWEDISH, Decimal("1234.5")),
        ("1\u202f234,5", SWEDISH, Decimal("1234.5")),
        ("€ 12,50", GERMAN, Decimal("12.50")),
        ("12,50 EUR", GERMAN, Decimal("12.50")),
        ("$1,000", ENGLISH, 1000),
        ("19 %", ENGLISH, Decimal("0.19")),
        ("1.5e3", ENGLISH, Decimal(1500)),
        ("−5", ENGLISH, -5),  # noqa: RUF001  # the minus that word processors write
        (12, ENGLISH, 12),
        (Decimal("1.50"), GERMAN, Decimal("1.50")),
    ],
)
def test_numbers_as_people_write_them(text: Cell, conventions: Conventions, number: Any) -> None:
    value = value_of(text, Kind.NUMBER, conventions)
    assert (value, type(value)) == (number, type(number))


@pytest.mark.parametrize(
    ("text", "conventions"),
    [
        ("1,5", ENGLISH),
        ("1.23,5", GERMAN),
        ("12,34,567", ENGLISH),
        ("abc", ENGLISH),
        ("ART 12", ENGLISH),
        ("NaN", ENGLISH),
        ("1e9999", ENGLISH),
        ("1" * 101, ENGLISH),
        ("1_000", ENGLISH),
        ("٣", ENGLISH),
        (True, ENGLISH),
    ],
)
def test_what_could_be_another_number_is_none(text: Cell, conventions: Conventions) -> None:
    with pytest.raises(UnfitCellError, match="is no number in"):
        value_of(text, Kind.NUMBER, conventions)


@pytest.mark.parametrize(
    ("cell", "conventions", "day"),
    [
        ("2026-01-31", ENGLISH, "2026-01-31"),
        ("1/31/2026", ENGLISH, "2026-01-31"),
        ("31.01.2026", GERMAN, "2026-01-31"),
        ("31/1/2026", GERMAN, "2026-01-31"),
        ("2026/01/31", SWEDISH, "2026-01-31"),
        ("3. März 2026", GERMAN, "2026-03-03"),
        ("March 3, 2026", ENGLISH, "2026-03-03"),
        (date(2026, 1, 31), GERMAN, "2026-01-31"),
        (datetime(2026, 1, 31, 9, 30), GERMAN, "2026-01-31"),  # noqa: DTZ001  # as a workbook has it
    ],
)
def test_dates_in_the_order_of_the_locale(cell: Cell, conventions: Conventions, day: str) -> None:
    assert value_of(cell, Kind.DATE, conventions) == day


@pytest.mark.parametrize(
    ("text", "conventions", "message"),
    [
        ("31/01/2026", ENGLISH, "no day of the calendar, where en writes 01/31/2026"),
        ("30.02.2026", GERMAN, "no day of the calendar"),
        ("31.01.26", GERMAN, "no year of four digits"),
        ("soon", ENGLISH, "is no date"),
        ("2026-13-01", ENGLISH, "no day of the calendar"),
        ("5 5 March 2026", ENGLISH, "is no date"),
    ],
)
def test_no_date_is_guessed(text: str, conventions: Conventions, message: str) -> None:
    with pytest.raises(UnfitCellError, match=message):
        value_of(text, Kind.DATE, conventions)


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("9:30", Kind.TIME, "09:30:00"),
        ("9:30 PM", Kind.TIME, "21:30:00"),
        ("12:05 a.m.", Kind.TIME, "00:05:00"),
        (time(9, 30), Kind.TIME, "09:30:00"),
        ("2026-01-31T09:30:00Z", Kind.DATETIME, "2026-01-31T09:30:00Z"),
        ("1/31/2026 9:30", Kind.DATETIME, "2026-01-31T09:30:00"),
        ("1/31/2026", Kind.DATETIME, "2026-01-31T00:00:00"),
        ("7", Kind.INTEGER, 7),
        (17, Kind.TEXT, "17"),
        (Decimal("1E+3"), Kind.TEXT, "1000"),
        (True, Kind.TEXT, "true"),
        (date(2026, 1, 31), Kind.TEXT, "2026-01-31"),
        (17, Kind.ANY, 17),
        ("17", Kind.ANY, "17"),
        (" Ada ", Kind.TEXT, " Ada "),
        ("asset:logo.png", Kind.IMAGE, {"$image": "asset:logo.png"}),
        ('["a", 1.50]', Kind.LIST, ["a", Decimal("1.50")]),
        ('{"a": 1}', Kind.OBJECT, {"a": 1}),
        ("yes", Kind.BOOLEAN, True),
        ("X", Kind.BOOLEAN, True),
        ("No", Kind.BOOLEAN, False),
        (0, Kind.BOOLEAN, False),
    ],
)
def test_values_of_other_kinds(cell: Cell, kind: Kind, value: Any) -> None:
    assert value_of(cell, kind, ENGLISH) == value


@pytest.mark.parametrize(
    ("cell", "kind", "message"),
    [
        ("25:00", Kind.TIME, "is no time"),
        ("7.5", Kind.INTEGER, "is no whole number"),
        ("perhaps", Kind.BOOLEAN, "is neither yes nor no"),
        ("[1, NaN]", Kind.LIST, "is not a list in JSON"),
        ('{"a": 1, "a": 2}', Kind.OBJECT, "is not an object in JSON"),
        ("[" * 100_000, Kind.LIST, "is not a list in JSON"),
        ("a, b", Kind.LIST, "is not a list in JSON"),
        (CellError("#N/A"), Kind.TEXT, "holds the error #N/A"),
    ],
)
def test_what_does_not_fit_says_what_to_write(cell: Cell, kind: Kind, message: str) -> None:
    with pytest.raises(UnfitCellError, match=message) as raised:
        value_of(cell, kind, ENGLISH)
    assert raised.value.suggestion.endswith((".", "or put a value in."))


def test_yes_in_the_language_of_the_rows() -> None:
    assert value_of("Ja", Kind.BOOLEAN, GERMAN) is True
    with pytest.raises(UnfitCellError):
        value_of("ja", Kind.BOOLEAN, ENGLISH)
