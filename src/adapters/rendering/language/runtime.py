"""The functions that generated code calls, beside the operators, the filters and the tests."""

from decimal import Decimal
from typing import Any

from adapters.rendering.language import operators
from adapters.rendering.language.access import NOT_THERE, item, show, unpack
from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.methods import call_method
from adapters.rendering.language.predicates import TESTS
from adapters.rendering.language.values import MISSING, Fragment, Macro, Missing, Namespace, Problem, counted, kind_of


def opt(value: Any, *keys: str) -> Any:
    """Look keys up one below the other, and give MISSING where one is not there."""
    for key in keys:
        if not isinstance(value, dict):
            return MISSING
        value = value.get(key, MISSING)
    return value


def item_or_missing(value: Any, key: Any) -> Any:
    """Look an item up, and give MISSING where it is not there."""
    found = item(value, key)
    return MISSING if found is NOT_THERE else found


def item_of(value: Any, key: Any) -> Any:
    """Look an item up that has to be there."""
    found = item(value, key)
    if found is NOT_THERE:
        raise LookupError(key)
    return found


def sliced(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """Return a part of a list or of a text."""
    if not isinstance(value, (str, list, tuple, range)):
        raise Problem(f"A part [:] can be taken of a list or a text, not of {kind_of(value)}.")
    bounds = [None if bound is None else counted(bound) for bound in (start, stop, step)]
    if bounds.count(None) > (start, stop, step).count(None) or bounds[2] == 0:
        raise Problem("A part [:] is given by whole numbers, and steps that are not 0.")
    part = value[slice(*bounds)]
    return part if isinstance(part, str) else list(part)


def make_list(*items: Any) -> list[Any]:
    """Make a list."""
    return list(items)


def make_dict(*parts: Any) -> dict[Any, Any]:
    """Make an object of keys and values in turn."""
    for key in parts[::2]:
        if not isinstance(key, (str, int, Decimal)) and key is not None:
            raise Problem(f"The key of an object has to be a text or a number, not {kind_of(key)}.")
    return dict(zip(parts[::2], parts[1::2], strict=True))


def make_range(*bounds: Any) -> range:
    """Count, as range() of Python does."""
    numbers = [number for bound in bounds if (number := counted(bound)) is not None]
    if len(numbers) < len(bounds) or not 1 <= len(bounds) <= 3:  # noqa: PLR2004
        raise Problem("range() takes one to three whole numbers.")
    if len(numbers) == 3 and numbers[2] == 0:  # noqa: PLR2004
        raise Problem("range() cannot count in steps of 0.")
    made = range(*numbers)
    # len() fails beyond the size of an index, and bool() does not.
    operators.check_list(max(0, (made.stop - made.start) // made.step) if made else 0)
    return made


def items(meter: operators.Meter, value: Any) -> Any:
    """Return the pairs of an object, or what it has under the key 'items' if that is called by mistake."""
    return call_method(meter, value, "items")


def changed(meter: operators.Meter, state: list[Any], values: list[Any]) -> bool:
    """Tell whether the values differ from those of the last call."""
    if state and operators.equal(meter, state[0], values):
        return False
    state[:] = [values]
    return True


def loop_info(n: int, seq: Any, depth: int) -> dict[str, Any]:
    """Return the values of a loop at this moment, for {% set outer = loop %}."""
    length = len(seq)
    values = {
        "index": n,
        "index0": n - 1,
        "first": n == 1,
        "last": n == length,
        "length": length,
        "revindex": length - n + 1,
        "revindex0": length - n,
        "depth": depth,
        "depth0": depth - 1,
    }
    if n > 1:
        values["previtem"] = seq[n - 2]
    if n < length:
        values["nextitem"] = seq[n]
    return values


def present(value: Any, falsy: Any) -> bool:
    """Tell whether default() keeps a value; with `falsy` it replaces everything that is false."""
    return bool(value) if falsy else type(value) is not Missing


def set_value(namespace: Any, key: str, value: Any) -> None:
    """Assign to a value of a namespace()."""
    if type(namespace) is not Namespace:
        raise Problem(
            "Only a namespace() can be assigned to with a dot.", "Write {% set ns = namespace(total=0) %} before."
        )
    namespace[key] = value


NAMES: dict[str, Any] = {
    "__builtins__": {"len": len, "enumerate": enumerate, "type": type, "str": str},
    **{
        name: getattr(operators, name)
        for name in (
            "add", "subtract", "multiply", "times", "divide", "floor_divide", "modulo", "power", "negative", "positive",
            "concat", "less", "less_or_equal", "greater", "greater_or_equal", "equal", "not_equal", "contains", "lacks",
        )
    },
    **{f"F_{name}": known.function for name, known in FILTERS.items()},
    **{f"T_{name}": test for name, test in TESTS.items()},
    **{
        function.__name__: function
        for function in (
            opt, item_of, item_or_missing, sliced, make_list, make_dict, make_range, items, changed, loop_info,
            present, set_value, call_method, show, unpack,
        )
    },
    "MISSING": MISSING,
    "NoneType": type(None),
    "Missing": Missing,
    "Macro": Macro,
    "Namespace": Namespace,
    "Fragment": Fragment,
    "Decimal": Decimal,
}  # fmt: skip
