"""Where blobs lie."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.postgres.blob_locks import PostgresBlobLocks
from adapters.storage.cache import CachedDocumentStorage, FileCache
from adapters.storage.local import LocalDocumentStorage, LocalStorageHealthCheck, LocalStorageTrial
from adapters.storage.mark import LocalStorageMark
from application.ports.clock import Clock
from application.ports.document_links import DocumentLinks
from application.ports.document_storage import DocumentStorage
from application.ports.health_check import HealthCheck
from application.ports.storage_mark import StorageMark
from entrypoints.settings.s3 import S3Settings
from entrypoints.settings.service import Settings

if TYPE_CHECKING:
    from adapters.storage.s3.bucket import Bucket
    from adapters.telemetry.tracing import Tracing


class Store(NamedTuple):
    """A storage, and what there is to it: `locks` where it has none of its own, `links` where it can sign them."""

    storage: DocumentStorage
    # What is entered to see whether it can be opened.
    trial: AbstractAsyncContextManager[Any]
    mark: StorageMark
    check: HealthCheck
    locks: PostgresBlobLocks | None = None
    links: DocumentLinks | None = None


def choose_store(settings: Settings, clock: Clock, database_url: str, tracing: "Tracing | None" = None) -> Store:
    """Choose where blobs lie."""
    if settings.storage.kind == "s3":
        return _bucket(settings, clock, database_url, tracing)
    storage = LocalDocumentStorage(settings.storage_dir, clock)
    mark, check = LocalStorageMark(settings.storage_dir), LocalStorageHealthCheck(storage)
    return Store(storage, LocalStorageTrial(storage), mark, check)


def _bucket(settings: Settings, clock: Clock, database_url: str, tracing: "Tracing | None") -> Store:
    from adapters.storage.s3.links import S3DocumentLinks  # noqa: PLC0415  # only where it is configured
    from adapters.storage.s3.mark import S3StorageMark  # noqa: PLC0415  # see above
    from adapters.storage.s3.storage import S3DocumentStorage, S3StorageHealthCheck  # noqa: PLC0415  # see above

    locks = PostgresBlobLocks(database_url)
    bucket = bucket_of(settings.storage.s3, tracing)
    storage = S3DocumentStorage(bucket, locks, clock)
    check, links = S3StorageHealthCheck(bucket), S3DocumentLinks(bucket, clock)
    return Store(storage, storage, S3StorageMark(bucket), check, locks, links)


def bucket_of(chosen: S3Settings, tracing: "Tracing | None" = None) -> "Bucket":
    from adapters.storage.s3.bucket import Bucket  # noqa: PLC0415  # only where it is configured
    from adapters.storage.s3.options import Credentials, Encryption, S3Options  # noqa: PLC0415  # see above

    options = S3Options(
        credentials=Credentials(*key) if (key := chosen.key) else None,
        encryption=Encryption(chosen.encryption, chosen.kms_key_id) if chosen.encryption else None,
        **chosen.of_bucket(),
    )
    return Bucket(options, None if tracing is None else tracing.bucket)


def cached(settings: Settings, storage: DocumentStorage) -> DocumentStorage:
    """Put a cache of this machine before a storage, where it has room for one."""
    room = settings.cached_file_bytes
    return CachedDocumentStorage(storage, FileCache(settings.cached_files_dir, room)) if room else storage
