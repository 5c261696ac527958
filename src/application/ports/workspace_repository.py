"""The collection of workspaces."""

from abc import abstractmethod
from typing import Protocol

from domain.identifiers import Slug
from domain.workspace import DeletedWorkspace, Workspace


class WorkspaceRepository(Protocol):
    """All workspaces of the installation."""

    @abstractmethod
    async def add(self, workspace: Workspace) -> None:
        """Add a workspace.

        Raises:
            SlugTakenError: another one has its slug.
        """

    @abstractmethod
    async def get(self, slug: Slug) -> Workspace:
        """Return the workspace.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def all(self) -> list[Workspace]:
        """Return every workspace, by slug."""

    @abstractmethod
    async def delete(self, slug: Slug) -> None:
        """Remove a workspace with everything in it; its blobs are left to the collector.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def record_deletion(self, deleted: DeletedWorkspace) -> None:
        """Keep that a workspace was deleted, for those who run the installation."""

    @abstractmethod
    async def deletions(self) -> list[DeletedWorkspace]:
        """Return the workspaces that were deleted, the last one first."""
