"""The settings of where files and documents lie."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from entrypoints.settings.s3 import S3Settings
from entrypoints.settings.types import Section

# A file of its own, and waiting for it to be on the disk, takes longer than that many bytes in the database.
_BYTES_IN_RECORD: Final = 65_536


class StorageSettings(Section):
    """Where template files and documents lie: in the data directory, or in a bucket.

    What nothing names any more is removed when it was stored more than `grace_hours` ago. Documents of up to
    `bytes_in_record` are kept in the database, beside the record of their render; without it they are 65,536 where the
    storage is a directory, and 0 where it is a bucket: all documents are in it.
    """

    kind: Literal["local", "s3"] = "local"
    s3: S3Settings = S3Settings()
    grace_hours: Annotated[float, Field(ge=1, le=8_760)] = 24.0
    bytes_in_record: Annotated[int, Field(ge=0, le=65_536)] | None = None

    @property
    def bytes_of_document_in_record(self) -> int:
        """How many bytes a document beside its record has at most."""
        if self.bytes_in_record is not None:
            return self.bytes_in_record
        return _BYTES_IN_RECORD if self.kind == "local" else 0

    @property
    def grace(self) -> timedelta:
        """How long a blob may be without a name."""
        return timedelta(hours=self.grace_hours)


class CacheSettings(Section):
    """What is kept on this machine, and can be deleted at any time; without `dir` in the folder `cache` of the data.

    `compiled_bytes` is for compiled templates, which are kept where templates run in the processes that serve HTTP.
    `file_bytes` is for files of templates and assets, where the storage is on another machine; without it they are
    500 MB before a bucket, and none before a directory.
    """

    dir: Path | None = None
    compiled_bytes: Annotated[int, Field(ge=0)] = 500_000_000
    file_bytes: Annotated[int, Field(ge=0)] | None = None
