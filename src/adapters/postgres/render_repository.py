"""Render requests in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.statements import on_driver, on_driver_many
from adapters.postgres.tables.renders import RenderRow, new_render_columns, render_columns, render_of
from adapters.postgres.tables.requests import IdempotencyKeyRow
from adapters.postgres.usage import count_usage
from application.ports.render_repository import NewRender, RenderFilter, RenderRepository, UsageFilter, UsagePlace
from domain.errors import ConflictError, DocGenError, NotFoundError
from domain.identifiers import RENDER_PREFIX, RenderId, WorkspaceId, is_id
from domain.render_request import RenderRequest, RenderStatus
from domain.usage import DailyUsage

_COLUMNS: Final = tuple(column.name for column in RenderRow.__table__.columns)
_ADD: Final = (
    f"INSERT INTO renders ({', '.join(_COLUMNS)}) "  # noqa: S608  # names of columns alone
    f"VALUES ({', '.join(f'${number}' for number, _ in enumerate(_COLUMNS, start=1))})"
)
_CHANGEABLE: Final = tuple(
    column.name
    for column in RenderRow.__table__.columns
    if column.name not in ("workspace_id", "id", "data", "document_content")
)
# Of the driver itself: an ORM update of so many columns is compiled anew each time, which takes longer than it runs.
_SET: Final = ", ".join(f"{name} = ${number}" for number, name in enumerate(_CHANGEABLE, start=3))
_THIS: Final = "WHERE workspace_id = $1 AND id = $2 RETURNING id"
_UPDATE: Final = f"UPDATE renders SET {_SET} {_THIS}"  # noqa: S608  # names of columns alone
_UPDATE_WITH_DOCUMENT: Final = f"UPDATE renders SET {_SET}, document_content = ${len(_CHANGEABLE) + 3} {_THIS}"  # noqa: S608  # as above
_ERASE: Final = f"""
    WITH before AS (SELECT document_content IS NULL AS elsewhere FROM renders WHERE workspace_id = $1 AND id = $2)
    UPDATE renders SET {_SET}, data = NULL, document_content = NULL
    WHERE workspace_id = $1 AND id = $2 RETURNING (SELECT elsewhere FROM before)
    """  # noqa: S608  # as above


class PostgresRenderRepository(RenderRepository):
    """The render requests of one workspace."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    @override
    async def add(self, request: RenderRequest, data: bytes, content: bytes | None = None) -> None:
        with violations(refusals(request)):
            columns = new_render_columns(NewRender(request, data, content))
            await self._session.execute(insert(RenderRow).values(columns))

    @override
    async def add_all(self, renders: Sequence[NewRender]) -> None:
        if renders:
            columns = [new_render_columns(render) for render in renders]
            await on_driver_many(self._session, _ADD, [tuple(row[name] for name in _COLUMNS) for row in columns])

    @override
    async def get(self, render_id: str, *, for_change: bool = False) -> RenderRequest:
        row = None
        if is_id(render_id, RENDER_PREFIX):
            query = select(RenderRow).where(RenderRow.workspace_id == self._workspace_id, RenderRow.id == render_id)
            if for_change:
                query = query.with_for_update()
            # Another transaction may have changed the row since this one read it: never answer from memory.
            row = await self._session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise NotFoundError("render", render_id)
        return render_of(row)

    @override
    async def get_with_content(self, render_id: str) -> tuple[RenderRequest, bytes | None]:
        found = None
        if is_id(render_id, RENDER_PREFIX):
            query = select(RenderRow, RenderRow.document_content).where(RenderRow.workspace_id == self._workspace_id)
            this = query.where(RenderRow.id == render_id).execution_options(populate_existing=True)
            found = (await self._session.execute(this)).first()
        if found is None:
            raise NotFoundError("render", render_id)
        row, content = found
        return render_of(row), content

    @override
    async def data_of(self, render_id: RenderId) -> bytes:
        data = None
        if is_id(render_id, RENDER_PREFIX):
            query = select(RenderRow.data).where(RenderRow.workspace_id == self._workspace_id)
            data = await self._session.scalar(query.where(RenderRow.id == render_id))
        if data is None:
            raise NotFoundError("render", render_id)
        return data

    @override
    async def contents_of(self, render_ids: Collection[RenderId]) -> Mapping[RenderId, bytes]:
        query = select(RenderRow.id, RenderRow.document_content).where(RenderRow.workspace_id == self._workspace_id)
        kept = query.where(RenderRow.id.in_(render_ids), RenderRow.document_content.is_not(None))
        rows = await self._session.execute(kept)
        return {RenderId(render_id): content for render_id, content in rows if content is not None}

    @override
    async def update(self, request: RenderRequest, content: bytes | None = None) -> None:
        if content is None:
            await self._change(_UPDATE, request)
        else:
            await self._change(_UPDATE_WITH_DOCUMENT, request, content)

    @override
    async def erase(self, request: RenderRequest) -> bool:
        [(is_elsewhere,)] = await self._change(_ERASE, request)
        mine = IdempotencyKeyRow.workspace_id == self._workspace_id, IdempotencyKeyRow.render_id == request.id
        forgotten = update(IdempotencyKeyRow).where(*mine).values(headers=None, body=None)
        await self._session.execute(forgotten.execution_options(synchronize_session=False))
        return request.document is not None and bool(is_elsewhere)

    @override
    async def expired(self, at: datetime, *, limit: int) -> list[RenderRequest]:
        query = select(RenderRow).where(
            RenderRow.workspace_id == self._workspace_id,
            RenderRow.expires_at <= at,
            RenderRow.erased_at.is_(None),
            RenderRow.status != RenderStatus.RENDERING,
        )
        free = query.order_by(RenderRow.expires_at).limit(limit).with_for_update(skip_locked=True)
        return [render_of(row) for row in await self._session.scalars(free)]

    @override
    async def has_waiting(self, count: int) -> bool:
        waiting = select(RenderRow.id).where(
            RenderRow.workspace_id == self._workspace_id, RenderRow.status == RenderStatus.QUEUED
        )
        found = await self._session.scalar(waiting.order_by(RenderRow.id).offset(count - 1).limit(1))
        return found is not None

    @override
    async def search(self, criteria: RenderFilter, *, limit: int, after: RenderId | None = None) -> list[RenderRequest]:
        query = select(RenderRow).where(RenderRow.workspace_id == self._workspace_id)
        if criteria.template_id is not None:
            query = query.where(RenderRow.template_id == criteria.template_id)
        if criteria.status is not None:
            query = query.where(RenderRow.status == criteria.status)
        if criteria.created_after is not None:
            query = query.where(RenderRow.created_at > criteria.created_after)
        if after is not None:
            query = query.where(RenderRow.id < after)
        newest_first = query.order_by(RenderRow.id.desc()).limit(limit).execution_options(populate_existing=True)
        return [render_of(row) for row in await self._session.scalars(newest_first)]

    @override
    async def usage(self, criteria: UsageFilter, *, limit: int, after: UsagePlace | None = None) -> list[DailyUsage]:
        return await count_usage(self._session, self._workspace_id, criteria, limit, after)

    async def _change(self, statement: str, request: RenderRequest, *more: object) -> list[Any]:
        columns = render_columns(request)
        values = (columns[name] for name in _CHANGEABLE)
        changed = await on_driver(self._session, statement, self._workspace_id, request.id, *values, *more)
        if not changed:
            raise NotFoundError("render", request.id)
        return changed


def refusals(request: RenderRequest) -> dict[str, DocGenError]:
    """Say what keeps a new request from being added, by the constraint that it violates."""
    return {
        "fk_renders_workspaces": NotFoundError("workspace", request.workspace_id),
        "pk_renders": ConflictError(f"There is a render {request.id} already."),
    }
