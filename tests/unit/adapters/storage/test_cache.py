"""Files of the storage in a folder of this machine."""

import asyncio
import logging
import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from typing_extensions import override

from adapters.storage.cache import CachedDocumentStorage, FileCache
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError
from tests.contracts.document_storage import ACME, BOOK, GLOBEX, LETTER, DocumentStorageContract, key_of, unnamed
from tests.fakes.document_storage import InMemoryDocumentStorage

ROOM = 10_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "files"


@pytest.fixture
def inner() -> InMemoryDocumentStorage:
    return InMemoryDocumentStorage()


@pytest.fixture
def storage(inner: InMemoryDocumentStorage, folder: Path) -> CachedDocumentStorage:
    return CachedDocumentStorage(inner, FileCache(folder, ROOM))


def cached(inner: InMemoryDocumentStorage, folder: Path, room: int = ROOM) -> CachedDocumentStorage:
    """A storage as another process, or the next start, has it."""
    return CachedDocumentStorage(inner, FileCache(folder, room))


def files(folder: Path) -> list[Path]:
    """List what is kept."""
    return sorted(folder.iterdir()) if folder.exists() else []


def open_to_all(folder: Path) -> None:
    """Make the folder, for everybody to write to."""
    folder.mkdir(parents=True)
    folder.chmod(0o777)


class TestCachedDocumentStorage(DocumentStorageContract):
    @pytest.fixture
    @override
    def storage(self, tmp_path: Path) -> CachedDocumentStorage:
        return cached(InMemoryDocumentStorage(), tmp_path / "files")

    @pytest.fixture
    @override
    def storage_that_is_down(self, tmp_path: Path) -> CachedDocumentStorage:
        inner = InMemoryDocumentStorage()
        inner.down = True
        return cached(inner, tmp_path / "files")

    @pytest.fixture
    @override
    def storage_that_is_full(self, tmp_path: Path) -> CachedDocumentStorage:
        return cached(InMemoryDocumentStorage(capacity=len(BOOK) - 1), tmp_path / "files")

    @override
    async def damage(self, storage: DocumentStorage, key: BlobKey) -> None:
        assert isinstance(storage, CachedDocumentStorage)
        inner = storage._storage
        assert isinstance(inner, InMemoryDocumentStorage)
        inner.blobs[key] = b"something else"


async def test_what_was_read_is_there_while_the_storage_is_away(inner: InMemoryDocumentStorage, folder: Path) -> None:
    """Also for another process, and after a start."""
    first = cached(inner, folder)
    await first.put(key_of(BOOK), BOOK)
    assert await first.read(key_of(BOOK)) == BOOK
    inner.down = True
    assert await first.read(key_of(BOOK)) == BOOK
    assert await cached(inner, folder).read(key_of(BOOK)) == BOOK
    with pytest.raises(ServiceUnavailableError):
        await first.read(key_of(LETTER))


async def test_documents_are_not_kept(storage: CachedDocumentStorage, folder: Path) -> None:
    async with storage.storing(key_of(LETTER), LETTER):
        pass
    assert b"".join([piece async for piece in storage.stream(key_of(LETTER))]) == LETTER
    assert files(folder) == []


async def test_what_is_erased_is_gone(storage: CachedDocumentStorage, folder: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    await storage.read(key_of(LETTER))
    await storage.erase(key_of(LETTER), unnamed)
    assert files(folder) == []
    with pytest.raises(BlobNotFoundError):
        await storage.read(key_of(LETTER))


async def test_a_workspace_reads_what_is_its_own(storage: CachedDocumentStorage) -> None:
    await storage.put(key_of(LETTER, ACME), LETTER)
    await storage.read(key_of(LETTER, ACME))
    with pytest.raises(BlobNotFoundError):
        await storage.read(key_of(LETTER, GLOBEX))


@pytest.mark.parametrize("damage", [b"", b"half", b"Dear Bob,\n", LETTER + b"\0"])
async def test_a_damaged_file_is_fetched_again(
    storage: CachedDocumentStorage, folder: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    await storage.put(key_of(LETTER), LETTER)
    await storage.read(key_of(LETTER))
    (file,) = files(folder)
    file.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        assert await storage.read(key_of(LETTER)) == LETTER
    assert "is damaged" in caplog.text
    assert file.read_bytes() == LETTER


async def test_nobody_else_reads_what_is_kept(storage: CachedDocumentStorage, folder: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    await storage.read(key_of(LETTER))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *files(folder))] == [0o700, 0o600]


async def test_a_folder_that_others_can_write_to_is_not_used(
    storage: CachedDocumentStorage, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_to_all(folder)
    await storage.put(key_of(LETTER), LETTER)
    for _ in range(3):
        assert await storage.read(key_of(LETTER)) == LETTER
    assert files(folder) == []
    assert caplog.text.count("others can write to it") == 1


async def test_a_folder_that_cannot_be_made_costs_time_and_nothing_else(
    inner: InMemoryDocumentStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    storage = cached(inner, tmp_path / "file" / "cache")
    await storage.put(key_of(LETTER), LETTER)
    for _ in range(3):
        assert await storage.read(key_of(LETTER)) == LETTER
    assert caplog.text.count("are not kept in") == 1


async def test_what_was_not_used_for_the_longest_time_makes_room(inner: InMemoryDocumentStorage, folder: Path) -> None:
    storage = cached(inner, folder, room=3_000)
    contents = [bytes([number]) * 1_000 for number in range(4)]
    for age, content in enumerate(contents[:3]):
        await storage.put(key_of(content), content)
        await storage.read(key_of(content))
        os.utime(folder / f"{ACME}-{key_of(content).sha256}", (age, age))
    await storage.read(key_of(contents[0]))  # used again
    await storage.put(key_of(contents[3]), contents[3])
    await storage.read(key_of(contents[3]))
    kept = {path.name.partition("-")[2] for path in files(folder)}
    assert kept == {key_of(contents[number]).sha256 for number in (0, 2, 3)}


async def test_a_file_larger_than_the_cache_is_not_kept(inner: InMemoryDocumentStorage, folder: Path) -> None:
    storage = cached(inner, folder, room=len(BOOK) - 1)
    await storage.put(key_of(BOOK), BOOK)
    assert await storage.read(key_of(BOOK)) == BOOK
    assert files(folder) == []


def _read_often(folder: Path, contents: list[bytes]) -> None:
    async def read() -> None:
        inner = InMemoryDocumentStorage()
        storage = cached(inner, folder, room=25_000)
        for content in contents:
            await storage.put(key_of(content), content)
        for round_ in range(40):
            content = contents[round_ % len(contents)]
            assert await storage.read(key_of(content)) == content

    asyncio.run(read())


def test_several_processes_share_it(folder: Path) -> None:
    """They write, read and make room all at once; each gets what it asked for, and the bound holds."""
    contents = [bytes([number]) * 10_000 for number in range(5)]
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_read_often, args=(folder, contents[start:] + contents[:start])) for start in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert all(path.read_bytes() in contents for path in files(folder))
