"""Blobs on a local disk."""

import asyncio
import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from adapters.storage.local import LocalDocumentStorage, LocalStorageHealthCheck
from adapters.storage.mark import MARK, LocalStorageMark
from adapters.storage.writer import BlobWriter
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from domain.errors import ServiceUnavailableError, StorageFullError
from domain.identifiers import WorkspaceId
from tests.contracts.document_storage import (
    ACME,
    BOOK,
    LETTER,
    DocumentStorageContract,
    collect,
    key_of,
    keys_in,
    pieces_of,
    storing,
    unnamed,
)
from tests.contracts.health_check import HealthCheckContract
from tests.contracts.storage_mark import StorageMarkContract
from tests.fakes.clock import FixedClock
from tests.integration.support.mounts import mounted
from tests.waiting import until


def path_of(root: Path, key: BlobKey) -> Path:
    """Say where a blob lies."""
    return root / key.workspace_id / key.sha256[:2] / key.sha256


def files_below(root: Path) -> list[Path]:
    """List all files, temporary ones included."""
    return [path for path in root.rglob("*") if path.is_file()]


def exists(path: Path) -> bool:
    """Tell whether there is a file or a directory."""
    return path.exists()


def set_mode(mode: int, *paths: Path) -> None:
    """Change the rights of files."""
    for path in paths:
        path.chmod(mode)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the blobs are to lie; not there yet."""
    return tmp_path / "data" / "blobs"


@pytest.fixture
async def storage(root: Path) -> AsyncIterator[LocalDocumentStorage]:
    """An empty storage."""
    async with LocalDocumentStorage(root, SystemClock()) as storage:
        yield storage


@pytest.fixture
def lost_storage(storage: LocalDocumentStorage, root: Path) -> LocalDocumentStorage:
    """A storage whose disk is no longer there."""
    root.rename(root.with_name("elsewhere"))
    return storage


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for half of BOOK."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("a full disk", "-t", "tmpfs", "-o", f"size={len(BOOK) // 2}", "tmpfs", str(disk)):
        yield disk


class TestLocalDocumentStorage(DocumentStorageContract):
    @pytest.fixture
    @override
    async def storage(self, root: Path) -> AsyncIterator[LocalDocumentStorage]:  # type: ignore[override]  # a fixture
        async with LocalDocumentStorage(root, SystemClock()) as storage:
            yield storage

    @pytest.fixture
    @override
    def storage_that_is_down(self, lost_storage: LocalDocumentStorage) -> LocalDocumentStorage:
        return lost_storage

    @pytest.fixture
    @override
    async def storage_that_is_full(  # type: ignore[override]  # a fixture
        self, small_disk: Path
    ) -> AsyncIterator[LocalDocumentStorage]:
        async with LocalDocumentStorage(small_disk, SystemClock()) as storage:
            yield storage

    @override
    async def fill(self, storage: DocumentStorage, contents: list[bytes]) -> None:
        """Put them there as they would be, without waiting for the disk each time."""
        assert isinstance(storage, LocalDocumentStorage)
        for content in contents:
            path = path_of(storage._root, key_of(content))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @override
    async def damage(self, storage: DocumentStorage, key: BlobKey) -> None:
        assert isinstance(storage, LocalDocumentStorage)
        path_of(storage._root, key).write_bytes(b"something else")


class TestLocalStorageHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    def working(self, storage: LocalDocumentStorage) -> LocalStorageHealthCheck:
        return LocalStorageHealthCheck(storage)

    @pytest.fixture
    @override
    def broken(self, lost_storage: LocalDocumentStorage) -> LocalStorageHealthCheck:
        return LocalStorageHealthCheck(lost_storage)

    async def test_looking_leaves_nothing_behind(self, working: LocalStorageHealthCheck, root: Path) -> None:
        await working.check()
        assert files_below(root) == []

    async def test_a_full_disk_is_still_read_from(self, small_disk: Path) -> None:
        async with LocalDocumentStorage(small_disk, SystemClock()) as storage:
            with pytest.raises(OSError, match="No space"):
                (small_disk / "ballast").write_bytes(BOOK)
            await LocalStorageHealthCheck(storage).check()


# --- files ----------------------------------------------------------------------------------------------------


async def test_nobody_else_can_read_what_is_stored(storage: LocalDocumentStorage, root: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    path = path_of(root, key_of(LETTER))
    assert path.read_bytes() == LETTER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    directories = [path.parent, path.parent.parent, root, root / ".incoming", root / ".locks"]
    assert [stat.S_IMODE(directory.stat().st_mode) for directory in directories] == [0o700] * 5


async def test_the_same_again_is_young_again(storage: LocalDocumentStorage, root: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    path = path_of(root, key_of(LETTER))
    os.utime(path, (0, 0))
    inode = path.stat().st_ino
    await storage.put(key_of(LETTER), LETTER)
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 0


async def test_a_file_of_the_wrong_size_is_written_anew(storage: LocalDocumentStorage, root: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    path_of(root, key_of(LETTER)).write_bytes(b"half")
    await storage.put(key_of(LETTER), LETTER)
    assert await storage.read(key_of(LETTER)) == LETTER


async def test_nothing_but_the_blob_is_left(storage: LocalDocumentStorage, root: Path) -> None:
    await storage.put(key_of(BOOK), BOOK)
    assert files_below(root) == [path_of(root, key_of(BOOK))]


async def test_files_of_others_are_no_blobs(storage: LocalDocumentStorage, root: Path) -> None:
    await storage.put(key_of(LETTER), LETTER)
    (path_of(root, key_of(LETTER)).parent / "notes.txt").write_text("not a blob")
    assert await keys_in(storage, ACME) == {key_of(LETTER)}


@pytest.mark.parametrize(
    "key",
    [
        BlobKey(WorkspaceId(".."), "a" * 64),
        BlobKey(WorkspaceId("../" + ACME), "a" * 64),
        BlobKey(WorkspaceId("/etc"), "a" * 64),
        BlobKey(WorkspaceId(""), "a" * 64),
        BlobKey(WorkspaceId(".incoming"), "a" * 64),
        BlobKey(WorkspaceId(ACME + "\0"), "a" * 64),
        BlobKey(WorkspaceId(ACME + "\n"), "a" * 64),
        BlobKey(ACME, "../../../../etc/passwd"),
        BlobKey(ACME, "a" * 63 + "/"),
        BlobKey(ACME, "A" * 64),
        BlobKey(ACME, "a" * 64 + "\n"),
        BlobKey(ACME, ""),
    ],
)
async def test_no_key_leaves_the_root(storage: LocalDocumentStorage, root: Path, key: BlobKey) -> None:
    for operation in (storage.put(key, LETTER), storage.read(key), storage.erase(key, unnamed), collect(storage, key)):
        with pytest.raises(ValueError, match="is not"):
            await operation
    assert files_below(root.parent) == []


async def test_no_workspace_leaves_the_root(storage: LocalDocumentStorage) -> None:
    with pytest.raises(ValueError, match="is not the identifier of a workspace"):
        await keys_in(storage, WorkspaceId("../" + ACME))


async def test_a_stream_that_is_left_early_closes_its_file(storage: LocalDocumentStorage) -> None:
    await storage.put(key_of(BOOK), BOOK)
    before = psutil.Process().num_fds()
    stream = storage.stream(key_of(BOOK))
    await anext(aiter(stream))
    await stream.aclose()  # type: ignore[attr-defined]  # the port promises an iterator, and this is a generator
    assert psutil.Process().num_fds() == before


@pytest.fixture
async def hanging(storage: LocalDocumentStorage, root: Path) -> AsyncIterator[Callable[[], None]]:
    """LETTER lies where the disk hangs: a pipe that nobody opens to write. Gives what opens it."""
    await storage.put(key_of(LETTER), LETTER)
    path = path_of(root, key_of(LETTER))
    path.unlink()
    os.mkfifo(path)
    opened = []

    def let_go() -> None:
        opened.append(os.open(path, os.O_RDWR))

    yield let_go
    let_go()
    for descriptor in opened:
        os.close(descriptor)


READERS: dict[str, Callable[[DocumentStorage], Coroutine[object, object, object]]] = {
    "read": lambda storage: storage.read(key_of(LETTER)),
    "stream": lambda storage: collect(storage, key_of(LETTER)),
}


@pytest.mark.parametrize("reader", READERS)
async def test_a_disk_that_hangs_stops_nobody_else(storage: LocalDocumentStorage, hanging: object, reader: str) -> None:
    await storage.put(key_of(BOOK), BOOK)
    reading = asyncio.create_task(READERS[reader](storage))
    assert await storage.read(key_of(BOOK)) == BOOK
    assert await collect(storage, key_of(BOOK)) == BOOK
    assert not reading.done()
    reading.cancel()


async def test_who_leaves_a_stream_while_it_is_read_waits_for_nothing_and_leaves_no_file(
    storage: LocalDocumentStorage, hanging: Callable[[], None]
) -> None:
    before = psutil.Process().num_fds()
    reading = asyncio.create_task(collect(storage, key_of(LETTER)))
    await storage.put(key_of(BOOK), BOOK)
    assert await storage.read(key_of(BOOK)) == BOOK
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    hanging()
    await until(lambda: psutil.Process().num_fds() == before + 1)


async def test_whoever_gives_up_storing_pieces_leaves_nothing(storage: LocalDocumentStorage, root: Path) -> None:
    begun = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield BOOK
        begun.set()
        await asyncio.Event().wait()

    before = psutil.Process().num_fds()
    storing = asyncio.create_task(storage.put_pieces(key_of(BOOK), pieces()))
    await begun.wait()
    storing.cancel()
    await asyncio.wait([storing])
    assert files_below(root) == []
    assert psutil.Process().num_fds() == before


# --- start ----------------------------------------------------------------------------------------------------


async def test_blobs_outlive_the_process(root: Path) -> None:
    async with LocalDocumentStorage(root, SystemClock()) as first:
        await first.put(key_of(LETTER), LETTER)
    async with LocalDocumentStorage(root, SystemClock()) as second:
        assert await second.read(key_of(LETTER)) == LETTER


async def test_what_was_left_half_written_is_removed_after_a_while(root: Path) -> None:
    """What is young may be another process's work that still goes on."""
    clock = FixedClock(datetime.now(UTC))
    async with LocalDocumentStorage(root, clock) as storage:
        await storage.put(key_of(LETTER), LETTER)
    half_written = root / ".incoming" / "tmp-of-a-killed-process"
    half_written.write_bytes(b"half")
    clock.advance(timedelta(minutes=59))
    async with LocalDocumentStorage(root, clock):
        assert half_written.exists()
    clock.advance(timedelta(minutes=2))
    async with LocalDocumentStorage(root, clock) as storage:
        assert not half_written.exists()
        assert await storage.read(key_of(LETTER)) == LETTER


async def test_a_root_that_cannot_be_made_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(ServiceUnavailableError, match="file/blobs cannot be used"):
        async with LocalDocumentStorage(file / "blobs", SystemClock()):
            pass


@pytest.fixture
def disk(root: Path) -> Iterator[None]:
    """The root is a disk of its own."""
    root.mkdir(parents=True)
    with mounted("a read-only disk", "-t", "tmpfs", "tmpfs", str(root)):
        yield


def make_read_only(root: Path) -> None:
    """Let a disk take nothing any more."""
    subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)


@pytest.fixture
async def read_only(disk: None, storage: LocalDocumentStorage, root: Path) -> LocalDocumentStorage:
    """A storage with LETTER on a disk that takes nothing any more."""
    await storage.put(key_of(LETTER), LETTER)
    make_read_only(root)
    return storage


async def test_a_disk_that_is_read_only_is_read_and_takes_nothing(read_only: LocalDocumentStorage, root: Path) -> None:
    assert await read_only.read(key_of(LETTER)) == LETTER
    for operation in (
        read_only.put(key_of(BOOK), BOOK),
        read_only.put_pieces(key_of(BOOK), pieces_of(BOOK, 100_000)),
        read_only.put(key_of(LETTER), LETTER),
        read_only.erase(key_of(LETTER), unnamed),
        storing(read_only, BOOK),
        LocalStorageHealthCheck(read_only).check(),
        read_only.probe(),
    ):
        with pytest.raises(ServiceUnavailableError, match=r"cannot be used \(Read-only file system\)"):
            await operation
    assert await keys_in(read_only, ACME) == {key_of(LETTER)}
    assert files_below(root / ".incoming") == []


async def test_a_full_disk_refuses_pieces_and_keeps_none(small_disk: Path) -> None:
    async with LocalDocumentStorage(small_disk, SystemClock()) as storage:
        with pytest.raises(StorageFullError, match="no room left"):
            await storage.put_pieces(key_of(BOOK), pieces_of(BOOK, 100_000))
        assert files_below(small_disk) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_root_that_is_not_ours_is_unavailable(storage: LocalDocumentStorage, root: Path) -> None:
    set_mode(0o500, root / ".incoming", root)
    with pytest.raises(ServiceUnavailableError, match="Permission denied"):
        await storage.put(key_of(LETTER), LETTER)
    set_mode(0o700, root, root / ".incoming")


async def test_a_root_that_disappears_is_not_made_anew(lost_storage: LocalDocumentStorage, root: Path) -> None:
    with pytest.raises(ServiceUnavailableError):
        await lost_storage.put(key_of(LETTER), LETTER)
    assert not exists(root)


# --- crashes --------------------------------------------------------------------------------------------------

WRITER = """
import asyncio, hashlib, os, resource, sys
from pathlib import Path
from adapters.storage.local import LocalDocumentStorage
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey
from domain.errors import StorageFullError

async def main(root, workspace, size, limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    async with LocalDocumentStorage(Path(root), SystemClock()) as storage:
        while True:
            content = os.urandom(16) * (size // 16)
            sha256 = hashlib.sha256(content).hexdigest()
            await storage.put(BlobKey(workspace, sha256), content)
            print(sha256, flush=True)

try:
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
except StorageFullError as error:
    sys.exit(f"StorageFullError: {error}")
"""


def start_writer(root: Path, size: int, limit: int = -1) -> subprocess.Popen[str]:
    """Start a process that stores blobs for ever, and prints the name of each that it has stored."""
    command = [sys.executable, "-c", WRITER, str(root), ACME, str(size), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def half_written(root: Path, size: int) -> set[Path]:
    """List the files that are smaller than what the writer writes."""
    found = set()
    for path in files_below(root):
        with suppress(FileNotFoundError):
            if path.stat().st_size < size:
                found.add(path)
    return found


def kill_while_a_file_grows(root: Path, size: int) -> list[str]:
    """Run the writer until there is a new file that is not yet whole, kill all of it, and return what it reported."""
    before = half_written(root, size)
    writer = start_writer(root, size)
    while half_written(root, size) <= before and writer.poll() is None:
        pass
    # Whoever asks goes first, and cannot complain of who writes.
    processes = psutil.Process(writer.pid).children()
    writer.kill()
    for process in processes:
        process.kill()
    stdout, stderr = writer.communicate()
    assert stderr == ""
    return stdout.split()


async def test_kill_9_leaves_no_half_blob_and_loses_none(root: Path) -> None:
    """Whatever lies under a name is whole, and whatever was reported as stored is there."""
    size = 16_000_000
    reported: list[str] = []
    # A kill that came after the write leaves nothing, and does not count.
    while len(half_written(root, size)) < 10:
        reported += kill_while_a_file_grows(root, size)
    async with LocalDocumentStorage(root, SystemClock()) as storage:
        stored = await keys_in(storage, ACME)
        for key in stored:
            assert hashlib.sha256(await storage.read(key)).hexdigest() == key.sha256
    assert {BlobKey(ACME, sha256) for sha256 in reported} <= stored
    shutil.rmtree(root)


def test_a_limit_for_the_size_of_files_is_a_full_storage(root: Path) -> None:
    stdout, stderr = start_writer(root, size=1_000_000, limit=400_000).communicate()
    assert stdout == ""
    assert stderr.startswith("StorageFullError: The storage in ")
    assert files_below(root) == []


def processes_that_write() -> list[psutil.Process]:
    """Find the processes that write blobs for this one."""
    return [each for each in psutil.Process().children() if "writer_process" in " ".join(each.cmdline())]


async def process_that_writes() -> psutil.Process:
    """Find the one process that writes blobs for this one."""
    await until(processes_that_write)  # it has no command line at the very moment when it is started
    [process] = processes_that_write()
    return process


async def test_a_process_that_ends_fails_what_it_has_in_hand_and_is_replaced(storage: LocalDocumentStorage) -> None:
    process = await process_that_writes()
    process.suspend()
    putting = asyncio.create_task(storage.put(key_of(LETTER), LETTER))
    await asyncio.sleep(0)
    process.kill()
    with pytest.raises(ServiceUnavailableError, match="The process that writes files ended"):
        await putting
    await storage.put(key_of(LETTER), LETTER)
    assert await storage.read(key_of(LETTER)) == LETTER


async def test_what_nobody_foresaw_ends_the_process_and_leaves_nobody_waiting(
    storage: LocalDocumentStorage, root: Path
) -> None:
    async with BlobWriter(str(root)) as writer:
        with pytest.raises(ServiceUnavailableError, match="The process that writes files ended"):
            await writer.store(f"{root}/no\0path/{key_of(LETTER).sha256}", LETTER)
        await writer.store(f"{root}/{key_of(LETTER).sha256}", LETTER)
    assert (root / key_of(LETTER).sha256).read_bytes() == LETTER


async def test_a_lock_that_comes_when_nobody_waits_any_more_is_given_back(storage: LocalDocumentStorage) -> None:
    process = await process_that_writes()
    process.suspend()
    entering = asyncio.create_task(storage.storing(key_of(LETTER), LETTER).__aenter__())
    await asyncio.sleep(0)
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    process.resume()
    await storage.put(key_of(BOOK), BOOK)
    await storage.erase(key_of(LETTER), unnamed)
    assert await keys_in(storage, ACME) == {key_of(BOOK)}


async def test_what_was_asked_for_is_on_the_disk_when_the_storage_is_left(root: Path) -> None:
    async with LocalDocumentStorage(root, SystemClock()) as storage:
        putting = asyncio.create_task(storage.put(key_of(BOOK), BOOK))
        await asyncio.sleep(0)
    await putting
    assert path_of(root, key_of(BOOK)).read_bytes() == BOOK


HOLDER = """
import asyncio, hashlib, sys
from pathlib import Path
from adapters.storage.local import LocalDocumentStorage
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey

async def main(root, workspace, text):
    content = text.encode()
    async with LocalDocumentStorage(Path(root), SystemClock()) as storage:
        async with storage.storing(BlobKey(workspace, hashlib.sha256(content).hexdigest()), content):
            print("stored", flush=True)
            await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_who_erases_waits_for_another_process_until_that_is_killed(
    storage: LocalDocumentStorage, root: Path
) -> None:
    command = [sys.executable, "-c", HOLDER, str(root), ACME, LETTER.decode()]
    holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"stored\n"
    erasing = asyncio.create_task(storage.erase(key_of(LETTER), unnamed))
    done, _ = await asyncio.wait([erasing], timeout=0.1)
    assert not done
    assert await storage.read(key_of(LETTER)) == LETTER
    [writer] = psutil.Process(holder.pid).children()
    holder.kill()
    await holder.wait()
    await erasing
    await asyncio.to_thread(writer.wait, 60)
    assert await keys_in(storage, ACME) == set()


async def test_a_lock_is_given_back_with_its_file(storage: LocalDocumentStorage) -> None:
    before = psutil.Process().num_fds()
    for _ in range(20):
        await storing(storage, LETTER)
        await storage.erase(key_of(LETTER), unnamed)
    assert psutil.Process().num_fds() == before


async def test_a_blob_that_goes_while_it_is_read_is_read_to_its_end(storage: LocalDocumentStorage) -> None:
    await storage.put(key_of(BOOK), BOOK)
    stream = aiter(storage.stream(key_of(BOOK)))
    first = await anext(stream)
    await storage.erase(key_of(BOOK), unnamed)
    assert first + b"".join([piece async for piece in stream]) == BOOK
    with pytest.raises(BlobNotFoundError):
        await storage.read(key_of(BOOK))


# --- the mark -------------------------------------------------------------------------------------------------


class TestLocalStorageMark(StorageMarkContract):
    @pytest.fixture
    @override
    def mark(self, storage: LocalDocumentStorage, root: Path) -> LocalStorageMark:
        return LocalStorageMark(root)

    @pytest.fixture
    @override
    def mark_that_is_down(self, lost_storage: LocalDocumentStorage, root: Path) -> LocalStorageMark:
        return LocalStorageMark(root)


async def test_a_mark_is_no_blob_and_leaves_no_half_file(storage: LocalDocumentStorage, root: Path) -> None:
    await asyncio.gather(*(LocalStorageMark(root).make(f"sto_{number}") for number in range(8)))
    assert [path for path in files_below(root) if path.parent.name != ".locks"] == [root / MARK]
    assert [each async for each in storage.workspaces()] == []
