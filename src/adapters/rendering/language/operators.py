"""Arithmetic and comparison over plain values: exact decimals, sizes checked before anything is built."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final, Protocol, TypeAlias, TypeGuard

from adapters.rendering.language.cost import LONG_TEXT, size_cost
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.language.values import MAX_DIGITS, LimitError, Missing, MissingError, Problem, kind_of, to_text

_TRAPS: Final = [InvalidOperation, DivisionByZero, Overflow]
EXACT: Final = Context(prec=2 * MAX_DIGITS, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, rounding=ROUND_HALF_EVEN, traps=_TRAPS)
# Quotients and roots have no exact decimal: they get the digits of a spreadsheet.
QUOTIENT: Final = Context(prec=15, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, rounding=ROUND_HALF_EVEN, traps=_TRAPS)
MAX_BITS: Final = 3_322  # of a whole number with MAX_DIGITS digits
_STEPS_PER_LIST: Final = 8  # to begin to compare two
_ITEMS_PER_STEP: Final = 6  # in a search for a short value
_SMALL_POWER: Final = 100
# Texts that print the same as the number that they spell.
NUMERAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?")

Number: TypeAlias = int | Decimal


def is_number(value: Any) -> TypeGuard[Number]:
    """Tell whether a value is a number; true and false are none."""
    return type(value) is int or type(value) is Decimal


def number(value: Any, what: str = "This calculation") -> Number:
    """Return the value if it is a number, else say what it is."""
    if type(value) is int or type(value) is Decimal:
        return value
    if type(value) is Missing:
        raise MissingError([value])
    advice = "Turn it into a number with | float, or give a number in the data." if type(value) is str else None
    raise Problem(f"{what} needs a number, and got {_quoted(value)}.", advice)


def text(value: Any, what: str) -> str:
    """Return the value if it is a text, else say what it is."""
    if type(value) is str:
        return value
    if type(value) is Missing:
        raise MissingError([value])
    advice = "Turn it into text with | string." if is_number(value) else None
    raise Problem(f"{what} needs a text, and got {_quoted(value)}.", advice)


def check_text(length: int) -> None:
    """Refuse a text that would be too long, before it is made."""
    if length > DEFAULT_LIMITS.text_characters:
        raise LimitError(
            f"This would make a text of {length:,} characters; the limit is {DEFAULT_LIMITS.text_characters:,}."
        )


def check_list(length: int) -> None:
    """Refuse a list that would be too long, before it is made."""
    if length > DEFAULT_LIMITS.list_items:
        raise LimitError(f"This would make a list of {length:,} items; the limit is {DEFAULT_LIMITS.list_items:,}.")


def _quoted(value: Any) -> str:
    kind = kind_of(value)
    return f"{kind} ('{value[:40]}')" if type(value) is str else kind


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _checked(result: Number) -> Number:
    if type(result) is int and result.bit_length() > MAX_BITS:
        raise LimitError(f"This would make a number of more than {MAX_DIGITS:,} digits.")
    return result


def _mismatch(sign: str, left: Any, right: Any) -> Problem:
    advice = (
        "Use ~ to put texts and numbers together, or | float to turn a text into a number."
        if str in {type(left), type(right)}
        else None
    )
    return Problem(_sentence(f"{_quoted(left)} and {_quoted(right)} cannot be put together with {sign}."), advice)


class Meter(Protocol):
    """Who pays for work: the session of the render."""

    def charge(self, steps: int, size: int = 0) -> None:
        """Pay, or raise LimitError."""


def add(left: Any, right: Any) -> Any:
    """Add numbers; put texts, or lists, together."""
    if type(left) is int and type(right) is int:
        return _checked(left + right)
    if is_number(left) and is_number(right):
        return EXACT.add(left, right)
    if type(left) is str and type(right) is str:
        check_text(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        check_list(len(left) + len(right))
        return left + right
    raise _mismatch("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Subtract exactly."""
    a, b = number(left, "A subtraction"), number(right, "A subtraction")
    return a - b if type(a) is int and type(b) is int else EXACT.subtract(a, b)


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers exactly; repeat a text or a list."""
    if type(left) is int and type(right) is int:
        if left.bit_length() + right.bit_length() > MAX_BITS:
            raise LimitError(f"This would make a number of more than {MAX_DIGITS:,} digits.")
        return left * right
    if is_number(left) and is_number(right):
        return EXACT.multiply(left, right)
    if type(left) is int:
        left, right = right, left
    if type(right) is int and type(left) is str:
        check_text(len(left) * right)
        return left * right
    if type(right) is int and isinstance(left, list):
        check_list(len(left) * right)
        return left * right
    raise _mismatch("*", left, right)


def times(left: Any, right: Any) -> Any:
    """Multiply where a side comes from the data: a text that spells a number is none to be repeated."""
    for side in (left, right):
        if type(side) is str and NUMERAL.fullmatch(side):
            raise _mismatch("*", left, right)
    return multiply(left, right)


def divide(left: Any, right: Any) -> Any:
    """Divide to 15 significant digits."""
    return QUOTIENT.divide(number(left, "A division"), _divisor(right))


def _divisor(value: Any) -> Number:
    if number(value, "A division") == 0:
        raise Problem(
            "This divides by zero.", "Test the divisor first: {% if total %}…{% endif %}.", "division-by-zero"
        )
    return value  # type: ignore[no-any-return]  # number() has just looked at it


def floor_divide(left: Any, right: Any) -> Any:
    """Divide and round down."""
    a, b = number(left, "A division"), _divisor(right)
    if type(a) is int and type(b) is int:
        return a // b
    quotient = EXACT.divide_int(a, b)
    remainder = EXACT.remainder(a, b)
    return EXACT.subtract(quotient, 1) if remainder and (remainder < 0) != (b < 0) else quotient


def modulo(left: Any, right: Any) -> Any:
    """Return the remainder of floor_divide, which has the divisor's sign."""
    if type(left) is str:
        raise Problem("% does not format texts here.", "Write {{ '%.2f' | format(amount) }}.")
    a, b = number(left, "A division"), _divisor(right)
    if type(a) is int and type(b) is int:
        return a % b
    remainder = EXACT.remainder(a, b)
    return EXACT.add(remainder, b) if remainder and (remainder < 0) != (b < 0) else remainder


def power(left: Any, right: Any) -> Any:
    """Raise to a power: exactly for small whole exponents, else to 15 digits."""
    a, b = number(left, "A power"), number(right, "A power")
    if not a and b < 0:
        raise Problem("This divides by zero: a power of 0 with a negative exponent.", code="division-by-zero")
    if type(b) is int and b >= 0:
        if type(a) is int:
            if a.bit_length() * b > MAX_BITS and a not in {0, 1, -1}:
                raise LimitError(f"This would make a number of more than {MAX_DIGITS:,} digits.")
            return a**b if a not in {0, 1, -1} else a ** (b % 2 + 2 if b else 0)
        if b <= _SMALL_POWER:
            return EXACT.power(a, b)
    return QUOTIENT.normalize(QUOTIENT.power(a, b))


def negative(value: Any) -> Any:
    """Change the sign."""
    checked = number(value, "A minus sign")
    return -checked if type(checked) is int else EXACT.minus(checked)


def positive(value: Any) -> Any:
    """Return the number."""
    return number(value, "A plus sign")


def concat(*values: Any) -> str:
    """Put values together as text."""
    parts = [to_text(value) for value in values]
    check_text(sum(map(len, parts)))
    return "".join(parts)


def _order(sign: str, compare: Callable[[Any, Any], bool]) -> Callable[[Meter, Any, Any], bool]:
    def operator(meter: Meter, left: Any, right: Any) -> bool:
        if is_number(left) and is_number(right):
            return compare(left, right)
        if type(left) is str and type(right) is str:
            _pay_for_texts(meter, left, right)
            return compare(left, right)
        advice = "Turn the text into a number with | float." if str in {type(left), type(right)} else None
        raise Problem(_sentence(f"{_quoted(left)} and {_quoted(right)} cannot be compared with {sign}."), advice)

    return operator


less = _order("<", lambda a, b: a < b)
less_or_equal = _order("<=", lambda a, b: a <= b)
greater = _order(">", lambda a, b: a > b)
greater_or_equal = _order(">=", lambda a, b: a >= b)

_SCALARS: Final = frozenset({str, int, Decimal, bool, type(None)})
_PLAIN: Final = _SCALARS | {list, tuple, dict}


def _pay_for_texts(meter: Meter, left: str, right: str) -> None:
    if len(left) > LONG_TEXT and len(right) > LONG_TEXT:
        meter.charge(min(size_cost(left), size_cost(right)))


def equal(meter: Meter, left: Any, right: Any) -> bool:
    """Compare two values, however deep; each pair of values in them is paid for."""
    if type(left) is str and type(right) is str:
        _pay_for_texts(meter, left, right)
        return left == right
    if type(left) in _SCALARS and type(right) in _SCALARS:
        return bool(left == right)
    meter.charge(_STEPS_PER_LIST)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        meter.charge(4 * len(left))
        return len(left) == len(right) and all(equal(meter, a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        meter.charge(4 * len(left))
        return left.keys() == right.keys() and all(equal(meter, value, right[key]) for key, value in left.items())
    for value in (left, right):
        if type(value) not in _PLAIN and not isinstance(value, dict):
            raise Problem(_sentence(f"{kind_of(value)} cannot be compared."))
    return bool(left == right)


def not_equal(meter: Meter, left: Any, right: Any) -> bool:
    """Tell whether two values differ."""
    return not equal(meter, left, right)


def contains(meter: Meter, value: Any, container: Any) -> bool:
    """Tell whether a list has the item, an object the key, or a text the words."""
    if type(value) is Missing:
        raise Problem("'in' needs a value on its left.")
    if type(container) is str:
        if len(container) > LONG_TEXT:
            meter.charge(size_cost(container))
        return text(value, "A search in a text") in container
    if isinstance(container, dict):
        return type(value) in _SCALARS and value in container
    if isinstance(container, (list, tuple)):
        if type(value) in _SCALARS:
            each = size_cost(value) if type(value) is str and len(value) > LONG_TEXT else 1
            meter.charge(1 + len(container) * each // _ITEMS_PER_STEP)
            return value in container
        return any(equal(meter, value, item) for item in container)
    if container is None:
        return False
    raise Problem(f"'in' needs a list, an object or a text on its right, and got {_quoted(container)}.")


def lacks(meter: Meter, value: Any, container: Any) -> bool:
    """Tell the contrary of contains."""
    return not contains(meter, value, container)


# Those that take the session first; generated code names operators by these names.
METERED: Final = frozenset(
    {"less", "less_or_equal", "greater", "greater_or_equal", "equal", "not_equal", "contains", "lacks"}
)
