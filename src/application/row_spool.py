"""Checked rows on disk, from their check until all of them are known."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from typing_extensions import override

from domain.rows import CheckedRow, RowProblem


class RowSpool(AbstractContextManager["RowSpool"]):
    """A temporary file of rows: two lines each, of which the second is the data."""

    def __init__(self) -> None:
        self.rows = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with this object

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: CheckedRow) -> None:
        """Keep a row; of its problems, what is to be told."""
        self.rows += 1
        problems = [
            [each.row, each.code, each.message, each.suggestion, each.column, each.value_type, each.pointer]
            for each in row.problems
        ]
        head = json.dumps([row.row, row.data_sha256, row.key, problems]).encode()
        # JSON as the reader writes it has no line breaks.
        self._file.write(head + b"\n" + row.data + b"\n")

    def read(self) -> Iterator[CheckedRow]:
        """Yield the rows in their order."""
        self._file.seek(0)
        while head := self._file.readline():
            number, digest, key, problems = json.loads(head)
            told = tuple(RowProblem(*problem) for problem in problems)
            yield CheckedRow(number, self._file.readline()[:-1], digest, key, told)
