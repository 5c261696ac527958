"""The contract of `AssetRepository`."""

from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.asset import Asset
from domain.errors import InvalidRequestError, NotFoundError
from domain.identifiers import WorkspaceId
from domain.workspace import Workspace
from tests.builders import NOW, an_asset
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


async def kept(units: UnitsOfWork, asset: Asset) -> Asset:
    """Keep an asset."""
    async with units.of_workspace(asset.workspace_id) as unit:
        made = await unit.assets.put(asset)
        await unit.commit()
    return made


async def names_of(
    units: UnitsOfWork, workspace_id: WorkspaceId, limit: int = 100, after: str | None = None
) -> list[str]:
    """List the names of a workspace's assets."""
    async with units.of_workspace(workspace_id) as unit:
        return [asset.name for asset in await unit.assets.search(limit=limit, after=after)]


class AssetRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of assets."""

    async def test_an_asset_is_kept_in_every_field(self, units: UnitsOfWork) -> None:
        asset = an_asset("Größe (1).png", updated_by="Zoë 💶", size=2**40)
        assert await kept(units, asset) == asset
        async with units.of_workspace(asset.workspace_id) as unit:
            assert await unit.assets.get(asset.name) == asset

    async def test_a_new_file_takes_the_place_of_the_old_one(self, units: UnitsOfWork) -> None:
        await kept(units, an_asset())
        later = NOW + timedelta(days=1)
        other = an_asset(sha256="0" * 64, size=7, media_type="image/gif", created_at=later, updated_at=later)
        made = await kept(units, other)
        assert (made.created_at, made.updated_at, made.sha256, made.size) == (NOW, later, "0" * 64, 7)
        async with units.of_workspace(other.workspace_id) as unit:
            assert await unit.assets.search(limit=10) == [made]

    async def test_an_asset_is_added_where_there_is_none_of_its_name(self, units: UnitsOfWork) -> None:
        first, second = an_asset(), an_asset(sha256="0" * 64)
        for asset, is_new in ((first, True), (second, False)):
            async with units.of_workspace(asset.workspace_id) as unit:
                assert await unit.assets.add(asset) is is_new
                await unit.commit()
        async with units.of_workspace(first.workspace_id) as unit:
            assert await unit.assets.get(first.name) == first

    async def test_a_locked_asset_is_read_as_it_is(self, units: UnitsOfWork) -> None:
        asset = await kept(units, an_asset())
        async with units.of_workspace(asset.workspace_id) as unit:
            assert await unit.assets.lock(asset.name) == asset
            assert await unit.assets.lock("none.png") is None
            assert await unit.assets.lock("a\0b") is None

    async def test_what_was_not_committed_is_not_there(self, units: UnitsOfWork) -> None:
        asset = an_asset()
        async with units.of_workspace(asset.workspace_id) as unit:
            await unit.assets.put(asset)
            assert await unit.assets.get(asset.name) == asset
        assert await names_of(units, asset.workspace_id) == []

    async def test_names_are_found_and_listed_in_their_order(self, units: UnitsOfWork) -> None:
        for name in ("b.png", "a.png", "B.png", "a-b.png"):
            workspace_id = (await kept(units, an_asset(name))).workspace_id
        assert await names_of(units, workspace_id) == ["B.png", "a-b.png", "a.png", "b.png"]
        assert await names_of(units, workspace_id, limit=2, after="B.png") == ["a-b.png", "a.png"]
        async with units.of_workspace(workspace_id) as unit:
            found = await unit.assets.find(["b.png", "none.png", "a.png", "a\0b"])
            assert [asset.name for asset in found] == ["a.png", "b.png"]
            assert await unit.assets.find([]) == []

    async def test_workspaces_see_their_own_assets_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        for workspace in (acme, globex):
            await kept(units, an_asset(workspace_id=workspace.id, updated_by=workspace.slug))
        async with units.of_workspace(acme.id) as unit:
            assert (await unit.assets.get("logo.png")).updated_by == "acme"
            await unit.assets.delete("logo.png")
            await unit.commit()
        assert await names_of(units, acme.id) == []
        assert await names_of(units, globex.id) == ["logo.png"]

    async def test_a_workspace_takes_its_assets_along(self, units: UnitsOfWork, acme: Workspace) -> None:
        await kept(units, an_asset(workspace_id=acme.id))
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        assert await names_of(units, acme.id) == []
        with pytest.raises(NotFoundError, match="workspace"):
            await kept(units, an_asset(workspace_id=acme.id))

    @pytest.mark.parametrize("name", ["nothing.png", "a\0b.png", "a\ud800b.png"])
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, acme: Workspace, name: str) -> None:
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError) as failure:
                await unit.assets.get(name)
            assert (failure.value.kind, failure.value.reference) == ("asset", name)
            with pytest.raises(NotFoundError):
                await unit.assets.delete(name)

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_texts_that_cannot_be_kept_are_refused(self, units: UnitsOfWork, text: str) -> None:
        with pytest.raises(InvalidRequestError) as failure:
            await kept(units, an_asset(updated_by=text))
        assert failure.value.field == "updated_by"
