"""A database knows the storage that belongs to it, and takes no other one for it."""

import pytest

from application.own_storage import OwnStorage, OwnStorageHealthCheck
from domain.errors import ServiceUnavailableError, WrongStorageError
from tests.fakes.health_check import RecordingHealthCheck
from tests.fakes.ids import SequentialIds
from tests.fakes.storage_mark import InMemoryStorageMark
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory
from tests.unit.application.blob_house import BlobHouse


class Installation(BlobHouse):
    """Both stores with their marks."""

    def __init__(self, mark: str | None = None, known: str | None = None) -> None:
        super().__init__()
        self.mark, self.known = InMemoryStorageMark(mark), InMemoryStorageMark(known, "database")
        workspaces = InMemoryWorkspaceDirectory(self.units.database)
        self.own = OwnStorage(self.mark, self.known, self.storage, self.units, workspaces, SequentialIds())
        self.check_of_storage = OwnStorageHealthCheck(RecordingHealthCheck("storage"), self.own)

    async def has_a_document(self) -> None:
        """Store a blob, and name it."""
        await self.names(await self.keeps(b"letter"))

    async def is_unmounted(self) -> None:
        """Put an empty folder in the place of the storage."""
        self.storage.blobs.clear()
        self.mark.mark = None


async def test_both_are_marked_at_the_first_use_and_known_afterwards() -> None:
    installation = Installation()
    async with installation.own:
        assert installation.mark.mark == installation.known.mark is not None
    before = installation.mark.mark
    await installation.own.recognise()
    await installation.has_a_document()
    await installation.own.recognise()
    assert installation.mark.mark == installation.known.mark == before


async def test_a_storage_whose_disk_is_not_mounted_is_refused_and_not_marked() -> None:
    installation = Installation("sto_1", "sto_1")
    await installation.has_a_document()
    await installation.is_unmounted()
    with pytest.raises(WrongStorageError, match=r"expects the mark sto_1.*is its disk mounted.*docgen storage adopt"):
        await installation.own.__aenter__()
    with pytest.raises(ServiceUnavailableError, match="is its disk mounted"):
        await installation.check_of_storage.check()
    assert (installation.mark.mark, installation.known.mark) == (None, "sto_1")
    installation.mark.mark = "sto_1"
    await installation.check_of_storage.check()


async def test_an_installation_from_a_time_without_marks_gets_them() -> None:
    installation = Installation()
    await installation.has_a_document()
    await installation.own.recognise()
    assert installation.mark.mark == installation.known.mark is not None


async def test_an_installation_without_marks_is_not_given_an_empty_storage() -> None:
    installation = Installation()
    await installation.has_a_document()
    await installation.is_unmounted()
    with pytest.raises(WrongStorageError, match="names documents that are kept there"):
        await installation.own.recognise()
    assert (installation.mark.mark, installation.known.mark) == (None, None)


@pytest.mark.parametrize("known", [None, "sto_2"])
async def test_a_storage_of_another_database_is_refused(known: str | None) -> None:
    installation = Installation("sto_1", known)
    with pytest.raises(WrongStorageError, match="belongs to another database"):
        await installation.own.recognise()
    assert installation.known.mark == known


async def test_a_database_out_of_a_backup_takes_the_mark_of_its_storage() -> None:
    installation = Installation("sto_1")
    await installation.has_a_document()
    await installation.own.recognise()
    assert installation.known.mark == "sto_1"


async def test_a_first_start_that_was_interrupted_goes_on() -> None:
    installation = Installation(None, "sto_1")
    await installation.own.recognise()
    assert installation.mark.mark == "sto_1"


@pytest.mark.parametrize("mark", ["sto_2", None])
async def test_a_storage_is_adopted_on_purpose(mark: str | None) -> None:
    installation = Installation(mark, "sto_1")
    await installation.has_a_document()
    adopted = await installation.own.adopt()
    await installation.own.recognise()
    assert installation.mark.mark == installation.known.mark == adopted != "sto_1"


async def test_another_process_may_make_the_marks_between_two_looks() -> None:
    installation = Installation(None, "sto_1")
    await installation.has_a_document()
    looked = installation.mark.read

    async def read_once() -> str | None:
        installation.mark.mark, found = "sto_1", await looked()
        return found

    installation.mark.read = read_once  # type: ignore[method-assign]  # a process that comes in between
    await installation.own.recognise()


@pytest.mark.parametrize("which", ["mark", "known"])
async def test_what_is_down_at_the_start_is_compared_later(which: str) -> None:
    installation = Installation("sto_1", "sto_2")
    getattr(installation, which).down = True
    async with installation.own:
        getattr(installation, which).down = False
    with pytest.raises(ServiceUnavailableError, match="belongs to another database"):
        await installation.check_of_storage.check()


async def test_a_database_that_is_down_is_no_fault_of_the_storage() -> None:
    installation = Installation("sto_1", "sto_1")
    installation.known.down = True
    await installation.check_of_storage.check()
