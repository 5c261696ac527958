"""From the cells of a row to the data of a render."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.data_path import Each, Step, format_path
from domain.placeholder import PlaceholderKind
from domain.row_columns import Column, ColumnPlan
from domain.row_path import RowPath, leads_to, pointer_of
from domain.row_values import Cell, CellError, Conventions, UnfitCellError, text_of, type_of_cell, value_of
from domain.rows import RowProblem


@dataclass(frozen=True, slots=True)
class RowData:
    """The data of a row; `problems` refuse it, `doubts` may: whether they do is seen when the template has tried it."""

    data: dict[str, Any]
    problems: tuple[RowProblem, ...] = ()
    doubts: tuple[RowProblem, ...] = ()


def row_data(row: int, cells: Sequence[Cell], plan: ColumnPlan, conventions: Conventions) -> RowData:
    """Make the data of row number `row`: an empty cell gives no value, an item without any value is none."""
    problems, doubts = list[RowProblem](), list[RowProblem]()
    root: dict[RowPath, Any] = {}
    for column in plan.columns:
        cell = cells[column.index] if column.index < len(cells) else None
        if is_empty(cell):
            continue
        try:
            root[column.path] = _value(cell, column, conventions)
        except UnfitCellError as unfit:
            problem = _unfit(row, column, cell, unfit)
            (problems if column.declared or isinstance(cell, CellError) else doubts).append(problem)
            root[column.path] = text_of(cell)
    data = _nested(root, plan.columns)
    return RowData(data, tuple(problems), (*doubts, *missing_values(row, data, plan)))


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell holds nothing, or spaces alone."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _value(cell: Cell, column: Column, conventions: Conventions) -> Any:
    if column.kind is PlaceholderKind.CHOICE:
        return _choice(cell, column, conventions)
    return value_of(cell, column.kind, conventions)


def _choice(cell: Cell, column: Column, conventions: Conventions) -> Any:
    value = value_of(cell, PlaceholderKind.TEXT, conventions)
    for choice in column.choices:
        if str(choice).casefold() == value.strip().casefold():
            return choice
    return value


def _unfit(row: int, column: Column, cell: Cell, unfit: UnfitCellError) -> RowProblem:
    return RowProblem(
        row, "bad-value", str(unfit), unfit.suggestion, column.name, type_of_cell(cell), pointer_of(column.path)
    )


class _Items(dict[int, Any]):
    """A list while it is filled: its items by their numbers, since some of them may have no value."""


def _nested(values: Mapping[RowPath, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """Put values at their places, in the order of the columns; a list of which no item has a value is empty."""
    root: dict[Any, Any] = {}
    for column in columns:
        whole = column.path
        node = root
        for position, step in enumerate(whole if whole in values else _to_list(whole)):
            if position + 1 == len(whole):
                node[step] = values[whole]
            else:
                node = node.setdefault(step, _Items() if isinstance(whole[position + 1], int) else {})
    return {key: _settled(value) for key, value in root.items()}


def _to_list(path: RowPath) -> RowPath:
    """Return the way to the first list on a path, none where there is no list."""
    first = next((position for position, step in enumerate(path) if isinstance(step, int)), 0)
    return path[:first]


def _settled(value: Any) -> Any:
    if isinstance(value, _Items):
        return [_settled(item) for _, item in sorted(value.items())]
    return {key: _settled(item) for key, item in value.items()} if isinstance(value, dict) else value


def missing_values(row: int, data: dict[str, Any], plan: ColumnPlan) -> Iterator[RowProblem]:
    """List the places that a template needs and that have no value; it may still do without some of them."""
    for steps in plan.required:
        if _is_there(data, steps):
            continue
        path = format_path(steps)
        column = next((each for each in plan.columns if leads_to(each.path, steps)), None)
        if column is None:
            yield RowProblem(row, "missing-value", f"{path} is missing", "Add a column for it, or map one to it.")
        else:
            yield RowProblem(
                row,
                "missing-value",
                "is empty, and the template needs a value",
                "Fill it in, or let the template do without it: {{ … | default('') }}.",
                column.name,
                "empty",
                pointer_of(column.path),
            )


def _is_there(value: Any, steps: tuple[Step, ...]) -> bool:
    if not steps:
        return True
    step, rest = steps[0], steps[1:]
    if step is Each.ITEM:
        return isinstance(value, list) and all(_is_there(item, rest) for item in value)
    if not isinstance(value, dict):
        return False
    if isinstance(step, Each):
        return all(_is_there(item, rest) for item in value.values())
    return step in value and _is_there(value[step], rest)
