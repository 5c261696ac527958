"""Blobs in a bucket of SeaweedFS."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from typing_extensions import override

from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.options import S3Options
from adapters.storage.s3.storage import S3DocumentStorage, S3StorageHealthCheck
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey, DocumentStorage
from tests.contracts.document_storage import (
    BOOK,
    DocumentStorageContract,
)
from tests.contracts.health_check import HealthCheckContract
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.integration.support.seaweedfs import Server
from tests.integration.support.store_proxy import StoreProxy, proxy_to

# Nobody waits for a store that is not there.
HASTY = {"attempts": 1, "connect_seconds": 0.5, "read_seconds": 0.5, "request_seconds": 1.0}


def storage_with(options: S3Options) -> S3DocumentStorage:
    """Make a storage that is alone with its bucket."""
    return S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), SystemClock())


@pytest.fixture
def options(seaweedfs: Server) -> S3Options:
    """An empty place in the bucket."""
    return seaweedfs.options()


@pytest.fixture
async def storage(options: S3Options) -> AsyncIterator[S3DocumentStorage]:
    """An empty storage."""
    async with storage_with(options) as storage:
        yield storage


@pytest.fixture
async def proxy(seaweedfs: Server) -> AsyncIterator[StoreProxy]:
    """The way to the store, on which there may be faults."""
    async with proxy_to(seaweedfs.endpoint_url) as proxy:
        yield proxy


class TestS3DocumentStorage(DocumentStorageContract):
    @pytest.fixture
    @override
    async def storage(self, options: S3Options) -> AsyncIterator[S3DocumentStorage]:  # type: ignore[override]  # a fixture
        async with storage_with(options) as storage:
            yield storage

    @pytest.fixture(params=["nobody listens", "nobody answers", "it refuses", "it fails"])
    @override
    async def storage_that_is_down(  # type: ignore[override]  # a fixture
        self, request: pytest.FixtureRequest, options: S3Options, proxy: StoreProxy
    ) -> AsyncIterator[S3DocumentStorage]:
        reason: str = request.param
        url = "http://127.0.0.1:9" if reason == "nobody listens" else proxy.url
        if reason == "nobody answers":
            proxy.hang()
        if reason == "it fails":
            proxy.refuse("", 503, "SlowDown")
        async with storage_with(replace(options, endpoint_url=url, **HASTY)) as storage:
            if reason == "it refuses":
                proxy.refuse("", 403, "AccessDenied")
            yield storage

    @pytest.fixture
    @override
    async def storage_that_is_full(  # type: ignore[override]  # a fixture
        self, options: S3Options, proxy: StoreProxy
    ) -> AsyncIterator[S3DocumentStorage]:
        proxy.refuse("PUT", 507, "XMinioStorageFull", larger_than=len(BOOK) // 2)
        async with storage_with(replace(options, endpoint_url=proxy.url)) as storage:
            yield storage

    @override
    async def damage(self, storage: DocumentStorage, key: BlobKey) -> None:
        assert isinstance(storage, S3DocumentStorage)
        bucket = storage._bucket
        await bucket.ask(bucket.client.put_object, Key=storage._name_of(key), Body=b"something else")


class TestS3StorageHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    async def working(self, options: S3Options) -> AsyncIterator[S3StorageHealthCheck]:  # type: ignore[override]  # a fixture
        async with Bucket(options) as bucket:
            yield S3StorageHealthCheck(bucket)

    @pytest.fixture
    @override
    async def broken(self, options: S3Options, proxy: StoreProxy) -> AsyncIterator[S3StorageHealthCheck]:  # type: ignore[override]  # a fixture
        async with Bucket(replace(options, endpoint_url=proxy.url, **HASTY)) as bucket:
            proxy.refuse("", 500, "InternalError")
            yield S3StorageHealthCheck(bucket)
