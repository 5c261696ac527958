"""The mark of a storage, by which its database knows it."""

from abc import abstractmethod
from typing import Protocol


class StorageMark(Protocol):
    """A short text that is made once: in the storage itself, and in the database that it belongs to.

    Every method raises ServiceUnavailableError when that one is down.
    """

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is kept, as people know it: 'the folder /srv/docgen', 'the bucket letters'."""

    @abstractmethod
    async def read(self) -> str | None:
        """Return the mark, None where none was made."""

    @abstractmethod
    async def make(self, mark: str) -> str:
        """Make the mark unless there is one, and return the one that there is: of several at once, one is made.

        Raises:
            StorageFullError: there is no room for it.
        """


class ReplaceableMark(StorageMark, Protocol):
    """A mark that can become another one: that of the database, which may be told of another storage."""

    @abstractmethod
    async def replace(self, mark: str) -> None:
        """Make this the mark."""
