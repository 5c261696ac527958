"""The tests of the language: what may stand behind `is`; generated code holds 'defined', 'undefined' and 'none'."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language import operators
from adapters.rendering.language.cost import size_cost
from adapters.rendering.language.values import MAX_DIGITS, Problem


def _whole(value: Any) -> int:
    number = operators.number(value, "This test")
    if isinstance(number, int):
        return number
    if number.adjusted() > MAX_DIGITS or number != number.to_integral_value():
        raise Problem("This test needs a whole number.")
    return int(number)


def _iterable(_: operators.Meter, value: Any) -> bool:
    return isinstance(value, (str, list, tuple, dict, range))


def _cased(method: Callable[[str], bool]) -> Callable[[operators.Meter, Any], bool]:
    def test(meter: operators.Meter, value: Any) -> bool:
        checked = operators.text(value, "This test")
        meter.charge(size_cost(checked))
        return method(checked)

    return test


# All take the session first.
TESTS: Final[dict[str, Callable[..., bool]]] = {
    "boolean": lambda _, value: isinstance(value, bool),
    "true": lambda _, value: value is True,
    "false": lambda _, value: value is False,
    "number": lambda _, value: operators.is_number(value),
    "integer": lambda _, value: type(value) is int,
    "float": lambda _, value: type(value) is Decimal,
    "string": lambda _, value: isinstance(value, str),
    "mapping": lambda _, value: isinstance(value, dict),
    "iterable": _iterable,
    "sequence": _iterable,
    "odd": lambda _, value: _whole(value) % 2 == 1,
    "even": lambda _, value: _whole(value) % 2 == 0,
    "divisibleby": lambda _, value, divisor: operators.modulo(value, divisor) == 0,
    "lower": _cased(str.islower),
    "upper": _cased(str.isupper),
    "in": operators.contains,
    "eq": operators.equal,
    "equalto": operators.equal,
    "sameas": operators.equal,
    "ne": operators.not_equal,
    "lt": operators.less,
    "lessthan": operators.less,
    "le": operators.less_or_equal,
    "gt": operators.greater,
    "greaterthan": operators.greater,
    "ge": operators.greater_or_equal,
}

# Those that the generated code holds itself, and the signs that Jinja knows as tests.
TEST_NAMES: Final = frozenset({*TESTS, "defined", "undefined", "none", "==", "!=", "<", "<=", ">", ">="})
