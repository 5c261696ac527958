"""Numbers, money and percentages. What is expected is what CLDR 47 prescribes for each locale."""

from decimal import Context, Decimal
from typing import Any

import pytest
from babel import Locale
from babel.numbers import format_currency, format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.language.formatting.numbers import currency_format, number_format, percent_format
from tests.unit.adapters.rendering.template_text import placeholders, render

LOCALES = ("en", "de", "fr", "es", "pt-BR", "it", "pl", "zh", "ja", "ar", "hi", "de-CH", "sv")
# No-break spaces, narrow and wide; marks of direction; the sign that groups digits in Switzerland.
N, W, RLM, LRM, Q = "\u202f", "\u00a0", "\u200f", "\u200e", "\u2019"


def say(expression: str, data: str = "{}", locale: str = "en-US") -> str:
    return render(f"{{{{ {expression} }}}}", data, locale=locale)


@pytest.mark.parametrize(
    ("locale", "number", "money", "minus", "share"),
    [
        ("en-US", "1,234,567.891", "€1,234.50", "-€1,234.50", "19%"),
        ("de-DE", "1.234.567,891", f"1.234,50{W}€", f"-1.234,50{W}€", f"19{W}%"),
        ("de-CH", f"1{Q}234{Q}567.891", f"EUR{W}1{Q}234.50", f"EUR-1{Q}234.50", "19%"),
        ("fr-FR", f"1{N}234{N}567,891", f"1{N}234,50{W}€", f"-1{N}234,50{W}€", f"19{W}%"),
        ("es-ES", "1.234.567,891", f"1.234,50{W}€", f"-1.234,50{W}€", f"19{W}%"),
        ("pt-BR", "1.234.567,891", f"€{W}1.234,50", f"-€{W}1.234,50", "19%"),
        ("it-IT", "1.234.567,891", f"1.234,50{W}€", f"-1.234,50{W}€", "19%"),
        ("pl-PL", f"1{W}234{W}567,891", f"1{W}234,50{W}€", f"-1{W}234,50{W}€", "19%"),
        ("zh-CN", "1,234,567.891", "€1,234.50", "-€1,234.50", "19%"),
        ("ja-JP", "1,234,567.891", "€1,234.50", "-€1,234.50", "19%"),
        ("ar", "1,234,567.891", f"{RLM}1,234.50{W}€", f"{RLM}{LRM}-1,234.50{W}€", f"19{LRM}%{LRM}"),
        ("hi", "12,34,567.891", "€1,234.50", "-€1,234.50", "19%"),
    ],
)
def test_locales(locale: str, number: str, money: str, minus: str, share: str) -> None:
    data = '{"n": 1234567.891, "m": 1234.5, "p": 0.19}'
    assert say("n | number", data, locale) == number
    assert say("m | currency('EUR')", data, locale) == money
    assert say("-m | currency('EUR')", data, locale) == minus
    assert say("p | percent", data, locale) == share


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("1234.5 | number(2)", "1,234.50"),
        ("1234.5 | number(0)", "1,235"),
        ("1.10 | number", "1.10"),
        ("(0.1 + 0.2) | number", "0.3"),
        ("1234567890123456789.123456789 | number", "1,234,567,890,123,456,789.123456789"),
        ("-0.001 | number(2)", "0.00"),
        ("12 | number('000')", "012"),
        ("1234.5 | number('#,##0.00')", "1,234.50"),
        ("1234.5 | number('0.00')", "1234.50"),
        ("1234.5 | number('#,##0.##')", "1,234.5"),
        ("1234 | number('#,##0.##')", "1,234"),
        ("1234.5678 | number('#,##0.0##')", "1,234.568"),
        ("-5 | number('0;(0)')", "(5)"),
        ("5 | number(\"0 'kg'\")", "5 kg"),
        ("5 | number('0 kg')", "5 kg"),
        ("5 | number(\"'#'0\")", "#5"),
        ("1234567 | number('#,##,##0')", "12,34,567"),
        ("1234.5 | number(2, locale='de')", "1.234,50"),
        ("0.256 | percent", "25.6%"),
        ("0.256 | percent(0)", "26%"),
        ("0.256 | percent('0.00%')", "25.60%"),
        ("0.075 | percent", "7.5%"),
        ("0.005 | number('0.0‰')", "5.0‰"),
        ("1234.5 | currency('eur')", "€1,234.50"),
        ("1234.5 | currency('JPY')", "¥1,235"),
        ("1234.5 | currency('KWD')", f"KWD{W}1,234.500"),
        ("1234.5 | currency('CHF')", f"CHF{W}1,234.50"),
        ("1234.5 | currency('EUR', 0)", "€1,235"),
        ("1234.5 | currency('EUR', digits=3)", "€1,234.500"),
        ("1234.5 | currency('EUR', style='code')", f"EUR{W}1,234.50"),
        ("1234.5 | currency('USD', style='name')", "1,234.50 US dollars"),
        ("-1234.5 | currency('USD', style='accounting')", "($1,234.50)"),
        ("1234.5 | currency('EUR', locale='de')", f"1.234,50{W}€"),
        ("none | number ~ none | percent ~ none | currency('EUR') ~ '|'", "|"),
        ("[1.5, 2] | map('currency', 'EUR') | join(' ')", "€1.50 €2.00"),
    ],
)
def test_arguments(expression: str, printed: str) -> None:
    assert say(expression) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [("0.5", "1"), ("1.5", "2"), ("2.5", "3"), ("-2.5", "-3"), ("2.4999999999999999999999", "2"), ("0.45", "0")],
)
def test_halves_are_rounded_away_from_zero(value: str, printed: str) -> None:
    assert say("n | number(0)", f'{{"n": {value}}}') == printed


def test_money_never_passes_through_a_binary_float() -> None:
    # As floats these are 1.00499999999999989… and 9007199254740992.
    assert say("a | currency('USD')", '{"a": 1.005}') == "$1.01"
    assert say("a | currency('USD')", '{"a": 9007199254740993.25}') == "$9,007,199,254,740,993.25"
    assert say("a | percent", '{"a": 0.145}') == "14.5%"


def test_the_code_of_a_currency_may_come_from_the_data() -> None:
    data = '{"invoice": {"total": 10, "currency": "GBP"}}'
    assert say("invoice.total | currency(invoice.currency)", data) == "£10.00"


def test_a_text_that_spells_a_number_is_taken_for_one() -> None:
    assert say("n | number(1)", '{"n": "12.50"}') == "12.5"


def test_kinds() -> None:
    template = "{{ a | number }}{{ b | percent }}{{ c | currency(d) }}{{ e | number(f) }}"
    assert placeholders(template) == ["a:number!", "b:number!", "c:number!", "d:text!", "e:number!", "f:number!"]


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=12)


@settings(max_examples=300, deadline=None)
@given(DECIMALS, st.sampled_from(LOCALES))
def test_every_digit_of_a_number_is_printed(value: Decimal, locale: str) -> None:
    assert read(number_format(locale, None)(value), locale) == value


@settings(max_examples=300, deadline=None)
@given(DECIMALS, st.sampled_from(LOCALES))
def test_every_digit_of_a_percentage_is_printed(value: Decimal, locale: str) -> None:
    printed = percent_format(locale, None)(value)
    signs = Locale.parse(locale, sep="-").number_symbols["latn"]
    assert read(printed.replace(signs["percentSign"], ""), locale) == value.scaleb(2, Context(prec=100))


def read(printed: str, locale: str) -> Decimal:
    """Read a number back with the signs of its locale."""
    signs = Locale.parse(locale, sep="-").number_symbols["latn"]
    plain = printed.replace(signs["group"], "").replace(signs["decimal"], ".").replace(signs["minusSign"], "-")
    return Decimal(plain.strip())


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=2),
    st.sampled_from(LOCALES),
    st.sampled_from(["EUR", "USD", "GBP"]),
)
def test_amounts_are_those_of_babel(value: Decimal, locale: str, code: str) -> None:
    language: Any = Locale.parse(locale, sep="-")
    pattern = "#,##,##0.00" if locale == "hi" else "#,##0.00"
    assert number_format(locale, pattern)(value) == format_decimal(value, pattern, locale=language)
    assert currency_format(locale, code, None, "symbol")(value) == format_currency(value, code, locale=language)
