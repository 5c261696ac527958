"""Filters of numbers: exact decimals in, exact decimals out."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from adapters.rendering.language.methods import whole
from adapters.rendering.language.operators import EXACT, number
from adapters.rendering.language.values import MAX_DIGITS, Problem, format_decimal, to_text

_METHODS: Final = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
_MAX_PLACES: Final = 100


def round_number(value: Any, precision: Any = 0, method: Any = "common") -> Decimal | int:
    """Round to decimal places, halves away from zero (or method 'ceil', 'floor'); 42.55|round(1) is 42.6."""
    given, places = number(value, "round"), whole(precision, "round")
    if method not in _METHODS:
        raise Problem("round knows the methods 'common', 'ceil' and 'floor'.")
    if abs(places) > _MAX_PLACES:
        raise Problem(f"round takes at most {_MAX_PLACES} places.")
    if type(given) is int and places >= 0:
        return given
    rounded = Decimal(given).quantize(Decimal(1).scaleb(-places), rounding=_METHODS[method], context=EXACT)
    return rounded if places > 0 else int(rounded)


def absolute(value: Any) -> Decimal | int:
    """Drop the sign."""
    checked = number(value, "abs")
    return checked if checked >= 0 else -checked


def to_int(value: Any, default: Any = 0, base: Any = 10) -> int:
    """Turn a number or a text into a whole number, cutting off decimals; the default where that fails."""
    if type(value) is str and base != 10:  # noqa: PLR2004
        try:
            return int(value[:MAX_DIGITS], whole(base, "int"))
        except ValueError:
            return whole(default, "int")
    decimal = _decimal(value)
    return whole(default, "int") if decimal is None or abs(decimal.adjusted()) > MAX_DIGITS else int(decimal)


def to_decimal(value: Any, default: Any = Decimal(0)) -> Any:  # immutable
    """Turn a number or a text into an exact decimal; the default where that fails."""
    decimal = _decimal(value)
    return default if decimal is None else decimal


def _decimal(value: Any) -> Decimal | None:
    if value is True or value is False:
        return Decimal(int(value))
    if type(value) is not str and type(value) is not int and type(value) is not Decimal:
        return None
    try:
        decimal = Decimal(value.strip()[:MAX_DIGITS] if type(value) is str else value)
    except InvalidOperation:
        return None
    return decimal if decimal.is_finite() else None


def filesizeformat(value: Any, binary: Any = False) -> str:  # noqa: FBT002
    """Say a number of bytes in kB, MB …, or in KiB, MiB … if binary."""
    size = Decimal(number(value, "filesizeformat"))
    base = 1024 if binary else 1000
    if size == 1:
        return "1 Byte"
    if size < base:
        return f"{to_text(int(size))} Bytes"
    for prefix in "kMGTPEZY":
        size /= base
        if size < base or prefix == "Y":
            name = f"{prefix.upper()}iB" if binary else f"{prefix}B"
            return f"{format_decimal(size, '.1f')} {name}"
    return ""


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "round": round_number,
    "abs": absolute,
    "int": to_int,
    "float": to_decimal,
    "filesizeformat": filesizeformat,
}
