"""A storage is copied whole, and what was interrupted goes on where it was."""

import hashlib

import pytest

from application.ports.document_storage import BlobKey
from application.use_cases.copy_storage import CopyStorage
from domain.errors import ConflictError, ServiceUnavailableError, StorageFullError
from domain.identifiers import WorkspaceId
from tests.builders import a_workspace
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.storage_mark import InMemoryStorageMark


class Stores:
    """One storage, and an empty one."""

    def __init__(self) -> None:
        self.source, self.target = InMemoryDocumentStorage(), InMemoryDocumentStorage()
        self.source_mark, self.target_mark = InMemoryStorageMark("sto_1"), InMemoryStorageMark()
        self.copy = CopyStorage(self.source, self.target, self.source_mark, self.target_mark)

    async def keeps(self, content: bytes, workspace_id: WorkspaceId) -> BlobKey:
        """Store a blob in the first one."""
        key = BlobKey(workspace_id, hashlib.sha256(content).hexdigest())
        await self.source.put(key, content)
        return key


@pytest.fixture
async def stores() -> Stores:
    """Stores with blobs of two workspaces."""
    stores = Stores()
    for workspace in (a_workspace("acme"), a_workspace("globex")):
        for number in range(100):
            await stores.keeps(b"%d" % number, workspace.id)
    return stores


async def test_everything_is_copied_and_told_of(stores: Stores) -> None:
    told: list[None] = []
    done = await stores.copy(lambda: told.append(None))
    assert (done.new, done.unreadable, len(told), await stores.copy.count()) == (200, (), 200, 200)
    assert stores.target.blobs == stores.source.blobs


async def test_a_copy_that_was_interrupted_goes_on_where_it_was(stores: Stores) -> None:
    stores.target.capacity = 50
    with pytest.raises(StorageFullError):
        await stores.copy(lambda: None)
    there = len(stores.target.blobs)
    stores.target.capacity = None
    assert (await stores.copy(lambda: None)).new == 200 - there
    assert (await stores.copy(lambda: None)).new == 0
    assert stores.target.blobs == stores.source.blobs


async def test_a_damaged_blob_is_not_copied_and_keeps_no_other_from_it(stores: Stores) -> None:
    damaged = next(iter(stores.source.blobs))
    stores.source.blobs[damaged] += b"!"
    done = await stores.copy(lambda: None)
    assert (done.new, done.unreadable) == (199, (damaged,))
    assert damaged not in stores.target.blobs


@pytest.mark.parametrize("side", ["source", "target"])
async def test_a_storage_that_is_down_ends_the_copy(stores: Stores, side: str) -> None:
    getattr(stores, side).down = True
    with pytest.raises(ServiceUnavailableError):
        await stores.copy(lambda: None)


async def test_the_mark_comes_along_when_all_is_there(stores: Stores) -> None:
    stores.target.capacity = 50
    with pytest.raises(StorageFullError):
        await stores.copy(lambda: None)
    assert stores.target_mark.mark is None
    stores.target.capacity = None
    await stores.copy(lambda: None)
    assert stores.target_mark.mark == "sto_1"


async def test_nothing_is_copied_into_the_storage_of_another_database(stores: Stores) -> None:
    stores.target_mark.mark = "sto_2"
    with pytest.raises(ConflictError, match="belongs to another database"):
        await stores.copy(lambda: None)
    assert stores.target.blobs == {}


async def test_a_storage_without_a_mark_is_copied_without_one(stores: Stores) -> None:
    stores.source_mark.mark = None
    await stores.copy(lambda: None)
    assert (stores.target.blobs, stores.target_mark.mark) == (stores.source.blobs, None)
