"""From an object of JSON to the data of a render: what is mapped moves, and dotted names lead to their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.row_path import RowPath, format_row_path, parse_row_path
from domain.row_values import text_of
from domain.rows import ERROR_COLUMN, ROW_COLUMN, RowProblem, RowWishes


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """The data of a row with its number and key ('' where it has none and needs one), or what is wrong with it."""

    row: int
    data: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    problem: RowProblem | None = None


def spread(number: int, given: dict[str, Any], wishes: RowWishes) -> SpreadRow:
    """Make the data of one object; values stay as they are."""
    row = row_number(given, number)
    data: dict[str, Any] = {}
    for name, value in given.items():
        if name in (ROW_COLUMN, ERROR_COLUMN):
            continue
        path = _path_of(name, wishes)
        if path is not None and not _put(data, path, value):
            where = format_row_path(path)
            message = f"gives {where} twice, or as a part and as a whole"
            return SpreadRow(row, problem=RowProblem(row, "column-conflict", message, "Leave one out.", name))
    return SpreadRow(row, data, None if wishes.key is None else _key(given, data, wishes.key))


def row_number(given: Mapping[str, Any], number: int) -> int:
    """Return which row an object is: in a file of failed rows, the one that it was."""
    said = given.get(ROW_COLUMN)
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else number


def _path_of(name: str, wishes: RowWishes) -> RowPath | None:
    said = wishes.mapping.get(name, name)
    if said is None:
        return None
    try:
        path = parse_row_path(said)
    except ValueError:
        return (name,)
    # Items have no columns here: a list is written as one.
    return (name,) if any(isinstance(step, int) for step in path) else path


def _put(data: dict[str, Any], path: RowPath, value: Any) -> bool:
    node = data
    for step in path[:-1]:
        node = node.setdefault(str(step), {})
        if not isinstance(node, dict):
            return False
    if path[-1] in node:
        return False
    node[str(path[-1])] = value
    return True


def _key(given: dict[str, Any], data: dict[str, Any], wish: str) -> str:
    for value in (given.get(wish), *_at(data, wish)):
        if value is not None and not isinstance(value, (dict, list)):
            return text_of(value).strip()
    return ""


def _at(data: dict[str, Any], wish: str) -> Iterator[Any]:
    try:
        path = parse_row_path(wish)
    except ValueError:
        return
    node: Any = data
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    yield node
