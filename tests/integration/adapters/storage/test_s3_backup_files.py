"""Backups in a bucket of SeaweedFS keep the contract."""

from collections.abc import AsyncIterator

import pytest
from typing_extensions import override

from adapters.storage.s3.backup_files import S3BackupFiles
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.options import S3Options
from tests.contracts.backup_files import BackupFilesContract
from tests.integration.support.seaweedfs import OWNER, Server


class TestS3BackupFiles(BackupFilesContract):
    @pytest.fixture
    @override
    async def files(self, seaweedfs: Server) -> AsyncIterator[S3BackupFiles]:  # type: ignore[override]  # a fixture
        async with S3BackupFiles(Bucket(seaweedfs.options())) as files:
            yield files

    @pytest.fixture
    @override
    async def files_that_are_down(self) -> AsyncIterator[S3BackupFiles]:  # type: ignore[override]  # a fixture
        options = S3Options(
            bucket="docgen",
            endpoint_url="http://127.0.0.1:1",
            credentials=OWNER,
            attempts=1,
            connect_seconds=0.5,
            request_seconds=1.0,
        )
        async with S3BackupFiles(Bucket(options)) as files:
            yield files
