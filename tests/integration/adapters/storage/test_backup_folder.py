"""Backups in a folder keep the contract, and nobody else can read them."""

from pathlib import Path

import pytest
from typing_extensions import override

from adapters.storage.backup_folder import LocalBackupFiles
from tests.contracts.backup_files import BackupFilesContract, pieces_of


class TestLocalBackupFiles(BackupFilesContract):
    @pytest.fixture
    @override
    def files(self, tmp_path: Path) -> LocalBackupFiles:
        return LocalBackupFiles(tmp_path / "there" / "backups")

    @pytest.fixture
    @override
    def files_that_are_down(self, tmp_path: Path) -> LocalBackupFiles:
        in_the_way = tmp_path / "file"
        in_the_way.write_bytes(b"")
        return LocalBackupFiles(in_the_way)

    async def test_only_who_makes_the_backup_can_read_it(self, tmp_path: Path, files: LocalBackupFiles) -> None:
        await files.write("one/file", pieces_of(b"content"))
        file = tmp_path / "there" / "backups" / "one" / "file"
        assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]
        assert list(file.parent.iterdir()) == [file]
