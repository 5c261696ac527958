"""The contract of `AssetSource`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import pytest

from application.ports.asset_source import AssetSource
from domain.errors import LimitExceededError
from domain.identifiers import WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.image_files import image_file

OTHER = WorkspaceId("wsp_" + "0" * 32)
LOGO, PHOTO = image_file(), image_file("JPEG")
BOTH = len(LOGO) + len(PHOTO)


class AssetSourceContract(ABC):
    """Promises of everything that has assets."""

    @abstractmethod
    async def source_of(self, assets: Mapping[str, bytes]) -> AssetSource:
        """Give a source of these assets of the default workspace."""

    async def test_assets_are_given_by_their_names(self) -> None:
        source = await self.source_of({"logo.png": LOGO, "photo.jpg": PHOTO})
        for names in (["logo.png"], ["photo.jpg", "logo.png"], []):
            found = await source.load(DEFAULT_WORKSPACE_ID, names, BOTH)
            assert found == {name: {"logo.png": LOGO, "photo.jpg": PHOTO}[name] for name in names}

    async def test_one_that_is_not_there_is_none(self) -> None:
        source = await self.source_of({"logo.png": LOGO})
        asked = ["logo.png", "gone.png", "template:gone", "a\0b"]
        found = await source.load(DEFAULT_WORKSPACE_ID, asked, BOTH)
        assert found == {name: LOGO if name == "logo.png" else None for name in asked}

    async def test_another_workspace_has_none_of_them(self) -> None:
        source = await self.source_of({"logo.png": LOGO})
        assert await source.load(OTHER, ["logo.png"], BOTH) == {"logo.png": None}

    async def test_more_bytes_than_there_is_room_for_are_refused(self) -> None:
        source = await self.source_of({"logo.png": LOGO, "photo.jpg": PHOTO})
        with pytest.raises(LimitExceededError):
            await source.load(DEFAULT_WORKSPACE_ID, ["logo.png", "photo.jpg"], BOTH - 1)
