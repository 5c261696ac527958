"""Small files that are read without a thread, since they are in memory."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from adapters.rendering.workers import seccomp
from adapters.storage.files_in_memory import FilesInMemory
from adapters.storage.local import LocalDocumentStorage
from adapters.system import SystemClock
from tests.contracts.document_storage import BOOK, LETTER, collect, key_of
from tests.integration.support.mounts import mounted
from tests.integration.support.refused_calls import refuse_call
from tests.waiting import wait_until

MAX_BYTES = 64 * 1024
OPENAT2, CACHESTAT = 437, 451


@pytest.fixture
def files(tmp_path: Path) -> FilesInMemory:
    """What reads files of this test."""
    found = FilesInMemory.below(str(tmp_path), MAX_BYTES)
    if found is None:
        pytest.skip("this kernel or this file system does not say what is in memory")
    return found


def pages_of(path: Path, files: FilesInMemory) -> int:
    """Count the pages of a file that are in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return files._pages(descriptor, MAX_BYTES)
    finally:
        os.close(descriptor)


def evict(path: Path, files: FilesInMemory) -> None:
    """Let a file be on the disk alone."""

    def is_evicted() -> bool:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            return files._pages(descriptor, MAX_BYTES) == 0
        finally:
            os.close(descriptor)

    wait_until(is_evicted)


@pytest.mark.parametrize("size", [0, 1, 4_096, 20_000, MAX_BYTES])
def test_what_is_in_memory_is_read(files: FilesInMemory, tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(BOOK[:size])
    os.utime(path, (0, 0))
    assert files.read(str(path)) == BOOK[:size]
    assert path.stat().st_atime == 0  # which would have to be written


def test_what_is_on_the_disk_alone_is_left_there(files: FilesInMemory, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(BOOK[:MAX_BYTES])
    evict(path, files)
    assert files.read(str(path)) is None
    assert pages_of(path, files) == 0
    assert path.read_bytes() == files.read(str(path))


def make_large(path: Path) -> None:
    """Make what takes too long to read."""
    path.write_bytes(bytes(MAX_BYTES + 1))


def make_link(path: Path) -> None:
    """Make what leads somewhere else."""
    path.with_name("other").write_bytes(LETTER)
    path.symlink_to("other")


@pytest.mark.parametrize("make", [lambda path: None, make_large, make_link, Path.mkdir, os.mkfifo])
def test_other_things_are_not_read(files: FilesInMemory, tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "thing")
    assert files.read(str(tmp_path / "thing")) is None


def test_it_is_not_offered_where_the_file_system_is_another_one(tmp_path: Path) -> None:
    with mounted("another file system", "-t", "tmpfs", "tmpfs", str(tmp_path)):
        assert FilesInMemory.below(str(tmp_path), MAX_BYTES) is None


# --- in a storage ---------------------------------------------------------------------------------------------


class Threads(ThreadPoolExecutor):
    """Counts what it is asked for."""

    asked = 0

    @override
    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        self.asked += 1
        return super().submit(*arguments, **named)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[LocalDocumentStorage]:
    """A storage with LETTER."""
    async with LocalDocumentStorage(tmp_path, SystemClock()) as storage:
        await storage.put(key_of(LETTER), LETTER)
        yield storage


@pytest.fixture
async def threads(storage: LocalDocumentStorage) -> Threads:
    """Those that the loop asks from here on."""
    threads = Threads()
    asyncio.get_running_loop().set_default_executor(threads)
    return threads


async def read_in_every_way(storage: LocalDocumentStorage) -> None:
    """Read LETTER, and compare it."""
    assert await storage.read(key_of(LETTER)) == LETTER
    assert await collect(storage, key_of(LETTER)) == LETTER
    assert await collect(storage, key_of(LETTER), 5, 8) == LETTER[5:8]


@pytest.mark.usefixtures("files")
async def test_a_small_blob_that_is_in_memory_takes_no_thread(storage: LocalDocumentStorage, threads: Threads) -> None:
    await read_in_every_way(storage)
    assert threads.asked == 0


async def test_a_blob_that_is_on_the_disk_alone_is_read_in_a_thread(
    storage: LocalDocumentStorage, threads: Threads, files: FilesInMemory, tmp_path: Path
) -> None:
    evict(tmp_path / key_of(LETTER).workspace_id / key_of(LETTER).sha256[:2] / key_of(LETTER).sha256, files)
    assert await storage.read(key_of(LETTER)) == LETTER
    assert threads.asked == 1


@pytest.mark.skipif(not seccomp.is_available(), reason="this kernel has no seccomp")
@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("number", [OPENAT2, CACHESTAT])
@pytest.mark.parametrize("error", [errno.EPERM, errno.ENOSYS])
def test_where_a_call_is_refused_threads_read(tmp_path: Path, number: int, error: int) -> None:
    async def read() -> None:
        threads = Threads()
        asyncio.get_running_loop().set_default_executor(threads)
        async with LocalDocumentStorage(tmp_path, SystemClock()) as storage:
            await storage.put(key_of(LETTER), LETTER)
            before = threads.asked
            await read_in_every_way(storage)
            outcomes.append(threads.asked - before)

    def run() -> None:
        refuse_call(number, error)
        asyncio.run(read())

    outcomes = list[int]()
    thread = Thread(target=run)
    thread.start()
    thread.join()
    assert outcomes == [3]
