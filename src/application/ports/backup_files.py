"""The files of a backup, beside its blobs."""

from abc import abstractmethod
from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol


class BackupFileNotFoundError(LookupError):
    """There is no file of this name."""


class BackupFiles(Protocol):
    """Keeps files by names of the form `folder/file` in one place.

    Every method raises ServiceUnavailableError where the place cannot be used.
    """

    @abstractmethod
    async def write(self, name: str, pieces: AsyncIterable[bytes]) -> None:
        """Keep what comes in pieces, durably, whole or not at all, in place of what was there.

        Raises:
            StorageFullError: there is no room; what the pieces raise is passed on, and nothing is kept.
        """

    @abstractmethod
    def read(self, name: str) -> AsyncIterator[bytes]:
        """Yield a file in pieces.

        Raises:
            BackupFileNotFoundError: there is none; raised when the first piece is asked for.
        """

    @abstractmethod
    async def folders(self) -> list[str]:
        """Return the names of all folders, in order."""

    @abstractmethod
    async def remove(self, folder: str, *, first: str) -> None:
        """Remove a folder with everything in it, the file `first` before all others; one that is gone is no error."""
