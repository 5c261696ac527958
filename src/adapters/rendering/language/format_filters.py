"""Filters that write dates, numbers and words as a locale does.

Locale and time zone are the filter's own argument, else those of the render. Null prints nothing, as everywhere. What
does the work (`formatting/`) is imported by the first template that asks for it.
"""

# ruff: noqa: PLC0415  # see above

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from adapters.rendering.language.operators import number
from adapters.rendering.language.values import Problem, counted, kind_of

if TYPE_CHECKING:
    from adapters.rendering.language.session import RenderSession

# Steps of fuel for one value.
COST: Final = 20
_COST_OF_WORDS: Final = 300
# Of one more locale, whose data is read when it is used for the first time; a document needs no more than a handful.
COST_OF_A_LOCALE: Final = 30_000
FREE_LOCALES: Final = 5


def date(session: "RenderSession", value: Any, pattern: Any = None, locale: Any = None, timezone: Any = None) -> str:
    """Write a date; without a style or pattern in the medium style."""
    return _moment(session, "date", value, pattern, locale, timezone)


def time(session: "RenderSession", value: Any, pattern: Any = None, locale: Any = None, timezone: Any = None) -> str:
    """Write a time; without a style or pattern in the short style."""
    return _moment(session, "time", value, pattern, locale, timezone)


def datetime(
    session: "RenderSession", value: Any, pattern: Any = None, locale: Any = None, timezone: Any = None
) -> str:
    """Write a date with its time; without a style or pattern the date in the medium, the time in the short style."""
    return _moment(session, "datetime", value, pattern, locale, timezone)


def _moment(session: "RenderSession", what: str, value: Any, pattern: Any, locale: Any, timezone: Any) -> str:
    from adapters.rendering.language.formatting.dates import format_moment

    zone = session.options.timezone if timezone is None else timezone
    return about(session, value, COST, lambda: format_moment(what, value, pattern, _locale(session, locale), zone))


def format_number(session: "RenderSession", value: Any, pattern: Any = None, locale: Any = None) -> str:
    """Write a number with its own decimals, with so many, or by a pattern."""
    from adapters.rendering.language.formatting.numbers import number_format

    return about(
        session,
        value,
        COST,
        lambda: number_format(_locale(session, locale), _digits(pattern))(number(value, "number")),
    )


def percent(session: "RenderSession", value: Any, pattern: Any = None, locale: Any = None) -> str:
    """Write a share as a percentage, 0.19 as 19%: with its own decimals, with so many, or by a pattern."""
    from adapters.rendering.language.formatting.numbers import percent_format

    return about(
        session,
        value,
        COST,
        lambda: percent_format(_locale(session, locale), _digits(pattern))(number(value, "percent")),
    )


def currency(
    session: "RenderSession", value: Any, code: Any, digits: Any = None, style: Any = "symbol", locale: Any = None
) -> str:
    """Write an amount of money."""
    from adapters.rendering.language.formatting.numbers import currency_format

    return about(
        session,
        value,
        COST,
        lambda: currency_format(_locale(session, locale), _text(code), _digits(digits), _text(style))(
            number(value, "currency")
        ),
    )


def spell(session: "RenderSession", value: Any, form: Any = None, locale: Any = None) -> str:
    """Write a number in words."""
    from adapters.rendering.language.formatting.words import spell as in_words

    return about(
        session, value, _COST_OF_WORDS, lambda: in_words(number(value, "spell"), _locale(session, locale), form)
    )


def ordinal(session: "RenderSession", value: Any, gender: Any = "masculine", locale: Any = None) -> str:
    """Write an ordinal number: 1st, 1., 1er."""
    from adapters.rendering.language.formatting.counting import ordinal as in_order

    return about(session, value, COST, lambda: in_order(number(value, "ordinal"), _locale(session, locale), gender))


def plural(  # as many as a language may have
    session: "RenderSession",
    value: Any,
    *forms: Any,
    zero: Any = None,
    one: Any = None,
    two: Any = None,
    few: Any = None,
    many: Any = None,
    other: Any = None,
    locale: Any = None,
) -> str:
    """Choose the form of a word that goes with a number."""
    from adapters.rendering.language.formatting.counting import plural as chosen

    session.charge(COST)
    named = {"zero": zero, "one": one, "two": two, "few": few, "many": many, "other": other}
    given = {category: form for category, form in named.items() if form is not None}
    return chosen(number(value, "plural"), _locale(session, locale), forms, given)


def about(session: "RenderSession", value: Any, cost: int, write: Callable[[], str]) -> str:
    """Pay for a value and write it; nothing for null. What is wrong with it is told with its place in the data."""
    session.charge(cost)
    if value is None:
        return ""
    try:
        return write()
    except Problem as problem:
        if problem.value is None:
            problem.value = value
        raise


def _locale(session: "RenderSession", locale: Any) -> str:
    if locale is None:
        return session.options.locale
    tag: str = _text(locale)
    if tag not in session.locales:
        session.charge(COST_OF_A_LOCALE if len(session.locales) >= FREE_LOCALES else 0)
        session.locales.add(tag)
    return tag


def _text(value: Any) -> Any:
    """Let nothing but texts, which can be remembered, into the caches below; what it has to be is said there."""
    return value if isinstance(value, str) else kind_of(value)


def _digits(value: Any) -> str | int | None:
    if value is None or isinstance(value, str):
        return value
    whole = counted(value)
    if whole is None:
        raise Problem(f"A number of decimals, or a pattern, is needed here, and not {kind_of(value)}.")
    return whole


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "date": date,
    "time": time,
    "datetime": datetime,
    "number": format_number,
    "percent": percent,
    "currency": currency,
    "spell": spell,
    "ordinal": ordinal,
    "plural": plural,
}


def check_arguments(name: str, given: dict[str, Any]) -> Problem | None:
    """Return what is wrong with the arguments of a filter that are constants of the template; None where nothing is."""
    from adapters.rendering.language.formatting.arguments import check

    return check(name, given)
