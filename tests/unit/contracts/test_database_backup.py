"""The fake of a database that is backed up keeps the contract."""

import pytest
from typing_extensions import override

from application.ports.document_storage import BlobKey
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.contracts.database_backup import DatabaseBackupContract
from tests.fakes.database_backup import FixedDatabaseBackup


class TestFixedDatabaseBackup(DatabaseBackupContract):
    @pytest.fixture
    @override
    def database(self) -> FixedDatabaseBackup:
        return FixedDatabaseBackup(b"everything")

    @pytest.fixture
    @override
    def named(self, database: FixedDatabaseBackup) -> dict[BlobKey, int]:  # type: ignore[override]  # a fixture
        database.named = {BlobKey(DEFAULT_WORKSPACE_ID, f"{number:064x}"): number for number in range(3)}
        return database.named

    @pytest.fixture
    @override
    def empty(self) -> FixedDatabaseBackup:
        return FixedDatabaseBackup()
