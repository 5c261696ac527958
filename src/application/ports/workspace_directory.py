"""Where the workspace that a token names is looked up."""

from abc import abstractmethod
from typing import Protocol

from domain.identifiers import Slug, WorkspaceId


class WorkspaceDirectory(Protocol):
    """All workspaces, each to be found by its slug alone."""

    @abstractmethod
    async def find(self, slug: Slug) -> WorkspaceId | None:
        """Return the id of the workspace with this slug, None where there is none.

        Raises ServiceUnavailableError when the database is down.
        """

    @abstractmethod
    async def all(self) -> list[WorkspaceId]:
        """Return the ids of all workspaces, for what is done in each of them in turn.

        Raises ServiceUnavailableError when the database is down.
        """
