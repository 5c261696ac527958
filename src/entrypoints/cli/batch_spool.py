"""Checked rows on disk, from their check until they are rendered."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from typing_extensions import override

from application.use_cases.prepare_rows import CheckedRow


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
        """Keep a row that can be rendered."""
        self.rows += 1
        head = json.dumps([row.row, row.data_sha256, row.key]).encode()
        # JSON as the reader writes it has no line breaks.
        self._file.write(head + b"\n" + row.data + b"\n")

    async def read(self) -> AsyncIterator[CheckedRow]:
        """Yield the rows in their order."""
        self._file.seek(0)
        while head := self._file.readline():
            number, digest, key = json.loads(head)
            yield CheckedRow(number, self._file.readline()[:-1], digest, key)
