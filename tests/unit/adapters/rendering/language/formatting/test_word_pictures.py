"""Word's pictures of numbers and dates (ECMA-376 part 1, 17.16.4.1 and 17.16.4.2)."""

from decimal import Decimal

import pytest

from adapters.rendering.language.formatting.word_dates import pattern_of
from adapters.rendering.language.formatting.word_numbers import sections_of, write_number
from adapters.rendering.language.values import Problem
from tests.unit.adapters.rendering.template_text import compiled as compile_text
from tests.unit.adapters.rendering.template_text import complaints, render


def written(picture: str, value: str, decimal: str = ".") -> str:
    return write_number(Decimal(value), sections_of(picture, decimal), ".", ",")


@pytest.mark.parametrize(
    ("picture", "value", "expected"),
    [
        # The examples of the standard, as Word prints them.
        ("00.00", "9", "09.00"),
        ("00.00", "9.006", "09.01"),
        ("$###", "15", "$ 15"),
        ("##.##", "9.006", "9.01"),
        ("####.0000", "123.456", "123.4560"),
        ("0000.####", "123.456", "0123.456"),
        ("#.0000", "123.456", "123.4560"),
        ("0.####", "123.456", "123.456"),
        ("x##", "222492", "492"),
        ("0.00x", "0.125678", "0.126"),
        (".x", "0.75", ".8"),
        ("$###.00", "95.4", "$ 95.40"),
        ("$#,###,###", "2456800", "$2,456,800"),
        ("-##", "-10", "-10"),
        ("-##", "10", " 10"),
        ("+##", "10", "+10"),
        ("+##", "-10", "-10"),
        ("##%", "33", "33%"),
        ("$##0.00 'is the sales tax'", "3.89", "$  3.89 is the sales tax"),
        # Places before the first text of the picture need no space.
        ("#,##0.00", "5", "5.00"),
        ("#,##0.00", "1234567.895", "1,234,567.90"),
        ("#,##0.00 €", "-1234.5", "-1,234.50 €"),
        ("$,0.00", "1234.5", "$1,234.50"),
        ("$#,##0.00", "-5", "$   -5.00"),
        ("$#,##0.00;($#,##0.00);'none'", "1234", "$1,234.00"),
        ("$,0.00;($,0.00);'none'", "-5", "($5.00)"),
        ("$,0.00;($,0.00);'none'", "0", "none"),
        ("$,0.00;($,0.00)", "0", "$0.00"),
        ("0;0;'nearly none'", "0.4", "nearly none"),
        ("0.00", "-0.001", "0.00"),
        ("0.0", "0.25", "0.3"),
        ("0000000", "42", "0000042"),
        ("000'-'0000", "5551234", "555-1234"),
        # Nothing of an amount is lost for want of a place.
        (".00", "95.4", "95.40"),
        ("0", "123", "123"),
        ("0.00 kr.", "5", "5.00 kr."),
        ("#,##0.-", "5", "5.-"),
        ("0,0", "1234567", "1,234,567"),
    ],
)
def test_pictures_of_numbers(picture: str, value: str, expected: str) -> None:
    assert written(picture, value) == expected


def test_the_point_of_a_picture_may_be_a_comma() -> None:
    assert write_number(Decimal("1234.5"), sections_of("#.##0,00 €", ","), ",", ".") == "1.234,50 €"


@pytest.mark.parametrize(
    ("picture", "pattern"),
    [
        ("d MMMM yyyy", "d MMMM yyyy"),
        ("dddd, d. MMM yy", "EEEE, d. MMM yy"),
        ("ddd dd/MM", "EEE dd/MM"),
        ("DD.MM.YYYY", "dd.MM.yyyy"),
        ("y yyy ddddd MMMMM", "yy yyyy EEEE MMMM"),
        ("h:mm:ss AM/PM", "h:mm:ss a"),
        ("HH:mm 'Uhr'", "HH:mm 'Uhr'"),
        ("d MMMM of yyyy", "d MMMM 'of' yyyy"),
        ("''d", "d"),
    ],
)
def test_pictures_of_dates(picture: str, pattern: str) -> None:
    assert pattern_of(picture) == pattern


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("", "no place for a digit"),
        ("abc", "no place for a digit"),
        ("0;0;0;0", "more than three parts"),
        ("0 'abc", "not closed"),
        ("0 `item`", "numbered item"),
        ("0" * 201, "longer than"),
    ],
)
def test_broken_pictures_of_numbers(picture: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        sections_of(picture, ".")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("", "no letter"),
        ("'d'", "no letter"),
        ("d 'of", "not closed"),
        ("d `item`", "numbered item"),
        ("dd/mm/yyyy", "the month is M"),
        ("TT.MM.JJJJ", "German letters"),
        ("d" * 201, "longer than"),
    ],
)
def test_broken_pictures_of_dates(picture: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        pattern_of(picture)


@pytest.mark.parametrize(
    ("expression", "value", "locale", "printed"),
    [
        ("x | word_number('#,##0.00')", 1234.5, "de", "1.234,50"),
        ("x | word_number('#,##0.00')", 1234.5, "en", "1,234.50"),
        ("x | word_number('#.##0,00', decimal=',')", 1234.5, "de", "1.234,50"),
        ("x | word_number('0.00')", "12.5", "en", "12.50"),
        ("x | word_number('0.00')", "", "en", ""),
        ("x | word_number('0.00')", None, "en", ""),
        ("x | word_date('d MMMM yyyy')", "2026-03-31", "de", "31 März 2026"),
        ("x | word_date('dddd')", "2026-03-31", "fr", "mardi"),
        ("x | word_date('h:mm am/pm')", "15:04", "en", "3:04 PM"),
        ("x | word_date('d')", "", "en", ""),
        ("x | word_date('d')", None, "en", ""),
    ],
)
def test_filters(expression: str, value: object, locale: str, printed: str) -> None:
    assert render(f"{{{{ {expression} }}}}", {"x": value}, locale=locale) == printed


@pytest.mark.parametrize(
    "expression",
    ["x | word_number('a')", "x | word_number('0', decimal=';')", "x | word_date('a')"],
)
def test_broken_constants_are_found_at_upload(expression: str) -> None:
    assert [found.code for found in compile_text(f"{{{{ {expression} }}}}").diagnostics] == ["format-pattern"]


def test_pictures_tell_the_kind_of_a_value() -> None:
    found = compile_text("{{ a | word_number('0') }}{{ b | word_date('d.M.') }}{{ c | word_date('d H') }}")
    assert [each.kind for each in found.placeholders] == ["number", "date", "datetime"]


@pytest.mark.parametrize("expression", ["x | word_number('0')", "x | word_date('d')"])
def test_what_is_no_number_and_no_date_is_an_error_with_its_place(expression: str) -> None:
    assert [found.pointer for found in complaints(f"{{{{ {expression} }}}}", {"x": "soon"})] == ["/x"]
