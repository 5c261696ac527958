"""Assets that are rows and blobs."""

from collections.abc import Mapping

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.stored_assets import StoredAssets
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.builders import an_asset
from tests.contracts.asset_source import AssetSourceContract
from tests.contracts.document_storage import key_of
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.units_of_work import InMemoryUnitsOfWork


class TestStoredAssets(AssetSourceContract):
    @override
    async def source_of(self, assets: Mapping[str, bytes]) -> AssetSource:
        units, storage = InMemoryUnitsOfWork(), InMemoryDocumentStorage()
        async with units.of_workspace(DEFAULT_WORKSPACE_ID) as unit:
            for name, content in assets.items():
                key = key_of(content, DEFAULT_WORKSPACE_ID)
                await storage.put(key, content)
                await unit.assets.put(an_asset(name, sha256=key.sha256, size=len(content)))
            await unit.commit()
        return StoredAssets(units, storage)
