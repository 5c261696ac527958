"""A directory of the workspaces in memory."""

from typing_extensions import override

from application.ports.workspace_directory import WorkspaceDirectory
from domain.identifiers import Slug, WorkspaceId
from tests.fakes.database import Database, View


class InMemoryWorkspaceDirectory(WorkspaceDirectory):
    """The committed workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def find(self, slug: Slug) -> WorkspaceId | None:
        await View(self._database).query()
        found = self._database.workspaces.get(slug)
        return None if found is None else found.id

    @override
    async def all(self) -> list[WorkspaceId]:
        await View(self._database).query()
        return [workspace.id for workspace in self._database.workspaces.values()]
