"""Backups are whole or not there, and what is restored is what was backed up."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.storage.backup_folder import LocalBackupFiles
from application.ports.document_storage import BlobKey
from application.use_cases.back_up import BackedUp, BackUp, BackUpCommand
from application.use_cases.restore_backup import RestoreBackup, RestoreCommand, Restored
from domain.errors import ConflictError, ServiceUnavailableError, StorageFullError
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.fakes.clock import FixedClock
from tests.fakes.database_backup import MADE_WITH, FixedDatabaseBackup
from tests.fakes.document_storage import InMemoryDocumentStorage

SECOND = timedelta(seconds=1)
DATABASE = b"everything in the database\n" * 1_000


class Installation:
    """Both stores."""

    def __init__(self, content: bytes | None) -> None:
        self.database = FixedDatabaseBackup(content)
        self.storage = InMemoryDocumentStorage()

    async def keeps(self, content: bytes) -> BlobKey:
        """Store a blob that the database names."""
        key = BlobKey(DEFAULT_WORKSPACE_ID, hashlib.sha256(content).hexdigest())
        await self.storage.put(key, content)
        self.database.named[key] = len(content)
        return key


class Place:
    """Where backups are kept."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        self.folder = folder
        self.files = LocalBackupFiles(folder)
        self.blobs = InMemoryDocumentStorage()

    async def takes(self, one: Installation) -> BackedUp:
        """Make a backup."""
        self.clock.advance(SECOND)
        back_up = BackUp(one.database, one.storage, self.files, self.blobs, self.clock, "1.2.3")
        return await back_up(BackUpCommand())

    def into(self, other: Installation) -> RestoreBackup:
        """Return what restores."""
        return RestoreBackup(other.database, other.storage, self.files, self.blobs)

    async def gives(self, other: Installation, backup: str | None = None) -> Restored:
        """Restore a backup."""
        return await self.into(other)(RestoreCommand(backup))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def one() -> Installation:
    return Installation(DATABASE)


@pytest.fixture
def other() -> Installation:
    return Installation(None)


async def test_what_was_backed_up_is_restored(place: Place, one: Installation, other: Installation) -> None:
    for number in range(2_000):
        await one.keeps(b"%d" % number)
    unnamed = BlobKey(DEFAULT_WORKSPACE_ID, hashlib.sha256(b"unnamed").hexdigest())
    await one.storage.put(unnamed, b"unnamed")
    done = await place.takes(one)
    assert (done.new, done.missing, done.manifest.blob_count) == (2_000, (), 2_000)
    assert done.manifest.made_with == MADE_WITH
    restored = await place.gives(other)
    assert (restored.new, restored.missing, restored.manifest) == (2_000, (), done.manifest)
    assert other.database.content == DATABASE
    del one.storage.blobs[unnamed]
    assert other.storage.blobs == one.storage.blobs


async def test_only_what_is_new_is_copied(place: Place, one: Installation) -> None:
    await one.keeps(b"a")
    assert (await place.takes(one)).new == 1
    await one.keeps(b"b")
    assert (await place.takes(one)).new == 1
    assert (await place.takes(one)).new == 0


async def test_each_backup_can_be_restored(place: Place, one: Installation, other: Installation) -> None:
    await one.keeps(b"a")
    first = (await place.takes(one)).manifest.name
    gone = await one.keeps(b"b")
    one.database.content = b"later"
    second = (await place.takes(one)).manifest.name
    assert await place.into(other).backups() == [second, first]
    await place.gives(other, first)
    assert (other.database.content, gone in other.storage.blobs) == (DATABASE, False)


async def test_no_blob_is_erased_meanwhile(place: Place, one: Installation) -> None:
    kept: list[bool] = []
    await one.keeps(b"a")
    back_up = BackUp(one.database, one.storage, place.files, place.blobs, place.clock, "1.2.3")
    await back_up(BackUpCommand(on_blob=lambda: kept.append(one.database.kept)))
    assert (kept, one.database.kept) == ([True], False)


async def test_an_interrupted_backup_leaves_the_one_before(
    place: Place, one: Installation, other: Installation
) -> None:
    await one.keeps(b"a")
    first = (await place.takes(one)).manifest.name
    await one.keeps(b"b")
    one.database.content = b"later"
    place.blobs.capacity = 1
    with pytest.raises(StorageFullError):
        await place.takes(one)
    assert await place.into(other).backups() == [first]
    await place.gives(other)
    assert other.database.content == DATABASE
    place.blobs.capacity = None
    assert (await place.takes(one)).new == 1


async def test_an_interrupted_restore_can_be_begun_again(place: Place, one: Installation, other: Installation) -> None:
    for number in range(10):
        await one.keeps(b"%d" % number)
    await place.takes(one)
    other.storage.capacity = 5
    with pytest.raises(StorageFullError):
        await place.gives(other)
    assert other.database.content is None
    copied = len(other.storage.blobs)
    other.storage.capacity = None
    assert (await place.gives(other)).new == 10 - copied
    assert other.database.content == DATABASE
    assert other.storage.blobs == one.storage.blobs


async def test_what_the_storage_lost_does_not_keep_the_rest_from_being_backed_up(
    place: Place, one: Installation, other: Installation
) -> None:
    lost, damaged, whole = [await one.keeps(content) for content in (b"lost", b"damaged", b"whole")]
    del one.storage.blobs[lost]
    one.storage.blobs[damaged] = b"DAMAGED"
    done = await place.takes(one)
    assert (set(done.missing), done.manifest.missing) == ({lost, damaged}, 2)
    restored = await place.gives(other)
    assert set(restored.missing) == {lost, damaged}
    assert set(other.storage.blobs) == {whole}


async def test_a_place_that_cannot_be_written_is_no_fault_of_the_blobs(place: Place, one: Installation) -> None:
    await one.keeps(b"a")
    place.blobs.down = True
    with pytest.raises(ServiceUnavailableError):
        await place.takes(one)


async def test_a_storage_that_is_down_is_not_backed_up_as_empty(
    place: Place, one: Installation, other: Installation
) -> None:
    await one.keeps(b"a")
    one.storage.down = True
    with pytest.raises(ServiceUnavailableError):
        await place.takes(one)
    assert await place.into(other).backups() == []


@pytest.mark.parametrize("file", ["database.dump", "blobs.txt", "manifest.json"])
async def test_a_damaged_file_is_refused_before_anything_is_restored(
    place: Place, one: Installation, other: Installation, file: str
) -> None:
    await one.keeps(b"a")
    name = (await place.takes(one)).manifest.name
    path = place.folder / name / file
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(ServiceUnavailableError, match=f"The file {file} of the backup {name} is damaged"):
        await place.gives(other)
    assert (other.database.content, other.storage.blobs) == (None, {})


async def test_a_backup_of_a_newer_format_is_refused(place: Place, one: Installation, other: Installation) -> None:
    name = (await place.takes(one)).manifest.name
    path = place.folder / name / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    with pytest.raises(ServiceUnavailableError, match="format 2"):
        await place.gives(other)


async def test_a_database_that_is_not_empty_stops_everything(place: Place, one: Installation) -> None:
    await one.keeps(b"a")
    await place.takes(one)
    full = Installation(b"something")
    with pytest.raises(ConflictError):
        await place.gives(full)
    assert full.storage.blobs == {}


async def test_a_backup_that_is_not_there_is_said_with_those_that_are(
    place: Place, one: Installation, other: Installation
) -> None:
    with pytest.raises(ConflictError, match="no backup in this place"):
        await place.gives(other)
    name = (await place.takes(one)).manifest.name
    with pytest.raises(ConflictError, match=f"there are: {name}"):
        await place.gives(other, "20200101T000000Z")
