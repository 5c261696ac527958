"""Reading the rows of a batch out of a file that anybody may have made."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from domain.placeholder import Placeholder
from domain.row_path import parse_row_path, pointer_of
from domain.rows import RowFormat, RowProblem, RowWishes


@dataclass(frozen=True, slots=True)
class RowSource:
    """A file with a descriptor; it is read from its beginning, and its position is moved."""

    file: BinaryIO
    format: RowFormat


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What rows are to become: data for these placeholders, read as people of this locale (BCP 47) write."""

    placeholders: Sequence[Placeholder]
    wishes: RowWishes
    locale: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """How a file was read: `columns` leads names to paths of the data, `ignored` are those that lead nowhere.

    `encoding` and `delimiter` belong to CSV, `sheet` to a workbook; JSON has no columns.
    """

    format: RowFormat
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def by_pointer(self) -> dict[str, str]:
        """Return the columns by the places in the data that they lead to (JSON Pointer, RFC 6901)."""
        return {pointer_of(parse_row_path(path)): name for name, path in self.columns.items()}


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row as JSON text for a render; `row` counts as spreadsheet programs do, lines of JSONL and items from 1.

    With `problems` it cannot be rendered. With `doubtful` it may be refused by the template, and `doubts` say why.
    """

    row: int
    data: bytes
    key: str | None = None
    problems: tuple[RowProblem, ...] = ()
    doubts: tuple[RowProblem, ...] = ()
    doubtful: bool = False


class OpenedRows(Protocol):
    """A file whose header was read and leads to the data; iterate it once for its rows, some at a time."""

    @property
    @abstractmethod
    def facts(self) -> TableFacts:
        """How the file was read."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[Sequence[PreparedRow]]:
        """Yield the rows in their order; blank ones are left out.

        Raises:
            RowsInvalidError: the file cannot be read any further.
            TimeLimitError: it takes too long.
        """


class RowReader(Protocol):
    """Reads files of rows, in constant memory; whatever is in them, nothing but the errors named here is raised."""

    @abstractmethod
    def open(self, source: RowSource, plan: RowPlan) -> AbstractAsyncContextManager[OpenedRows]:
        """Read the beginning of a file.

        Raises:
            RowsInvalidError: it is no such file, or larger than it may be, or its columns do not fit; all that is
                wrong with the columns is told at once.
            TimeLimitError: it takes too long.
        """

    @abstractmethod
    def copy(
        self, source: RowSource, plan: RowPlan, failed: Mapping[int, str]
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Write the rows of these numbers, with what is wrong with each, as a file that can be mended and read again.

        It is CSV in UTF-8 with the columns of the source, or JSONL where that is JSON; see ROW_COLUMN of domain/rows.

        Raises:
            RowsInvalidError, TimeLimitError: as above.
        """
