"""Where the contents of assets come from."""

from abc import abstractmethod
from collections.abc import Collection
from typing import Protocol

from application.ports.template_renderer import Assets
from domain.identifiers import WorkspaceId


class AssetSource(Protocol):
    """Gives the contents of assets by their names, those of one workspace alone.

    The file of a template has a name as well (see domain.asset.template_file): there are only those that can become a
    Word document, and without a version only published ones.
    """

    @abstractmethod
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        """Return the contents of each of these names; None for one that is not there.

        Raises:
            LimitExceededError: together they have more than `max_bytes`.
            ServiceUnavailableError: they cannot be read at the moment.
        """
