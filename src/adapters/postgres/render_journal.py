"""The journal of renders in PostgreSQL: what comes while one group is written makes the next one.

A durable commit takes as long for a hundred rows as for one, and a statement of its own for each render takes most of
a short render's processor time. Nothing waits for company: the first record is written at once.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import asyncpg
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import of_refused_row
from adapters.postgres.mapping import render_columns
from adapters.postgres.render_repository import refusals
from adapters.postgres.rows import RenderRow
from adapters.postgres.scope import WORKSPACE_SETTING
from application.ports.render_journal import RenderJournal
from domain.errors import DocGenError
from domain.identifiers import WorkspaceId
from domain.render_request import RenderRequest

logger = logging.getLogger("docgen.database")

# Two transactions overlap: while one waits for the disk, the next is sent.
_AT_ONCE: Final = 2
_ROWS: Final = 100
_BYTES: Final = 4_000_000

# What is the fault of a row, and not of the database.
_OF_ONE_ROW: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

_COLUMNS: Final = tuple(column.name for column in RenderRow.__table__.columns)
# The policies of row-level security look at the setting when a row is made; naming the workspace with its column
# takes no statement of its own.
_VALUES: Final = tuple(
    f"set_config('{WORKSPACE_SETTING}', ${number}, true)" if name == "workspace_id" else f"${number}"
    for number, name in enumerate(_COLUMNS, start=1)
)
_INSERT: Final = (
    f"INSERT INTO renders ({', '.join(_COLUMNS)}) "  # noqa: S608  # names of columns alone
    f"VALUES ({', '.join(_VALUES)})"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record that waits, and who waits for it."""

    workspace_id: WorkspaceId
    row: tuple[Any, ...]
    size: int
    written: asyncio.Future[None]


class PostgresRenderJournal(RenderJournal):
    """Writes records in groups, one workspace's at a time; an async context manager that ends with what is on its way.

    A group is one transaction of one round trip. Where PostgreSQL refuses it, its records are written one by one, so
    that only what is wrong is refused.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._waiting: dict[WorkspaceId, list[_Entry]] = {}
        self._writers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._writers:
            await asyncio.wait(self._writers)

    @override
    async def record(self, request: RenderRequest, data: bytes) -> None:
        columns = {**render_columns(request), "data": data}
        written = asyncio.get_running_loop().create_future()
        entry = _Entry(request.workspace_id, tuple(columns[name] for name in _COLUMNS), len(data), written)
        self._waiting.setdefault(entry.workspace_id, []).append(entry)
        self._start_writers()
        try:
            await written
        except _OF_ONE_ROW as refusal:
            raise of_refused_row(refusal, refusals(request)) from refusal

    def _start_writers(self) -> None:
        while self._waiting and len(self._writers) < _AT_ONCE:
            writer = asyncio.create_task(self._write(self._next_group()))
            self._writers.add(writer)
            writer.add_done_callback(self._on_written)

    def _on_written(self, writer: asyncio.Task[None]) -> None:
        self._writers.discard(writer)
        self._start_writers()

    def _next_group(self) -> list[_Entry]:
        """Take what waits in the workspace whose turn it is, up to a bound; the rest comes after the others."""
        workspace_id = next(iter(self._waiting))
        waiting = self._waiting.pop(workspace_id)
        count, size = 0, 0
        while count < min(len(waiting), _ROWS) and (count == 0 or size + waiting[count].size <= _BYTES):
            size += waiting[count].size
            count += 1
        if waiting[count:]:
            self._waiting[workspace_id] = waiting[count:]
        return waiting[:count]

    async def _write(self, group: Sequence[_Entry]) -> None:
        refusal = await self._refusal_of(group)
        alone = len(group) > 1 and isinstance(refusal, _OF_ONE_ROW)
        for entry in group:
            _tell(entry, await self._refusal_of([entry]) if alone else refusal)

    async def _refusal_of(self, group: Sequence[_Entry]) -> Exception | None:
        """Write a group; say why it is not written, None where it is."""
        try:
            async with self._database.single_statements() as connection:
                try:
                    await connection.executemany(_INSERT, [entry.row for entry in group])
                except _OF_ONE_ROW as error:  # the connection is as good as before
                    refusal: Exception = error
                    return refusal
        except DocGenError as failure:
            return failure
        except Exception as failure:
            # Whoever waits has to hear of it, or would wait for ever.
            logger.exception("Records of renders could not be written")
            return failure
        return None


def _tell(entry: _Entry, refusal: Exception | None) -> None:
    if entry.written.done():  # its caller did not wait for the end
        return
    if refusal is None:
        entry.written.set_result(None)
    else:
        entry.written.set_exception(refusal)
