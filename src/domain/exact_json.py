"""JSON text whose numbers stay what they are: fractions are decimals, and nothing is read that JSON does not allow."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any


def read_exact(text: str) -> Any:
    """Read JSON strictly: exact numbers, no name twice, no NaN.

    Raises:
        ValueError: it is none, or nests too deep.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_once_each)
    except RecursionError:
        raise ValueError("it nests too deep") from None


def write_exact(value: Any, *, pretty: bool = False) -> str:
    """Write JSON with every decimal in its own digits; `pretty`: one value a line, for people."""
    return _written(value, "\n" if pretty else "")


def _written(value: Any, newline: str) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    inner = f"{newline}  " if newline else ""
    if isinstance(value, dict) and value:
        members = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {_written(each, inner)}" for key, each in value.items()
        )
        return _within("{", members, "}", newline, inner)
    if isinstance(value, (list, tuple)) and value:
        return _within("[", (_written(each, inner) for each in value), "]", newline, inner)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _within(opened: str, members: Iterable[str], closed: str, newline: str, inner: str) -> str:
    return opened + inner + f",{inner or ' '}".join(members) + newline + closed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a name stands there twice")
    return found
