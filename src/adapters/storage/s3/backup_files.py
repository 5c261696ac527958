"""The files of backups in a bucket."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from typing_extensions import override

from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.downloads import Downloads, MissingError
from adapters.storage.s3.uploads import Uploads
from application.ports.backup_files import BackupFileNotFoundError, BackupFiles


class S3BackupFiles(BackupFiles):
    """Objects below the bucket's prefix; an async context manager, as the bucket is."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._uploads = Uploads(bucket)
        self._downloads = Downloads(bucket)

    async def __aenter__(self) -> Self:
        await self._bucket.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._bucket.__aexit__(kind, error, traceback)

    @override
    async def write(self, name: str, pieces: AsyncIterable[bytes]) -> None:
        await self._uploads.put_pieces(self._bucket.options.prefix + name, pieces)

    @override
    async def read(self, name: str) -> AsyncIterator[bytes]:
        key = self._bucket.options.prefix + name
        async with aclosing(self._downloads.stream(key, 0, None)) as pieces:
            try:
                async for piece in pieces:
                    yield piece
            except MissingError:
                raise BackupFileNotFoundError(name) from None

    @override
    async def remove(self, folder: str, *, first: str) -> None:
        prefix = f"{self._bucket.options.prefix}{folder}/"
        delete = self._bucket.client.delete_object
        await self._bucket.ask(delete, Key=prefix + first)
        async for page in self._bucket.pages("list_objects_v2", Prefix=prefix):
            for found in page.get("Contents", ()):
                await self._bucket.ask(delete, Key=found["Key"])

    @override
    async def folders(self) -> list[str]:
        prefix = self._bucket.options.prefix
        found: list[str] = []
        async for page in self._bucket.pages("list_objects_v2", Prefix=prefix, Delimiter="/"):
            found += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        # Stores that have folders (SeaweedFS) go on listing one for a moment when everything in it is removed.
        return sorted([each.removeprefix(prefix).rstrip("/") for each in found if await self._has_files(each)])

    async def _has_files(self, prefix: str) -> bool:
        listed = await self._bucket.ask(self._bucket.client.list_objects_v2, Prefix=prefix, MaxKeys=1)
        return bool(listed.get("Contents"))
