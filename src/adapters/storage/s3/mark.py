"""The mark of a storage in a bucket: an object below its prefix."""

import hashlib

from typing_extensions import override

from adapters.storage.mark import MARK
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.downloads import Downloads, MissingError
from adapters.storage.s3.uploads import ExistsError, Uploads
from application.ports.storage_mark import StorageMark


class S3StorageMark(StorageMark):
    """Made by a conditional put, where the store knows that; the bucket has to be entered before."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._name = bucket.options.prefix + MARK
        self._uploads = Uploads(bucket)
        self._downloads = Downloads(bucket)

    @property
    @override
    def place(self) -> str:
        prefix = self._bucket.options.prefix
        return f"{self._bucket.place}, below {prefix}" if prefix else self._bucket.place

    @override
    async def read(self) -> str | None:
        try:
            return (await self._downloads.read(self._name)).decode().strip()
        except MissingError:
            return None

    @override
    async def make(self, mark: str) -> str:
        found = await self.read()
        if found is not None:
            return found
        content = f"{mark}\n".encode()
        try:
            only_new = self._bucket.options.conditional_put
            await self._uploads.put(self._name, content, hashlib.sha256(content).hexdigest(), only_new=only_new)
        except ExistsError:
            pass
        return await self.read() or mark
