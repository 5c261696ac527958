"""Rows of JSON: a list of objects, or an object a line; as strict as the data of a render is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from adapters.rendering.language.data import parse_data, parse_json
from adapters.rendering.rows.limits import RowLimits
from domain.errors import DataInvalidError, RowsInvalidError
from domain.rows import RowProblem

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
# One line is all that a row has.
_FIRST_LINE = re.compile(r"line 1, ")


@dataclass(frozen=True, slots=True)
class JsonRow:
    """An object, None with what is wrong with it; `number` is that of the line, or of the item from 1."""

    number: int
    data: dict[str, Any] | None
    problem: RowProblem | None = None


def read_lines(file: BinaryIO, limits: RowLimits) -> Iterator[JsonRow]:
    """Yield the objects of JSONL; blank lines are left out.

    Raises:
        RowsInvalidError: a line is longer than a row's data may be.
    """
    number = 0
    while line := file.readline(limits.json_bytes + 1):
        number += 1
        _refuse_wide(line, number)
        if len(line) > limits.json_bytes:
            message = f"Line {number} has more than {limits.json_bytes:,} bytes."
            raise RowsInvalidError.of_file("row-too-long", message, "JSONL is one object a line.")
        if number == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield _row(number, line)


def _row(number: int, line: bytes) -> JsonRow:
    try:
        return JsonRow(number, parse_data(line.strip()))
    except DataInvalidError as error:
        found = error.diagnostics[0]
        message = _FIRST_LINE.sub("", found.message).rstrip(".")
        return JsonRow(number, None, RowProblem(number, found.code, message, found.suggestion))


def read_list(file: BinaryIO, limits: RowLimits) -> Iterator[JsonRow]:
    """Yield the objects of a list.

    Raises:
        RowsInvalidError: it is no list, no JSON, or too large to be read at once.
    """
    text = file.read(limits.json_bytes + 1)
    if len(text) > limits.json_bytes:
        message = f"The JSON is larger than {limits.json_bytes:,} bytes."
        raise RowsInvalidError.of_file(
            "rows-too-large", message, "Write JSONL, an object a line: that is read bit by bit."
        )
    _refuse_wide(text, 1)
    try:
        items = parse_json(text)
    except DataInvalidError as error:
        raise RowsInvalidError(str(error), error.diagnostics) from None
    if not isinstance(items, list):
        message = "The JSON is no list of objects."
        raise RowsInvalidError.of_file(
            "not-a-table", message, 'Write [{"name": "Ada"}, …], or JSONL with an object a line.'
        )
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield JsonRow(number, item)
        else:
            problem = RowProblem(number, "data-not-object", "is no object", 'Write {"name": …}.')
            yield JsonRow(number, None, problem)


def _refuse_wide(text: bytes, number: int) -> None:
    if number == 1 and text.startswith(_WIDE):
        raise RowsInvalidError.of_file("bad-encoding", "JSON is UTF-8, and this file is UTF-16.", "Save it as UTF-8.")
