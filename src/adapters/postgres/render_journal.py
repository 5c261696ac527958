"""The journal of renders in PostgreSQL: what comes while one group is written makes the next one.

A durable commit takes as long for a hundred rows as for one, and a statement of its own for each render takes most of
a short render's processor time. Nothing waits for company: the first record is written at once.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import asyncpg
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import of_refused_row
from adapters.postgres.idempotency_keys import KEPT, keep_statement, kept_values, refusals_of
from adapters.postgres.render_repository import refusals
from adapters.postgres.scope import WORKSPACE_SETTING
from adapters.postgres.tables.renders import RenderRow, new_render_columns
from application.ports.idempotency_keys import AnsweredClaim
from application.ports.render_journal import RenderJournal
from application.ports.render_repository import NewRender
from domain.errors import DocGenError, RequestInProgressError
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
# Only who has the key writes: a process that was thought dead adds no record to its successor's.
_INSERT_ANSWERED: Final = f"""
    WITH kept AS ({keep_statement(len(_COLUMNS) + 1)})
    INSERT INTO renders ({", ".join(_COLUMNS)}) SELECT {", ".join(_VALUES)} WHERE EXISTS (SELECT FROM kept) RETURNING id
    """  # noqa: S608  # as above


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record that waits, and who waits for it: `written` tells whether it is there."""

    id: str
    workspace_id: WorkspaceId
    statement: str
    row: tuple[Any, ...]
    size: int
    written: asyncio.Future[bool]


class PostgresRenderJournal(RenderJournal):
    """Writes records in groups, one workspace's at a time; an async context manager that ends with what is on its way.

    A group is one transaction of one round trip. Where PostgreSQL refuses it, its records are written one by one, so
    that only what is wrong is refused.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        # A group is of one workspace, and of one statement.
        self._waiting: dict[tuple[WorkspaceId, str], list[_Entry]] = {}
        self._writers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._writers:
            await asyncio.wait(self._writers)

    @override
    async def record(self, render: NewRender, answered: AnsweredClaim | None = None) -> None:
        request = render.request
        columns = new_render_columns(render)
        row = tuple(columns[name] for name in _COLUMNS)
        size = len(render.data) + len(render.content or b"")
        if answered is None:
            await self._written(request, _INSERT, row, size, refusals(request))
            return
        row += kept_values(answered, KEPT)
        refused = refusals(request) | refusals_of(answered.claim)
        size += len(answered.answer.body or b"")
        if not await self._written(request, _INSERT_ANSWERED, row, size, refused):
            raise RequestInProgressError(answered.claim.key)

    async def _written(
        self,
        request: RenderRequest,
        statement: str,
        row: tuple[Any, ...],
        size: int,
        refused: Mapping[str, DocGenError],
    ) -> bool:
        """Have a row written with others; tell whether it is there."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        entry = _Entry(request.id, request.workspace_id, statement, row, size, written)
        self._waiting.setdefault((entry.workspace_id, statement), []).append(entry)
        self._start_writers()
        try:
            return await asyncio.shield(written)
        except asyncio.CancelledError:
            # The caller keeps what the record names from being erased: not before it is known whether it is there.
            await asyncio.wait([written])
            if not written.cancelled():
                written.exception()  # nobody else looks at it, and asyncio would complain of that
            raise
        except _OF_ONE_ROW as refusal:
            raise of_refused_row(refusal, refused) from refusal

    def _start_writers(self) -> None:
        while self._waiting and len(self._writers) < _AT_ONCE:
            # A group is of many requests: what is told of it must not pass for a part of one of them.
            writer = asyncio.create_task(self._write(self._next_group()), context=Context())
            self._writers.add(writer)
            writer.add_done_callback(self._on_written)

    def _on_written(self, writer: asyncio.Task[None]) -> None:
        self._writers.discard(writer)
        self._start_writers()

    def _next_group(self) -> list[_Entry]:
        """Take what waits in the workspace whose turn it is, up to a bound; the rest comes after the others."""
        turn = next(iter(self._waiting))
        waiting = self._waiting.pop(turn)
        count, size = 0, 0
        while count < min(len(waiting), _ROWS) and (count == 0 or size + waiting[count].size <= _BYTES):
            size += waiting[count].size
            count += 1
        if waiting[count:]:
            self._waiting[turn] = waiting[count:]
        return waiting[:count]

    async def _write(self, group: Sequence[_Entry]) -> None:
        outcome = await self._outcome_of(group)
        if len(group) > 1 and isinstance(outcome, _OF_ONE_ROW):
            for entry in group:
                _tell([entry], await self._outcome_of([entry]))
        else:
            _tell(group, outcome)

    async def _outcome_of(self, group: Sequence[_Entry]) -> set[str] | Exception:
        """Write a group; return the identifiers of the records that are there, or why there are none."""
        try:
            async with self._database.single_statements() as connection:
                try:
                    return await _insert(connection, group)
                except _OF_ONE_ROW as error:  # the connection is as good as before
                    refusal: Exception = error
                    return refusal
        except DocGenError as failure:
            return failure
        except Exception as failure:
            # Whoever waits has to hear of it, or would wait for ever.
            logger.exception("Records of renders could not be written")
            return failure


async def _insert(connection: asyncpg.Connection, group: Sequence[_Entry]) -> set[str]:
    rows = [entry.row for entry in group]
    if group[0].statement == _INSERT:
        await connection.executemany(_INSERT, rows)
        return {entry.id for entry in group}
    return {record["id"] for record in await connection.fetchmany(_INSERT_ANSWERED, rows)}


def _tell(group: Sequence[_Entry], outcome: set[str] | Exception) -> None:
    for entry in group:
        if isinstance(outcome, Exception):
            entry.written.set_exception(outcome)
        else:
            entry.written.set_result(entry.id in outcome)
