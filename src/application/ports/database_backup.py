"""The database, as it is backed up and restored."""

from abc import abstractmethod
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from application.ports.document_storage import BlobKey


@dataclass(frozen=True, slots=True)
class DumpedWith:
    """What a dump was made of and by: the revision of the schema, and the major version of the program."""

    revision: str
    program: int


class DatabaseSnapshot(Protocol):
    """The database as it was at one moment, for the block that it was made for."""

    made_with: DumpedWith

    @abstractmethod
    def dump(self) -> AsyncIterator[bytes]:
        """Yield everything in the database, in a form that `restore` takes, with constant memory."""

    @abstractmethod
    def blobs(self) -> AsyncIterator[tuple[BlobKey, int]]:
        """Yield every blob that a row names, once, by key, with its size in bytes."""


class DatabaseBackup(Protocol):
    """Gives the database out whole, and takes it back.

    Every method raises ServiceUnavailableError where the database is down or refuses, or where a program that this
    needs is missing or too old.
    """

    @abstractmethod
    def blobs_kept(self) -> AbstractAsyncContextManager[None]:
        """Within the block nobody erases a blob: whatever a snapshot of the block names stays where it is.

        Entering raises ServiceUnavailableError while somebody else is in such a block.
        """

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[DatabaseSnapshot]:
        """Take a snapshot. Changes go on beside it, and are not in it."""

    @abstractmethod
    async def require_restorable(self, backup: str, made_with: DumpedWith) -> None:
        """Find out whether a backup of this name can be restored into this database.

        Raises:
            ConflictError: the database is not empty, other than by a restore of the same backup that was interrupted;
                or this version of DocGen does not know its revision.
        """

    @abstractmethod
    async def restore(self, backup: str, made_with: DumpedWith, dump: AsyncIterable[bytes]) -> None:
        """Fill the empty database from a dump, and bring it to the schema of this version.

        It has all of the data or none; where it is interrupted, it can be done again.

        Raises:
            ConflictError: as for `require_restorable`.
        """
