"""What every reader of rows promises."""

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from application.ports.row_reader import PreparedRow, RowPlan, RowReader, RowSource, TableFacts
from domain.errors import RowsInvalidError
from domain.placeholder import Placeholder
from domain.placeholder import PlaceholderKind as Kind
from domain.rows import RowFormat, RowWishes

KNOWN = [
    Placeholder("name", Kind.TEXT, required=True, occurrences=()),
    Placeholder("price", Kind.NUMBER, required=False, occurrences=()),
]
TABLE = b"Name;price;No\nAda;1,50;a\n;2;b\nBob;x;a\n\nCy;3;c;4\n"


def plan(**wishes: str) -> RowPlan:
    """Rows for a template with a name and a price, as people in Germany write; the key is the number."""
    return RowPlan(KNOWN, RowWishes(key="No", **wishes), "de")


class RowReaderContract(ABC):
    """Run against every implementation."""

    @pytest.fixture
    @abstractmethod
    def reader(self) -> RowReader:
        """Return the reader under test."""

    async def read(self, reader: RowReader, path: Path, form: RowFormat) -> tuple[TableFacts, list[PreparedRow]]:
        with path.open("rb") as file:
            async with reader.open(RowSource(file, form), plan()) as opened:
                return opened.facts, [row async for rows in opened for row in rows]

    async def test_rows_become_data_with_what_is_wrong_with_them(self, reader: RowReader, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv"
        path.write_bytes(TABLE)
        facts, rows = await self.read(reader, path, RowFormat.CSV)
        assert facts == TableFacts(
            RowFormat.CSV, "utf-8", ";", columns={"Name": "name", "price": "price"}, ignored=("No",)
        )
        assert [(row.row, row.key) for row in rows] == [(2, "a"), (3, "b"), (4, "a"), (6, None)]
        assert [row.data for row in rows[:2]] == [b'{"name":"Ada","price":1.50}', b'{"price":2}']
        assert [[found.code for found in row.problems] for row in rows] == [[], [], [], ["ragged-row"]]
        assert [[found.column for found in row.doubts] for row in rows] == [[], ["Name"], ["price"], []]
        assert [row.doubtful for row in rows] == [False, True, True, False]

    async def test_columns_that_do_not_fit_are_told_before_any_row(self, reader: RowReader, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv"
        path.write_bytes(b"nmae,nmae\na,b\n")
        with pytest.raises(RowsInvalidError) as raised:
            await self.read(reader, path, RowFormat.CSV)
        assert {found.code for found in raised.value.diagnostics} >= {"duplicate-column", "unknown-column"}

    async def test_what_is_no_file_of_rows_is_refused(self, reader: RowReader, tmp_path: Path) -> None:
        path = tmp_path / "rows"
        # A line of JSON that is none fails alone.
        for content, forms in ((b"", RowFormat), (b"\0\0\0\0", set(RowFormat) - {RowFormat.JSONL})):
            path.write_bytes(content)
            for form in forms:
                with pytest.raises(RowsInvalidError):
                    await self.read(reader, path, form)

    async def test_failed_rows_can_be_read_again_under_their_numbers(self, reader: RowReader, tmp_path: Path) -> None:
        path, copied = tmp_path / "rows.csv", tmp_path / "failed.csv"
        path.write_bytes(TABLE)
        with path.open("rb") as file:
            async with reader.copy(RowSource(file, RowFormat.CSV), plan(), {3: "no name", 4: "no number"}) as pieces:
                copied.write_bytes(b"".join([piece async for piece in pieces]))
        _, first = await self.read(reader, path, RowFormat.CSV)
        _, again = await self.read(reader, copied, RowFormat.CSV)
        assert again == [first[1], first[2]]
