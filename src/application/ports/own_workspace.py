"""A workspace as it sees itself."""

from abc import abstractmethod
from typing import Protocol

from domain.workspace import Workspace, WorkspaceSettings


class OwnWorkspace(Protocol):
    """The workspace of a unit of work, with what it has chosen."""

    @abstractmethod
    async def get(self) -> Workspace:
        """Return the workspace.

        Raises:
            NotFoundError: it is gone.
        """

    @abstractmethod
    async def settings(self, *, for_change: bool = False) -> WorkspaceSettings:
        """Return what the workspace has chosen; where it never has, nothing.

        `for_change` lets nobody else change it until this transaction ends.

        Raises:
            NotFoundError: the workspace is gone, and was to be changed.
        """

    @abstractmethod
    async def choose(self, settings: WorkspaceSettings) -> None:
        """Keep settings in the place of those that were read for a change.

        Raises:
            InvalidRequestError: a text cannot be kept.
        """
