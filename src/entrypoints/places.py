"""Storages and places for backups that commands name."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pydantic import ValidationError

from adapters.postgres.blob_locks import PostgresBlobLocks
from adapters.storage.backup_folder import LocalBackupFiles
from adapters.storage.local import LocalDocumentStorage
from application.ports.backup_files import BackupFiles
from application.ports.document_storage import DocumentStorage
from application.ports.storage_mark import StorageMark
from domain.errors import InvalidRequestError
from entrypoints.container import Container
from entrypoints.parts.lifetimes import lifetimes_of
from entrypoints.parts.storage import bucket_of, choose_store
from entrypoints.settings.errors import SettingsError
from entrypoints.settings.s3 import S3Settings
from entrypoints.settings.service import Settings

_S3: Final = "s3://"


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """Where backups are kept: the files of each, and the blobs of all of them."""

    files: BackupFiles
    blobs: DocumentStorage
    locks: PostgresBlobLocks | None = None

    @property
    def lifetimes(self) -> list[AbstractAsyncContextManager[Any]]:
        """What is entered before it is used."""
        return lifetimes_of(self.files, self.locks, self.blobs)


def backup_place(place: str, container: Container) -> BackupPlace:
    """Return the place for backups that a folder's path names, or s3://BUCKET/PREFIX.

    A bucket is one of the store that the settings name, with their credentials.

    Raises:
        InvalidRequestError: it is neither.
    """
    clock = container.clock()
    if not place.startswith(_S3):
        if "://" in place:
            raise InvalidRequestError(place, "a place for backups is a folder, or s3://BUCKET/PREFIX.")
        return BackupPlace(
            LocalBackupFiles(Path(place) / "backups"), LocalDocumentStorage(Path(place) / "blobs", clock)
        )
    from adapters.storage.s3.backup_files import S3BackupFiles  # noqa: PLC0415  # only where it is asked for
    from adapters.storage.s3.storage import S3DocumentStorage  # noqa: PLC0415  # see above

    bucket, _, prefix = place.removeprefix(_S3).partition("/")
    settings = container.settings()
    files, blobs = (_s3_below(settings, place, bucket, f"{prefix}/{folder}") for folder in ("backups", "blobs"))
    locks = PostgresBlobLocks(container.database_url())
    return BackupPlace(S3BackupFiles(bucket_of(files)), S3DocumentStorage(bucket_of(blobs), locks, clock), locks)


def _s3_below(settings: Settings, place: str, bucket: str, prefix: str) -> S3Settings:
    try:
        chosen = S3Settings(**{**settings.storage.s3.model_dump(), "bucket": bucket, "prefix": prefix})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InvalidRequestError(place, f"it is no place in a bucket: {reason}.") from error
    complaint = chosen.complaint()
    if complaint is not None:
        raise SettingsError(complaint)
    return chosen


class StorageOfKind(NamedTuple):
    """A storage, and what is entered before it is used."""

    storage: DocumentStorage
    mark: StorageMark
    lifetimes: list[AbstractAsyncContextManager[Any]]


def storage_of_kind(container: Container, kind: Literal["local", "s3"]) -> StorageOfKind:
    """Return the storage of one kind, whichever the service uses.

    Raises:
        SettingsError: the settings do not say where it is.
    """
    settings: Settings = container.settings()
    complaint = settings.storage.s3.complaint() if kind == "s3" else None
    if complaint is not None:
        raise SettingsError(complaint)
    chosen = settings.model_copy(update={"storage": settings.storage.model_copy(update={"kind": kind})})
    # Nothing is erased: the locks of a bucket, which need the database, are never taken.
    store = choose_store(chosen, container.clock(), "")
    return StorageOfKind(store.storage, store.mark, lifetimes_of(store.storage))
