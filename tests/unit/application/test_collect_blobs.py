"""The collector: what nothing names goes, and nothing else does."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from application.blob_survey import BlobSurvey
from application.ports.document_storage import BlobKey
from application.use_cases.collect_blobs import CollectBlobs
from application.use_cases.manage_workspaces import ManageWorkspaces
from domain.identifiers import WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.builders import a_workspace, an_asset
from tests.contracts.unit_of_work import stored_workspace
from tests.fakes.clock import FixedClock
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.ids import SequentialIds
from tests.fakes.units_of_work import InMemoryUnitsOfWork

GRACE = timedelta(hours=24)
DAY = timedelta(days=1)


class _Interrupted(InMemoryDocumentStorage):
    """Lets somebody do something after the blobs were listed, and before one is erased."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        if self.meanwhile is not None:
            await self.meanwhile()
        await super().erase(key, is_named)


class _House:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.storage = _Interrupted()
        self.units = InMemoryUnitsOfWork()
        self.collect = CollectBlobs(BlobSurvey(self.units, self.storage, self.clock, GRACE), self.storage)

    async def keeps(self, content: bytes, workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID) -> BlobKey:
        """Store a blob at this moment."""
        key = BlobKey(workspace_id, hashlib.sha256(content).hexdigest())
        await self.storage.put(key, content)
        self.storage.stored_at[key] = self.clock.now()
        return key

    async def names(self, key: BlobKey) -> None:
        async with self.units.of_workspace(key.workspace_id) as unit:
            await unit.assets.put(an_asset(f"{key.sha256[:9]}.png", workspace_id=key.workspace_id, sha256=key.sha256))
            await unit.commit()


@pytest.fixture
def house() -> _House:
    return _House()


async def test_what_nothing_names_goes_and_nothing_else(house: _House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    named, *orphans = [await house.keeps(b"%d" % number) for number in range(1_203)]
    await house.names(named)
    house.clock.advance(2 * DAY)
    young = await house.keeps(b"young")
    await house.collect()
    assert set(house.storage.blobs) == {named, young}
    assert f"Removed {len(orphans)} blobs that nothing names" in caplog.text


async def test_a_blob_that_is_young_stays_until_it_is_not(house: _House) -> None:
    key = await house.keeps(b"a document whose row is to come")
    house.clock.advance(GRACE - timedelta(seconds=1))
    await house.collect()
    assert key in house.storage.blobs
    house.clock.advance(timedelta(seconds=2))
    await house.collect()
    assert key not in house.storage.blobs


async def test_an_old_blob_that_is_stored_again_is_young(house: _House) -> None:
    """Whoever stores it again is about to name it."""
    key = await house.keeps(b"old")
    house.clock.advance(2 * DAY)

    async def stored_again() -> None:
        await house.keeps(b"old")

    house.storage.meanwhile = stored_again
    await house.collect()
    assert key in house.storage.blobs


async def test_what_is_named_before_it_is_erased_stays(house: _House) -> None:
    key = await house.keeps(b"old")
    house.clock.advance(2 * DAY)

    async def is_named() -> None:
        await house.names(key)

    house.storage.meanwhile = is_named
    await house.collect()
    assert key in house.storage.blobs


async def test_the_blobs_of_a_deleted_workspace_go(house: _House) -> None:
    acme = await stored_workspace(house.units, "acme")
    key = await house.keeps(b"acme's", acme.id)
    await ManageWorkspaces(house.units, house.clock, SequentialIds()).delete("acme", "ada")
    house.clock.advance(2 * DAY)
    await house.collect()
    assert key not in house.storage.blobs


async def test_a_storage_of_another_database_is_left_alone(house: _House, caplog: pytest.LogCaptureFixture) -> None:
    """A new database has the workspace `default` as well, and names nothing in it."""
    unknown = await house.keeps(b"theirs", a_workspace().id)
    house.clock.advance(-2 * DAY)
    older = await house.keeps(b"older than the database")
    house.clock.advance(5 * DAY)
    await house.collect()
    assert set(house.storage.blobs) == {unknown, older}
    assert "Left 2 blobs" in caplog.text


async def test_a_workspace_that_fails_keeps_no_other_waiting(house: _House, caplog: pytest.LogCaptureFixture) -> None:
    await house.keeps(b"a")
    house.clock.advance(2 * DAY)
    house.units.database.down = True
    await house.collect()
    assert "wait for another collection" in caplog.text
    assert len(house.storage.blobs) == 1
