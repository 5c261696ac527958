"""From a file to rows that can be rendered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

import msgspec

from adapters.rendering.rows.conventions import conventions_of
from adapters.rendering.rows.csv_rows import open_csv
from adapters.rendering.rows.formulas import unguarded
from adapters.rendering.rows.json_rows import JsonRow, read_lines, read_list
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.protocol import Opened, Order, Row
from adapters.rendering.rows.table import Record, Table, is_blank
from application.ports.row_reader import TableFacts
from domain.errors import RowsInvalidError
from domain.placeholder import Placeholder
from domain.row_columns import ColumnPlan, plan_columns
from domain.row_data import is_empty, missing_values, row_data
from domain.row_json import spread
from domain.row_path import format_row_path, parse_row_path
from domain.row_values import Cell, Conventions, text_of
from domain.rows import ROW_COLUMN, RowFormat, RowProblem, RowWishes

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_NOTHING: Final = msgspec.Raw(b"{}")
# Of one row that are told.
_PROBLEMS: Final = 50

Prepared = tuple[Opened, Iterator[Row]]


def prepare(file: BinaryIO, order: Order) -> Prepared:
    """Read the beginning of a file, and return how it is read and its rows.

    Raises:
        RowsInvalidError: see RowReader.
    """
    placeholders = [known.as_placeholder() for known in order.placeholders]
    if order.format in (RowFormat.JSON, RowFormat.JSONL):
        facts, rows = _prepared_json(file, order, placeholders)
    else:
        facts, rows = _prepared_table(file, order, placeholders)
    return facts, _counted(rows, order.limits)


def open_table(file: BinaryIO, order: Order) -> Table:
    """Open a table by its format.

    Raises:
        RowsInvalidError: see RowReader.
    """
    if order.format is RowFormat.XLSX:
        from adapters.rendering.rows.xlsx_rows import open_xlsx  # noqa: PLC0415  # openpyxl where workbooks are

        return open_xlsx(file, order.wishes.sheet, order.limits)
    return open_csv(file, order.wishes, order.locale.partition("-")[0], order.limits)


def open_json(file: BinaryIO, order: Order) -> Iterator[JsonRow]:
    """Open a file of JSON by its format."""
    return (read_lines if order.format is RowFormat.JSONL else read_list)(file, order.limits)


def _counted(rows: Iterator[Row], limits: RowLimits) -> Iterator[Row]:
    count = 0
    for row in rows:
        count += 1
        if count > limits.rows:
            message = f"There are more than {limits.rows:,} rows."
            raise RowsInvalidError.of_file("too-many-rows", message, "Split them.")
        yield row
    if not count:
        raise RowsInvalidError.of_file("no-rows", "There are no rows.", "Give one for each document.")


def _prepared_table(file: BinaryIO, order: Order, placeholders: list[Placeholder]) -> Prepared:
    table = open_table(file, order)
    plan = plan_columns(table.header(order.limits), placeholders, order.wishes)
    columns = {column.name: format_row_path(column.path) for column in plan.columns}
    # Rules of the author hold the data to more than kinds: whether they do is for the template to say.
    ruled = any(placeholder.declared for placeholder in placeholders)
    make = _maker(plan, conventions_of(order.locale), ruled=ruled, is_ragged=table.is_ragged, limits=order.limits)
    rows = (make(record) for record in table.records if not is_blank(record))
    return Opened.of(table.facts, columns, plan.ignored), rows


def _maker(
    plan: ColumnPlan, conventions: Conventions, *, ruled: bool, is_ragged: bool, limits: RowLimits
) -> Callable[[Record], Row]:
    def make(record: Record) -> Row:
        # Only files of failed rows have numbers of rows, and apostrophes that stand for nothing.
        cells = record.cells if plan.row is None else [unguarded(cell) for cell in record.cells]
        number, wrong = _number_of(record, plan)
        problems = [*wrong, *_misshapen(number, cells, plan, limits, is_ragged=is_ragged)]
        if problems:
            return Row(number, _NOTHING, problems=tuple(problems))
        made = row_data(number, cells, plan, conventions)
        key = None if plan.key is None else text_of(_cell(cells, plan.key)).strip()
        problems = [*made.problems[:_PROBLEMS], *([] if key != "" else [_without_key(number)])]
        doubts = made.doubts[:_PROBLEMS]
        return _row(number, made.data, key, tuple(problems), doubts, doubtful=bool(doubts) or ruled)

    return make


def _row(
    number: int,
    data: dict[str, Any],
    key: str | None,
    problems: tuple[RowProblem, ...],
    doubts: tuple[RowProblem, ...],
    *,
    doubtful: bool,
) -> Row:
    try:
        encoded = msgspec.Raw(_ENCODER.encode(data))
    except UnicodeEncodeError:
        half = RowProblem(number, "bad-text", "holds half a character", "Type the text anew.")
        return Row(number, _NOTHING, key, (*problems, half))
    return Row(number, encoded, key, problems, doubts, doubtful)


def _cell(cells: Any, index: int) -> Cell:
    found: Cell = cells[index] if index < len(cells) else None
    return found


def _number_of(record: Record, plan: ColumnPlan) -> tuple[int, list[RowProblem]]:
    """Return which row this is: in a file of failed rows, the one that it was."""
    if plan.row is None:
        return record.number, []
    said = said_number(record.cells, plan.row)
    if said is not None:
        return said, []
    problem = RowProblem(record.number, "bad-row-number", "is no number of a row", None, ROW_COLUMN)
    return record.number, [problem]


def said_number(cells: Sequence[Cell], index: int) -> int | None:
    """Return the number of a row that stands in a cell, None where none does."""
    said = text_of(_cell(cells, index)).strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None  # noqa: PLR2004  # digits


def _misshapen(
    number: int, cells: Any, plan: ColumnPlan, limits: RowLimits, *, is_ragged: bool
) -> Iterator[RowProblem]:
    extra = next((index for index in range(plan.width, len(cells)) if not is_empty(cells[index])), None)
    if extra is not None:
        message = f"has {len(cells)} cells, and the header {plan.width} columns"
        advice = "Give the column a name, or put a cell that holds the delimiter into quotation marks."
        yield RowProblem(number, "ragged-row", message, advice)
    elif len(cells) < plan.width and not is_ragged:
        message = f"has {len(cells)} cells, and the header {plan.width} columns"
        yield RowProblem(number, "ragged-row", message, "Leave cells empty, not out: write their delimiters.")
    if sum(len(cell) for cell in cells if isinstance(cell, str)) > limits.row_characters:
        yield RowProblem(number, "row-too-long", f"has more than {limits.row_characters:,} characters", "Shorten it.")


def _without_key(number: int) -> RowProblem:
    return RowProblem(number, "missing-key", "has no key", "Fill in the column of the key.")


def _prepared_json(file: BinaryIO, order: Order, placeholders: list[Placeholder]) -> Prepared:
    wishes = order.wishes
    columns = {name: path for name, path in wishes.mapping.items() if path}
    _require_paths(columns)
    plan = plan_columns((), placeholders, RowWishes())
    ruled = any(placeholder.declared for placeholder in placeholders)

    def make(row: JsonRow) -> Row:
        if row.data is None or row.problem is not None:
            return Row(row.number, _NOTHING, problems=(row.problem,) if row.problem else ())
        spread_out = spread(row.number, row.data, wishes)
        if spread_out.problem is not None:
            return Row(spread_out.row, _NOTHING, problems=(spread_out.problem,))
        doubts = tuple(missing_values(spread_out.row, spread_out.data, plan))[:_PROBLEMS]
        problems = (_without_key(spread_out.row),) if spread_out.key == "" else ()
        return _row(spread_out.row, spread_out.data, spread_out.key, problems, doubts, doubtful=bool(doubts) or ruled)

    facts = TableFacts(order.format, "utf-8")
    return Opened.of(facts, columns, ()), (make(row) for row in open_json(file, order))


def _require_paths(mapping: Mapping[str, str]) -> None:
    for name, path in mapping.items():
        try:
            parse_row_path(path)
        except ValueError as error:
            message = f"The mapping of the column {name!r}: {error}"
            raise RowsInvalidError.of_file("bad-mapping", message, "Write customer.name.") from None
