"""The newest backups stay whole, and what only older ones had is gone."""

from pathlib import Path

import pytest

from application.backup_manifest import BLOBS, MANIFEST
from application.use_cases.thin_backups import ThinBackups
from domain.errors import ServiceUnavailableError
from tests.unit.application.test_backups import DATABASE, SECOND, Installation, Place


async def _one(content: bytes):  # type: ignore[no-untyped-def]  # pieces of a file
    yield content


class Thinning(Place):
    """A place with three backups, which have a blob each that the others do not have, and one of all of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.one = Installation(DATABASE)
        self.names: list[str] = []
        self.thin = ThinBackups(self.one.database, self.files, self.blobs, self.clock)

    async def fill(self) -> None:
        """Make the backups."""
        await self.one.keeps(b"always there")
        for number in range(3):
            key = await self.one.keeps(b"%d" % number)
            self.names.append((await self.takes(self.one)).manifest.name)
            del self.one.database.named[key]

    def has(self) -> set[bytes]:
        """Return what the place has of the storage."""
        return set(self.blobs.blobs.values())


@pytest.fixture
async def place(tmp_path: Path) -> Thinning:
    place = Thinning(tmp_path)
    await place.fill()
    return place


async def test_the_newest_stay_and_can_be_restored(place: Thinning) -> None:
    done = await place.thin(2)
    assert (done.backups, done.blobs) == ((place.names[0],), 1)
    assert place.has() == {b"always there", b"1", b"2"}
    for name in place.names[1:]:
        other = Installation(None)
        assert (await place.gives(other, name)).missing == ()
    again = await place.thin(2)
    assert (again.backups, again.blobs) == ((), 0)


async def test_no_more_than_there_are_can_be_kept(place: Thinning) -> None:
    done = await place.thin(10)
    assert (done.backups, done.blobs, len(place.has())) == ((), 0, 4)


async def test_a_removal_that_was_interrupted_is_finished(place: Thinning) -> None:
    (place.folder / place.names[0] / MANIFEST).unlink()
    place.clock.advance(100_000 * SECOND)
    done = await place.thin(2)
    assert (done.backups, done.blobs) == ((place.names[0],), 1)


async def test_no_blob_is_taken_from_a_backup_that_may_be_under_way(place: Thinning) -> None:
    """Of another database, which has found in the place what it need not copy."""
    (place.folder / place.names[2] / MANIFEST).unlink()
    done = await place.thin(1)
    assert (done.backups, done.blobs) == ((place.names[0],), None)
    assert len(place.has()) == 4


async def test_nothing_is_removed_while_a_backup_is_made(place: Thinning) -> None:
    async with place.one.database.blobs_kept():
        with pytest.raises(ServiceUnavailableError):
            await place.thin(1)
    assert await place.into(Installation(None)).backups() == place.names[::-1]


@pytest.mark.parametrize("damage", [b"", b"nonsense"])
async def test_nothing_is_removed_by_a_list_that_is_damaged(place: Thinning, damage: bytes) -> None:
    await place.files.write(f"{place.names[2]}/{BLOBS}", _one(damage))
    with pytest.raises(ServiceUnavailableError, match="damaged"):
        await place.thin(1)
    assert (len(place.has()), len(await place.files.folders())) == (4, 3)
