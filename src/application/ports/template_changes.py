"""Whether what was read of a workspace's templates still holds."""

from abc import abstractmethod
from typing import Protocol

from domain.identifiers import WorkspaceId


class TemplateChanges(Protocol):
    """Hears of changes of templates and versions, by whichever process they are made."""

    @abstractmethod
    def generation(self, workspace_id: WorkspaceId) -> int | None:
        """Return a number that has grown when a template of the workspace may have changed since; None: nobody knows.

        Changes that were committed through this process's units of work are in it at once, those of others a moment
        after their commit.
        """
