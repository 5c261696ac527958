"""Writes numbers, amounts of money and percentages as a locale does: exact, halves away from zero."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from babel.numbers import (
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_currency_unit_pattern,
    list_currencies,
)

from adapters.rendering.language.formatting.locales import locale_of, refused
from adapters.rendering.language.formatting.number_patterns import (
    NumberPattern,
    check_number_pattern,
    decimals,
    parse_number_pattern,
)
from adapters.rendering.language.operators import Number, text
from adapters.rendering.language.values import MAX_DIGITS, Problem

MONEY_STYLES: Final = ("symbol", "code", "name", "accounting")
# Room for the longest number that data may have, before and behind the point.
_EXACT: Final = Context(prec=10_000, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_QUOTED: Final = re.compile(r"'([^']*)'")
_NO_BREAK_SPACE: Final = "\u00a0"

Format = Callable[[Number], str]


@lru_cache(maxsize=1024)
def number_format(locale: str, pattern: str | int | None) -> Format:
    """Return what writes numbers: with as many decimals, by a pattern, or as exactly as they are given.

    Raises:
        Problem: there is no such locale, or the pattern is broken.
    """
    language = locale_of(locale)
    check_number_pattern(pattern)
    return _writer(language, _chosen(language.decimal_formats[None].pattern, pattern))


@lru_cache(maxsize=256)
def percent_format(locale: str, pattern: str | int | None) -> Format:
    """Return what writes a share as a percentage: 0.19 is 19%.

    Raises:
        Problem: see number_format.
    """
    language = locale_of(locale)
    check_percent_pattern(pattern)
    return _writer(language, _chosen(language.percent_formats[None].pattern, pattern))


@lru_cache(maxsize=1024)
def currency_format(locale: str, code: str, places: int | None, style: str) -> Format:
    """Return what writes amounts of a currency; without `places` they have as many decimals as the currency.

    Raises:
        Problem: there is no such locale, currency or style.
    """
    language, currency = locale_of(locale), currency_of(code)
    check_money_style(style)
    least = get_currency_precision(currency) if places is None else decimals(places)
    if style == "name":
        plain = _writer(language, _chosen(language.decimal_formats[None].pattern, least))
        # By its name: what is remembered here is not to hold a locale's data.
        return lambda value: _named(locale_of(locale), currency, plain, least, value)
    shape = "accounting" if style == "accounting" else "standard"
    money = parse_number_pattern(language.currency_formats[shape].pattern)
    symbol = currency if style == "code" else get_currency_symbol(currency, language)
    return _writer(language, replace(money, least=least, most=least), symbol)


def currency_of(code: Any) -> str:
    """Return a currency's code as ISO 4217 has it.

    Raises:
        Problem: there is no such currency.
    """
    given = text(code, "A currency")
    known = given.strip().upper()
    if known not in list_currencies():
        advice = "Write its code of three letters, such as 'EUR', 'USD' or 'JPY'."
        raise refused(f"There is no currency {given[:40]!r}.", advice, "unknown-currency", code)
    return known


def check_percent_pattern(pattern: Any) -> None:
    """Refuse what is neither a number of decimals nor the pattern of a percentage.

    Raises:
        Problem: with what is wrong.
    """
    check_number_pattern(pattern)
    if isinstance(pattern, str) and not parse_number_pattern(pattern).shift:
        message = f"The pattern {pattern!r} of a percentage has no %."
        raise refused(message, "Write it like '0.0%', or only the number of decimals.", "format-pattern", pattern)


def check_money_style(style: Any) -> None:
    """Refuse a style of amounts that is none.

    Raises:
        Problem: there is no such style.
    """
    if style not in MONEY_STYLES:
        advice = f"The styles are: {', '.join(MONEY_STYLES)}."
        raise refused(f"There is no style {style!r} for amounts.", advice, "wrong-arguments", style)


def _chosen(own: str, pattern: str | int | None) -> NumberPattern:
    """Return the pattern that a template names, or the locale's own with its decimals."""
    if isinstance(pattern, str):
        return parse_number_pattern(pattern)
    parsed = parse_number_pattern(own)
    if pattern is None:
        return replace(parsed, least=0, most=None)
    places = decimals(pattern)
    return replace(parsed, least=places, most=places)


def _named(language: Locale, currency: str, plain: Format, places: int, value: Number) -> str:
    # The plural follows the digits that are printed: "1.00 US dollars".
    count = _rounded(Decimal(value), places)
    around = get_currency_unit_pattern(currency, count=count, locale=language)
    return around.replace("{0}", plain(value)).replace("{1}", get_currency_name(currency, count=count, locale=language))


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def _writer(language: Locale, pattern: NumberPattern, symbol: str = "") -> Format:
    signs = language.number_symbols["latn"]
    point, comma = signs["decimal"], signs["group"]
    before = [_affix(part, signs, symbol, beginning=True) for part in pattern.before]
    behind = [_affix(part, signs, symbol, beginning=False) for part in pattern.behind]
    whole_digits, least, most, shift = pattern.whole, pattern.least, pattern.most, pattern.shift
    last, others = pattern.groups

    def write(value: Number) -> str:
        number = Decimal(value)
        if abs(number.adjusted()) > MAX_DIGITS:
            raise Problem(f"This number has more than {MAX_DIGITS:,} digits and cannot be printed.")
        if shift:
            number = number.scaleb(shift, context=_EXACT)
        if most is not None and -number.as_tuple().exponent > most:  # type: ignore[operator]  # it is finite
            number = _rounded(number, most)
        digits = format(number, "zf").lstrip("-")
        whole, _, fraction = digits.partition(".")
        if most is not None:
            fraction = fraction.rstrip("0") if len(fraction) > least else fraction
        fraction = fraction.ljust(least, "0")
        whole = whole.rjust(whole_digits, "0")
        if last and len(whole) > last:
            whole = _grouped(whole, comma, last, others)
        negative = number < 0
        return f"{before[negative]}{whole}{point if fraction else ''}{fraction}{behind[negative]}"

    return write


def _grouped(whole: str, comma: str, last: int, others: int) -> str:
    parts = [whole[-last:]]
    rest = whole[:-last]
    while rest:
        parts.append(rest[-others:])
        rest = rest[:-others]
    return comma.join(reversed(parts))


def _affix(part: str, signs: dict[str, str], symbol: str, *, beginning: bool) -> str:
    """Put the locale's own signs, and a currency, into the text around the digits."""
    pieces = _QUOTED.split(part)
    for index in range(0, len(pieces), 2):
        plain = pieces[index].replace("-", signs["minusSign"]).replace("+", signs["plusSign"])
        plain = plain.replace("%", signs["percentSign"])
        pieces[index] = re.sub("¤+", symbol.replace("\\", r"\\"), plain) if symbol else plain
    # In quotes: two marks without anything between are one.
    made = "".join(piece or ("'" if index % 2 else "") for index, piece in enumerate(pieces))
    if not symbol:
        return made
    # UTS #35, currencySpacing: a symbol of letters does not touch the digits.
    if beginning and part.endswith("¤") and not _is_sign(symbol[-1]):
        return made + _NO_BREAK_SPACE
    if not beginning and part.startswith("¤") and not _is_sign(symbol[0]):
        return _NO_BREAK_SPACE + made
    return made


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "SZ"
