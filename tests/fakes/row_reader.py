"""A reader of rows without a process."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

from typing_extensions import override

from adapters.rendering.rows.failed_rows import failed_rows
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.rows.prepare import prepare
from adapters.rendering.rows.protocol import Known, Order, Row
from application.ports.row_reader import OpenedRows, PreparedRow, RowPlan, RowReader, RowSource, TableFacts


class _Opened(OpenedRows):
    def __init__(self, facts: TableFacts, rows: Iterator[Row]) -> None:
        self._facts = facts
        self._rows = rows

    @property
    @override
    def facts(self) -> TableFacts:
        return self._facts

    @override
    async def __aiter__(self) -> AsyncIterator[Sequence[PreparedRow]]:
        for row in self._rows:
            yield [row.prepared()]


class InMemoryRowReader(RowReader):
    """Reads within this process; it is for files that nobody wants to do harm with."""

    @override
    @asynccontextmanager
    async def open(self, source: RowSource, plan: RowPlan) -> AsyncIterator[OpenedRows]:
        source.file.seek(0)
        opened, rows = prepare(source.file, _order(source, plan))
        yield _Opened(opened.facts(), rows)

    @override
    @asynccontextmanager
    async def copy(
        self, source: RowSource, plan: RowPlan, failed: Mapping[int, str]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        source.file.seek(0)
        yield _pieces(failed_rows(source.file, _order(source, plan, dict(failed))))


async def _pieces(texts: Iterator[str]) -> AsyncIterator[bytes]:
    for text in texts:
        yield text.encode()


def _order(source: RowSource, plan: RowPlan, failed: dict[int, str] | None = None) -> Order:
    known = tuple(Known.of(placeholder) for placeholder in plan.placeholders)
    return Order(source.format, known, plan.wishes, plan.locale, RowLimits(), failed)
