"""The contract of `BackupFiles`."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest

from application.ports.backup_files import BackupFileNotFoundError, BackupFiles
from domain.errors import ServiceUnavailableError

# Larger than a part of an upload, and not a multiple of anything.
LARGE = bytes(range(251)) * 40_001


async def pieces_of(content: bytes, size: int = 100_003) -> AsyncIterator[bytes]:
    """Give contents in pieces."""
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def broken_off() -> AsyncIterator[bytes]:
    """Give something, and then an error in place of the rest."""
    yield b"the beginning"
    raise InterruptedError


async def read(files: BackupFiles, name: str) -> bytes:
    """Read a file to its end."""
    return b"".join([piece async for piece in files.read(name)])


class BackupFilesContract(ABC):
    """Promises of every place for backups."""

    @pytest.fixture
    @abstractmethod
    def files(self) -> BackupFiles:
        """Give an empty place, which does not even exist."""

    @pytest.fixture
    @abstractmethod
    def files_that_are_down(self) -> BackupFiles:
        """Give a place that cannot be used."""

    @pytest.mark.parametrize("content", [b"", b"small", LARGE], ids=["empty", "small", "large"])
    async def test_what_was_written_is_read(self, files: BackupFiles, content: bytes) -> None:
        await files.write("one/file", pieces_of(content))
        assert await read(files, "one/file") == content

    async def test_what_is_written_again_takes_the_place_of_what_was_there(self, files: BackupFiles) -> None:
        for content in (b"before", b"after"):
            await files.write("one/file", pieces_of(content))
        assert await read(files, "one/file") == b"after"

    async def test_what_breaks_off_leaves_what_was_there(self, files: BackupFiles) -> None:
        await files.write("one/file", pieces_of(b"before"))
        for name in ("one/file", "one/other"):
            with pytest.raises(InterruptedError):
                await files.write(name, broken_off())
        assert await read(files, "one/file") == b"before"
        with pytest.raises(BackupFileNotFoundError):
            await read(files, "one/other")

    async def test_there_is_no_file_in_an_empty_place(self, files: BackupFiles) -> None:
        assert await files.folders() == []
        with pytest.raises(BackupFileNotFoundError):
            await read(files, "one/file")

    async def test_folders_are_listed_in_order(self, files: BackupFiles) -> None:
        for name in ("two/a", "one/a", "one/b"):
            await files.write(name, pieces_of(b"content"))
        assert await files.folders() == ["one", "two"]

    async def test_a_folder_is_removed_with_everything_in_it(self, files: BackupFiles) -> None:
        for name in ("one/a", "one/b", "two/a"):
            await files.write(name, pieces_of(b"content"))
        for _ in range(2):
            await files.remove("one", first="b")
        assert await files.folders() == ["two"]
        assert await read(files, "two/a") == b"content"

    async def test_a_place_that_is_down_says_so(self, files_that_are_down: BackupFiles) -> None:
        with pytest.raises(ServiceUnavailableError):
            await files_that_are_down.write("one/file", pieces_of(b"content"))
        with pytest.raises(ServiceUnavailableError):
            await read(files_that_are_down, "one/file")
        with pytest.raises(ServiceUnavailableError):
            await files_that_are_down.folders()
