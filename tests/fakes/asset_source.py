"""Assets in memory."""

from collections.abc import Collection, Mapping

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.template_renderer import Assets
from domain.errors import LimitExceededError
from domain.identifiers import WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE_ID


class InMemoryAssetSource(AssetSource):
    """Assets of one workspace; keeps what it was asked for."""

    def __init__(self, assets: Mapping[str, bytes], workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID) -> None:
        self._assets = assets
        self._workspace_id = workspace_id
        self.asked: list[set[str]] = []

    @override
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        self.asked.append(set(names))
        mine = self._assets if workspace_id == self._workspace_id else {}
        found = {name: mine.get(name) for name in names}
        if sum(len(content) for content in found.values() if content is not None) > max_bytes:
            raise LimitExceededError("The assets of this document are too large together.")
        return found
