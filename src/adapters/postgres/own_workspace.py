"""A workspace and its settings, in PostgreSQL."""

from dataclasses import asdict, fields

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.tables.workspaces import WorkspaceRow, WorkspaceSettingsRow, workspace_of
from adapters.postgres.texts import require_storable
from application.ports.own_workspace import OwnWorkspace
from domain.errors import NotFoundError
from domain.identifiers import WorkspaceId
from domain.workspace import Workspace, WorkspaceSettings

_FIELDS = tuple(field.name for field in fields(WorkspaceSettings))


class PostgresOwnWorkspace(OwnWorkspace):
    """Settings are columns of a table of their own: the service's role may not change the workspaces themselves.

    `changed` tells whether something was written.
    """

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self.changed = False

    @override
    async def get(self) -> Workspace:
        row = await self._session.scalar(select(WorkspaceRow).where(WorkspaceRow.id == self._workspace_id))
        if row is None:
            raise NotFoundError("workspace", self._workspace_id)
        return workspace_of(row)

    @override
    async def settings(self, *, for_change: bool = False) -> WorkspaceSettings:
        query = select(*(getattr(WorkspaceSettingsRow, name) for name in _FIELDS))
        query = query.where(WorkspaceSettingsRow.workspace_id == self._workspace_id)
        if for_change:
            # What nobody has chosen yet has no row that could be locked.
            first = insert(WorkspaceSettingsRow).values(workspace_id=self._workspace_id, revision=0)
            with violations({"fk_workspace_settings_workspaces": NotFoundError("workspace", self._workspace_id)}):
                await self._session.execute(first.on_conflict_do_nothing())
            query = query.with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return WorkspaceSettings() if row is None else WorkspaceSettings(*row)

    @override
    async def choose(self, settings: WorkspaceSettings) -> None:
        require_storable(locale=settings.locale, timezone=settings.timezone)
        self.changed = True
        mine = update(WorkspaceSettingsRow).where(WorkspaceSettingsRow.workspace_id == self._workspace_id)
        changed = mine.values(asdict(settings)).execution_options(synchronize_session=False)
        await self._session.execute(changed)
