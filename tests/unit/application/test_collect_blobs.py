"""The collector: what nothing names goes, and nothing else does."""

from datetime import timedelta

import pytest

from application.use_cases.manage_workspaces import ManageWorkspaces
from tests.builders import a_workspace
from tests.contracts.unit_of_work import stored_workspace
from tests.fakes.ids import SequentialIds
from tests.unit.application.blob_house import DAY, GRACE, BlobHouse


@pytest.fixture
def house() -> BlobHouse:
    return BlobHouse()


async def test_what_nothing_names_goes_and_nothing_else(house: BlobHouse, caplog: pytest.LogCaptureFixture) -> None:
    named, *orphans = [await house.keeps(b"%d" % number) for number in range(1_203)]
    await house.names(named)
    house.clock.advance(2 * DAY)
    young = await house.keeps(b"young")
    await house.collect()
    assert set(house.storage.blobs) == {named, young}
    assert f"Removed {len(orphans)} blobs that nothing names" in caplog.text


async def test_a_blob_that_is_young_stays_until_it_is_not(house: BlobHouse) -> None:
    key = await house.keeps(b"a document whose row is to come")
    house.clock.advance(GRACE - timedelta(seconds=1))
    await house.collect()
    assert key in house.storage.blobs
    house.clock.advance(timedelta(seconds=2))
    await house.collect()
    assert key not in house.storage.blobs


async def test_an_old_blob_that_is_stored_again_is_young(house: BlobHouse) -> None:
    """Whoever stores it again is about to name it."""
    key = await house.keeps(b"old")
    house.clock.advance(2 * DAY)

    async def stored_again() -> None:
        await house.keeps(b"old")

    house.storage.meanwhile = stored_again
    await house.collect()
    assert key in house.storage.blobs


async def test_what_is_named_before_it_is_erased_stays(house: BlobHouse) -> None:
    key = await house.keeps(b"old")
    house.clock.advance(2 * DAY)

    async def is_named() -> None:
        await house.names(key)

    house.storage.meanwhile = is_named
    await house.collect()
    assert key in house.storage.blobs


async def test_the_blobs_of_a_deleted_workspace_go(house: BlobHouse) -> None:
    acme = await stored_workspace(house.units, "acme")
    key = await house.keeps(b"acme's", acme.id)
    await ManageWorkspaces(house.units, house.clock, SequentialIds()).delete("acme", "ada")
    house.clock.advance(2 * DAY)
    await house.collect()
    assert key not in house.storage.blobs


async def test_a_storage_of_another_database_is_left_alone(house: BlobHouse, caplog: pytest.LogCaptureFixture) -> None:
    """A new database has the workspace `default` as well, and names nothing in it."""
    unknown = await house.keeps(b"theirs", a_workspace().id)
    house.clock.advance(-2 * DAY)
    older = await house.keeps(b"older than the database")
    house.clock.advance(5 * DAY)
    await house.collect()
    assert set(house.storage.blobs) == {unknown, older}
    assert "Left 2 blobs" in caplog.text


async def test_who_fails_keeps_no_other_waiting(house: BlobHouse, caplog: pytest.LogCaptureFixture) -> None:
    await house.keeps(b"a")
    house.clock.advance(2 * DAY)
    house.units.database.down = True
    await house.collect()
    assert "wait for another collection" in caplog.text
    assert len(house.storage.blobs) == 1
