"""The contract of `DocumentStorage`."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError, StorageFullError
from domain.identifiers import WorkspaceId

ACME = WorkspaceId("wsp_" + "a" * 32)
GLOBEX = WorkspaceId("wsp_" + "b" * 32)
LETTER = b"Dear Ada,\n"
# Larger than one piece of a stream, and not a multiple of anything.
BOOK = bytes(range(251)) * 4_001
CLOCKS_DIFFER_BY = timedelta(seconds=2)


def key_of(content: bytes, workspace_id: WorkspaceId = ACME) -> BlobKey:
    """Name the blob of this content."""
    return BlobKey(workspace_id, hashlib.sha256(content).hexdigest())


async def collect(storage: DocumentStorage, key: BlobKey, start: int = 0, end: int | None = None) -> bytes:
    """Read a stream to its end."""
    return b"".join([piece async for piece in storage.stream(key, start, end)])


async def keys_in(storage: DocumentStorage, workspace_id: WorkspaceId) -> set[BlobKey]:
    """List a workspace's blobs, each of which must come once."""
    listed = [blob.key async for blob in storage.stored_blobs(workspace_id)]
    assert len(set(listed)) == len(listed)
    return set(listed)


async def pieces_of(content: bytes, size: int) -> AsyncIterator[bytes]:
    """Hand content out in pieces of a size."""
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def workspaces_in(storage: DocumentStorage) -> set[WorkspaceId]:
    """List the workspaces that have blobs."""
    return {workspace_id async for workspace_id in storage.workspaces()}


async def first_piece(storage: DocumentStorage, key: BlobKey) -> bytes:
    """Ask for the beginning of a stream."""
    return await anext(aiter(storage.stream(key)))


async def storing(storage: DocumentStorage, content: bytes) -> None:
    """Store, and name the blob at once."""
    async with storage.storing(key_of(content), content):
        pass


async def storing_all(storage: DocumentStorage, *contents: bytes) -> None:
    """Store together, and name the blobs at once."""
    async with storage.storing_all({key_of(content): content for content in contents}):
        pass


async def unnamed() -> bool:
    """Nothing names the blob."""
    return False


async def named() -> bool:
    """Something names the blob."""
    return True


OPERATIONS: dict[str, Callable[[DocumentStorage], Awaitable[object]]] = {
    "put": lambda storage: storage.put(key_of(LETTER), LETTER),
    "read": lambda storage: storage.read(key_of(LETTER)),
    "stream": lambda storage: collect(storage, key_of(LETTER)),
    "storing": lambda storage: storing(storage, LETTER),
    "storing_all": lambda storage: storing_all(storage, LETTER, BOOK),
    "erase": lambda storage: storage.erase(key_of(LETTER), unnamed),
    "put_pieces": lambda storage: storage.put_pieces(key_of(LETTER), pieces_of(LETTER, 3)),
    "find": lambda storage: storage.find(key_of(LETTER)),
    "stored_blobs": lambda storage: keys_in(storage, ACME),
    "workspaces": workspaces_in,
}


class DocumentStorageContract(ABC):
    """Promises of every document storage."""

    # How often each of many stores, names and erases the same blob.
    comings_and_goings = 20

    @pytest.fixture
    @abstractmethod
    def storage(self) -> DocumentStorage:
        """Give an empty storage."""

    @pytest.fixture
    @abstractmethod
    def storage_that_is_down(self) -> DocumentStorage:
        """Give a storage that does not answer."""

    @pytest.fixture
    @abstractmethod
    def storage_that_is_full(self) -> DocumentStorage:
        """Give a storage that works, with room for less than BOOK."""

    async def fill(self, storage: DocumentStorage, contents: list[bytes]) -> None:
        """Put many blobs into a workspace."""
        room = asyncio.Semaphore(20)

        async def put(content: bytes) -> None:
            async with room:
                await storage.put(key_of(content), content)

        await asyncio.gather(*map(put, contents))

    @abstractmethod
    async def damage(self, storage: DocumentStorage, key: BlobKey) -> None:
        """Change the stored bytes behind the storage's back."""

    @pytest.mark.parametrize("content", [b"", LETTER, BOOK], ids=["empty", "small", "large"])
    async def test_what_was_put_is_read_and_streamed(self, storage: DocumentStorage, content: bytes) -> None:
        await storage.put(key_of(content), content)
        assert await storage.read(key_of(content)) == content
        assert await collect(storage, key_of(content)) == content

    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, 1), (5, 5), (3, 500_000), (900_000, None), (len(BOOK) - 1, None), (len(BOOK), None), (10, len(BOOK) + 99)],
    )
    async def test_a_range_is_what_a_slice_is(self, storage: DocumentStorage, start: int, end: int | None) -> None:
        await storage.put(key_of(BOOK), BOOK)
        assert await collect(storage, key_of(BOOK), start, end) == BOOK[start:end]

    async def test_a_large_blob_comes_in_pieces(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(BOOK), BOOK)
        sizes = [len(piece) async for piece in storage.stream(key_of(BOOK))]
        assert max(sizes) < 0.6 * len(BOOK)

    async def test_content_that_is_not_the_keys_is_refused_and_not_kept(self, storage: DocumentStorage) -> None:
        with pytest.raises(ValueError, match=key_of(LETTER).sha256):
            await storage.put(key_of(LETTER), BOOK)
        assert await keys_in(storage, ACME) == set()

    @pytest.mark.parametrize("size", [1_000, 100_000, len(BOOK)])
    async def test_what_comes_in_pieces_is_stored_as_a_whole(self, storage: DocumentStorage, size: int) -> None:
        await storage.put_pieces(key_of(BOOK), pieces_of(BOOK, size))
        assert await storage.read(key_of(BOOK)) == BOOK

    async def test_nothing_may_come_in_pieces(self, storage: DocumentStorage) -> None:
        await storage.put_pieces(key_of(b""), pieces_of(b"", 1))
        assert await storage.read(key_of(b"")) == b""

    async def test_pieces_that_are_not_the_keys_are_refused_and_not_kept(self, storage: DocumentStorage) -> None:
        with pytest.raises(ValueError, match=key_of(LETTER).sha256):
            await storage.put_pieces(key_of(LETTER), pieces_of(BOOK, 100_000))
        assert await keys_in(storage, ACME) == set()

    async def test_pieces_that_break_off_leave_nothing(self, storage: DocumentStorage) -> None:
        async def breaking_off() -> AsyncIterator[bytes]:
            yield BOOK[:500_000]
            raise ConnectionError("the source is gone")

        with pytest.raises(ConnectionError, match="the source is gone"):
            await storage.put_pieces(key_of(BOOK), breaking_off())
        assert await keys_in(storage, ACME) == set()

    async def test_what_is_stored_is_found_with_its_size_and_time(self, storage: DocumentStorage) -> None:
        assert await storage.find(key_of(LETTER)) is None
        # Stores keep whole seconds, by clocks of their own.
        earliest = datetime.now(UTC) - CLOCKS_DIFFER_BY
        await storage.put(key_of(LETTER), LETTER)
        found = await storage.find(key_of(LETTER))
        assert found is not None
        assert (found.key, found.size) == (key_of(LETTER), len(LETTER))
        assert earliest <= found.stored_at <= datetime.now(UTC) + CLOCKS_DIFFER_BY
        assert [blob async for blob in storage.stored_blobs(ACME)] == [found]

    async def test_the_same_again_is_young_again(self, storage: DocumentStorage) -> None:
        """Nobody who collects old blobs may take one that a new row is about to name."""
        await storage.put(key_of(LETTER), LETTER)
        first = last = await storage.find(key_of(LETTER))
        assert first is not None
        while last in {None, first}:  # stores count in seconds
            await storage.put(key_of(LETTER), LETTER)
            last = await storage.find(key_of(LETTER))
        assert last is not None
        assert last.stored_at > first.stored_at
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_ten_thousand_blobs_are_listed(self, storage: DocumentStorage) -> None:
        contents = [b"%d" % number for number in range(10_000)]
        await self.fill(storage, contents)
        assert await keys_in(storage, ACME) == set(map(key_of, contents))

    async def test_workspaces_with_blobs_are_known(self, storage: DocumentStorage) -> None:
        assert await workspaces_in(storage) == set()
        await storage.put(key_of(LETTER, ACME), LETTER)
        await storage.put(key_of(LETTER, GLOBEX), LETTER)
        assert await workspaces_in(storage) == {ACME, GLOBEX}

    async def test_the_same_again_changes_nothing(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(LETTER), LETTER)
        await storage.put(key_of(LETTER), LETTER)
        assert await keys_in(storage, ACME) == {key_of(LETTER)}
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_many_may_put_the_same_at_once(self, storage: DocumentStorage) -> None:
        await asyncio.gather(*(storage.put(key_of(BOOK), BOOK) for _ in range(8)))
        assert await keys_in(storage, ACME) == {key_of(BOOK)}
        assert await storage.read(key_of(BOOK)) == BOOK

    async def test_a_blob_that_is_not_there_is_not_found(self, storage: DocumentStorage) -> None:
        with pytest.raises(BlobNotFoundError, match=key_of(LETTER).sha256):
            await storage.read(key_of(LETTER))

    async def test_a_stream_of_nothing_fails_at_its_first_piece(self, storage: DocumentStorage) -> None:
        with pytest.raises(BlobNotFoundError, match=key_of(LETTER).sha256):
            await first_piece(storage, key_of(LETTER))

    async def test_an_erased_blob_is_gone(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(LETTER), LETTER)
        await storage.erase(key_of(LETTER), unnamed)
        with pytest.raises(BlobNotFoundError):
            await storage.read(key_of(LETTER))
        assert await keys_in(storage, ACME) == set()

    async def test_erasing_what_is_not_there_does_nothing(self, storage: DocumentStorage) -> None:
        await storage.erase(key_of(LETTER), unnamed)
        await storage.put(key_of(LETTER), LETTER)
        await storage.erase(key_of(LETTER), unnamed)
        await storage.erase(key_of(LETTER), unnamed)
        assert await storage.find(key_of(LETTER)) is None

    async def test_a_blob_that_is_named_is_not_erased(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(LETTER), LETTER)
        await storage.erase(key_of(LETTER), named)
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_what_is_stored_is_there_within_the_block_and_after_it(self, storage: DocumentStorage) -> None:
        async with storage.storing(key_of(LETTER), LETTER):
            assert await storage.read(key_of(LETTER)) == LETTER
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_who_erases_waits_for_those_who_store(self, storage: DocumentStorage) -> None:
        """And sees what they named: nobody names a blob that is gone."""
        names: list[str] = []

        async def is_named() -> bool:
            return bool(names)

        async with storage.storing(key_of(LETTER), LETTER), storage.storing(key_of(LETTER), LETTER):
            erasing = asyncio.create_task(storage.erase(key_of(LETTER), is_named))
            done, _ = await asyncio.wait([erasing], timeout=0.05)
            assert not done
            names.append("a row")
        await erasing
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_who_stores_waits_for_who_erases(self, storage: DocumentStorage) -> None:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def is_named() -> bool:
            asked.set()
            await go_on.wait()
            return False

        await storage.put(key_of(LETTER), LETTER)
        erasing = asyncio.create_task(storage.erase(key_of(LETTER), is_named))
        await asked.wait()
        stored = asyncio.create_task(storing(storage, LETTER))
        done, _ = await asyncio.wait([stored], timeout=0.05)
        assert not done
        go_on.set()
        await asyncio.gather(erasing, stored)
        assert await storage.read(key_of(LETTER)) == LETTER

    async def test_who_gives_up_lets_others_erase(self, storage: DocumentStorage) -> None:
        async def hold() -> None:
            async with storage.storing(key_of(LETTER), LETTER):
                await asyncio.Event().wait()

        for patience in (0, 1, 5):
            holder = asyncio.create_task(hold())
            for _ in range(patience):
                await asyncio.sleep(0)
            holder.cancel()
            await asyncio.wait([holder])
            await storage.erase(key_of(LETTER), unnamed)

    async def test_nobody_names_what_others_erase(self, storage: DocumentStorage) -> None:
        """Many store and name a blob, and take the name back and erase it, all at once."""
        names: set[int] = set()

        async def is_named() -> bool:
            await asyncio.sleep(0)
            return bool(names)

        async def come_and_go(number: int) -> None:
            for _ in range(self.comings_and_goings):
                async with storage.storing(key_of(LETTER), LETTER):
                    await asyncio.sleep(0)
                    names.add(number)
                assert await storage.read(key_of(LETTER)) == LETTER
                names.discard(number)
                await storage.erase(key_of(LETTER), is_named)

        await asyncio.gather(*(come_and_go(number) for number in range(8)))
        assert await keys_in(storage, ACME) == set()

    async def test_workspaces_do_not_see_each_other(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(LETTER, ACME), LETTER)
        await storage.put(key_of(LETTER, GLOBEX), LETTER)
        await storage.put(key_of(BOOK, GLOBEX), BOOK)
        assert await keys_in(storage, ACME) == {key_of(LETTER, ACME)}
        assert await keys_in(storage, GLOBEX) == {key_of(LETTER, GLOBEX), key_of(BOOK, GLOBEX)}
        await storage.erase(key_of(LETTER, ACME), unnamed)
        assert await storage.read(key_of(LETTER, GLOBEX)) == LETTER

    async def test_a_workspace_without_blobs_has_no_keys(self, storage: DocumentStorage) -> None:
        assert await keys_in(storage, GLOBEX) == set()

    async def test_damaged_contents_are_not_handed_out_as_whole(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(LETTER), LETTER)
        await self.damage(storage, key_of(LETTER))
        with pytest.raises(ServiceUnavailableError, match=key_of(LETTER).sha256) as failure:
            await storage.read(key_of(LETTER))
        assert failure.value.component == "storage"

    async def test_a_stream_of_damaged_contents_does_not_come_to_its_end(self, storage: DocumentStorage) -> None:
        await storage.put(key_of(BOOK), BOOK)
        await self.damage(storage, key_of(BOOK))
        with pytest.raises(ServiceUnavailableError, match=key_of(BOOK).sha256):
            await collect(storage, key_of(BOOK))
        with pytest.raises(ServiceUnavailableError, match=key_of(BOOK).sha256):
            await first_piece(storage, key_of(BOOK))  # it is short, and its last one

    async def test_a_full_storage_refuses_and_keeps_no_half_blob(self, storage_that_is_full: DocumentStorage) -> None:
        with pytest.raises(StorageFullError):
            await storage_that_is_full.put(key_of(BOOK), BOOK)
        assert await keys_in(storage_that_is_full, ACME) == set()
        await storage_that_is_full.put(key_of(LETTER), LETTER)
        assert await storage_that_is_full.read(key_of(LETTER)) == LETTER

    @pytest.mark.parametrize("operation", OPERATIONS)
    async def test_a_storage_that_is_down_says_so(self, storage_that_is_down: DocumentStorage, operation: str) -> None:
        with pytest.raises(ServiceUnavailableError) as failure:
            await OPERATIONS[operation](storage_that_is_down)
        assert failure.value.component == "storage"

    async def test_many_are_stored_together(self, storage: DocumentStorage) -> None:
        """Also some that are there already, in other workspaces, and more than go into one message."""
        contents = [LETTER, b"", BOOK, *(f"Dear number {number},\n".encode() for number in range(230))]
        await storage.put(key_of(LETTER), LETTER)
        await storage.put(key_of(BOOK, GLOBEX), BOOK)
        await storing_all(storage, *contents)
        for content in contents:
            assert await storage.read(key_of(content)) == content
        assert await keys_in(storage, ACME) == {key_of(content) for content in contents}
        await storing_all(storage)

    async def test_what_is_stored_together_is_kept_from_being_erased(self, storage: DocumentStorage) -> None:
        keys = [key_of(LETTER), key_of(BOOK)]
        async with storage.storing_all({keys[0]: LETTER, keys[1]: BOOK}):
            erasing = [asyncio.ensure_future(storage.erase(key, unnamed)) for key in keys]
            await asyncio.wait(erasing, timeout=0.05)
            assert not any(task.done() for task in erasing)
            assert [await storage.read(key) for key in keys] == [LETTER, BOOK]
        await asyncio.gather(*erasing)
        assert await keys_in(storage, ACME) == set()

    async def test_wrong_contents_are_refused_among_others(self, storage: DocumentStorage) -> None:
        with pytest.raises(ValueError, match="SHA-256"):
            async with storage.storing_all({key_of(LETTER): LETTER, key_of(BOOK): LETTER}):
                pass

    async def test_what_does_not_fit_is_told_of_many_as_of_one(self, storage_that_is_full: DocumentStorage) -> None:
        with pytest.raises(StorageFullError):
            await storing_all(storage_that_is_full, LETTER, BOOK)
