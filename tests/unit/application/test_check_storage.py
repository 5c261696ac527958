"""Both stores are compared: what is wrong is named, and orphans alone are removed."""

import pytest

from application.ports.blob_references import Namer
from application.use_cases.check_storage import FaultKind
from domain.errors import ServiceUnavailableError
from tests.builders import a_workspace
from tests.unit.application.blob_house import DAY, BlobHouse


@pytest.fixture
def house() -> BlobHouse:
    return BlobHouse()


async def test_stores_that_fit_have_no_faults(house: BlobHouse) -> None:
    for number in range(1_050):
        await house.names(await house.keeps(b"%d" % number))
    assert await house.check.count() == 1_050
    assert await house.faults() == []


async def test_every_fault_is_named_for_what_it_is(house: BlobHouse) -> None:
    lost, damaged, orphan = [await house.keeps(content) for content in (b"lost", b"damaged", b"orphan")]
    names = {key: await house.names(key) for key in (lost, damaged)}
    del house.storage.blobs[lost]
    house.storage.blobs[damaged] = b"DAMAGED"
    foreign = await house.keeps(b"theirs", a_workspace().id)
    house.clock.advance(2 * DAY)
    young = await house.keeps(b"young")
    found = {fault.key: fault for fault in await house.faults()}
    assert {key: fault.kind for key, fault in found.items()} == {
        lost: FaultKind.MISSING,
        damaged: FaultKind.CORRUPT,
        orphan: FaultKind.ORPHANED,
        foreign: FaultKind.FOREIGN,
        young: FaultKind.YOUNG,
    }
    for key in (lost, damaged):
        assert [(name.namer, name.id) for name in found[key].names] == [(Namer.ASSET, names[key])]
    assert found[lost].size == len(b"lost")


async def test_repair_removes_orphans_and_nothing_else(house: BlobHouse) -> None:
    lost, damaged, orphan = [await house.keeps(content) for content in (b"lost", b"damaged", b"orphan")]
    for key in (lost, damaged):
        await house.names(key)
    del house.storage.blobs[lost]
    house.storage.blobs[damaged] = b"DAMAGED"
    house.clock.advance(2 * DAY)
    young = await house.keeps(b"young")
    repaired = await house.faults(repair=True)
    assert [fault.key for fault in repaired if fault.removed] == [orphan]
    assert set(house.storage.blobs) == {damaged, young}
    assert {fault.kind for fault in await house.faults()} == {FaultKind.MISSING, FaultKind.CORRUPT, FaultKind.YOUNG}


async def test_a_missing_blob_that_many_rows_name_is_told_of_once(house: BlobHouse) -> None:
    key = await house.keeps(b"seal")
    names = [await house.names(key, f"seal-{number}.png") for number in range(3)]
    del house.storage.blobs[key]
    [fault] = await house.faults()
    assert [name.id for name in fault.names] == names


async def test_without_the_contents_another_size_is_found(house: BlobHouse) -> None:
    shorter, same_size = await house.keeps(b"shorter"), await house.keeps(b"size")
    for key in (shorter, same_size):
        await house.names(key)
    house.storage.blobs[shorter] = b"short"
    house.storage.blobs[same_size] = b"SIZE"
    assert [fault.key for fault in await house.faults(contents=False)] == [shorter]
    assert {fault.key for fault in await house.faults()} == {shorter, same_size}


async def test_a_storage_that_is_down_is_no_corrupt_storage(house: BlobHouse) -> None:
    await house.names(await house.keeps(b"letter"))
    house.storage.down = True
    with pytest.raises(ServiceUnavailableError):
        await house.faults()
