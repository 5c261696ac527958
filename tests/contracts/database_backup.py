"""The contract of `DatabaseBackup`."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest

from application.ports.database_backup import DatabaseBackup
from application.ports.document_storage import BlobKey
from domain.errors import ConflictError, ServiceUnavailableError

NAME = "20261126T090000Z"


async def given(content: bytes) -> AsyncIterator[bytes]:
    """Give contents in one piece."""
    yield content


class DatabaseBackupContract(ABC):
    """Promises of every database that is backed up."""

    @pytest.fixture
    @abstractmethod
    def database(self) -> DatabaseBackup:
        """Give a database whose rows name the blobs `named`."""

    @pytest.fixture
    @abstractmethod
    def named(self, database: DatabaseBackup) -> dict[BlobKey, int]:
        """Give these blobs, with their sizes."""

    @pytest.fixture
    @abstractmethod
    def empty(self) -> DatabaseBackup:
        """Give an empty database."""

    async def test_what_is_dumped_fills_an_empty_database_and_no_other(
        self, database: DatabaseBackup, named: dict[BlobKey, int], empty: DatabaseBackup
    ) -> None:
        async with database.snapshot() as snapshot:
            dump = b"".join([piece async for piece in snapshot.dump()])
            listed = [blob async for blob in snapshot.blobs()]
        assert (len(listed), dict(listed)) == (len(named), named)
        await empty.require_restorable(NAME, snapshot.made_with)
        await empty.restore(NAME, snapshot.made_with, given(dump))
        for full in (database, empty):
            with pytest.raises(ConflictError):
                await full.require_restorable(NAME, snapshot.made_with)
            with pytest.raises(ConflictError):
                await full.restore(NAME, snapshot.made_with, given(dump))

    async def test_blobs_are_kept_for_one_backup_at_a_time(self, database: DatabaseBackup) -> None:
        async with database.blobs_kept():
            with pytest.raises(ServiceUnavailableError, match="Another backup"):
                async with database.blobs_kept():
                    pass
        async with database.blobs_kept():
            pass
