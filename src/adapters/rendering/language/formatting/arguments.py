"""Arguments of the filters that format, checked when the template is uploaded: those that are constants."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.rendering.language.formatting.counting import check_gender
from adapters.rendering.language.formatting.date_patterns import check_pattern
from adapters.rendering.language.formatting.locales import locale_of, zone_of
from adapters.rendering.language.formatting.number_patterns import check_number_pattern, decimals
from adapters.rendering.language.formatting.numbers import check_money_style, check_percent_pattern, currency_of
from adapters.rendering.language.formatting.words import check_form
from adapters.rendering.language.values import Problem

_ANYWHERE: Final[Mapping[str, Callable[[Any], object]]] = {"locale": locale_of, "timezone": zone_of}
_OF_FILTER: Final[Mapping[str, Mapping[str, Callable[[Any], object]]]] = {
    **{name: {"pattern": check_pattern} for name in ("date", "time", "datetime")},
    "number": {"pattern": check_number_pattern},
    "percent": {"pattern": check_percent_pattern},
    "currency": {"code": currency_of, "digits": decimals, "style": check_money_style},
    "spell": {"form": check_form},
    "ordinal": {"gender": check_gender},
}


def check(name: str, given: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong with the constant arguments of a filter; None where nothing is."""
    checks = {**_ANYWHERE, **_OF_FILTER.get(name, {})}
    for argument, value in given.items():
        if argument not in checks or value is None:
            continue
        try:
            checks[argument](value)
        except Problem as problem:
            return problem
    return None
