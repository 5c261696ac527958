"""Uploads: one request for what is small, and parts for what is large."""

import asyncio
import base64
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final

from adapters.storage.piecewise_hash import PiecewiseHash
from adapters.storage.s3.bucket import MISSING, Bucket, RefusedError
from domain.errors import DocGenError

_log = logging.getLogger("docgen.storage")

# A larger blob comes in parts of this size. AWS takes no smaller parts than 5 MB, and 10,000 of them at most.
PART: Final = 8 * 1024 * 1024
# What is larger is sent when the store has agreed to take it.
_MUCH: Final = 1024 * 1024
# So many are under way at a time; each is in memory.
_AT_ONCE: Final = 2
# An upload goes on for as long as parts come; one that was begun so long ago has lost whoever began it.
_STALE_AFTER: Final = timedelta(days=1)
# The second one says that somebody stores it at this moment.
_EXISTS: Final = ("PreconditionFailed", "ConditionalRequestConflict")
_NO_UPLOAD: Final = "NoSuchUpload"


class ExistsError(Exception):
    """There is an object of this name already, and it is left as it was."""


class Uploads:
    """Stores objects in a bucket, whole or not at all."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def put(self, name: str, content: bytes, sha256: str, *, only_new: bool) -> None:
        """Store an object by one request; the store compares the SHA-256 before it keeps it.

        Raises:
            ExistsError: there is one, and only a new one was to be stored.
            ServiceUnavailableError, StorageFullError: nothing was stored.
        """
        try:
            await self._bucket.ask(
                self._bucket.client.put_object,
                expected=_EXISTS,
                Key=name,
                # Of a file it is asked first whether it may be sent, which takes a round trip.
                Body=content if len(content) < _MUCH else BytesIO(content),
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                **_condition(only_new=only_new),
                **self._encryption,
            )
        except RefusedError as refusal:
            raise ExistsError from refusal

    async def put_pieces(
        self, name: str, pieces: AsyncIterable[bytes], check: Callable[[str], None] = lambda _: None
    ) -> None:
        """Store an object that comes in pieces of any size; `check` refuses their SHA-256 before the last part is sent.

        Raises:
            ServiceUnavailableError, StorageFullError: nothing was stored, as where `pieces` or `check` raise.
        """
        contents = PiecewiseHash()
        async with aclosing(_in_parts(pieces, contents, check)) as parts:
            first = [await anext(parts)]
            if first[0].getbuffer().nbytes < PART:  # it is the only one
                await self.put(name, first[0].getvalue(), await contents.hexdigest(), only_new=False)
            else:
                await self.put_parts(name, _chained(first, parts), only_new=False)

    async def put_parts(self, name: str, parts: AsyncIterable[BytesIO], *, only_new: bool) -> None:
        """Store an object that comes in parts: all of PART bytes, except for the last.

        It is there when all have come. Where anything fails, an exception of `parts` included, nothing is.

        Raises:
            ExistsError, ServiceUnavailableError, StorageFullError: as above.
        """
        bucket = self._bucket
        begun = await bucket.ask(
            bucket.client.create_multipart_upload, Key=name, ChecksumAlgorithm="CRC32", **self._encryption
        )
        upload = {"Key": name, "UploadId": begun["UploadId"]}
        try:
            await self._complete(upload, await self._send(upload, parts), only_new=only_new)
        except BaseException:
            await self._abort(upload)
            raise

    async def touch(self, name: str) -> bool:
        """Renew the time of an object, whose contents stay; tell whether it is there.

        Raises:
            ServiceUnavailableError: the store is down, slow, or refuses.
        """
        source = {"Bucket": self._bucket.options.bucket, "Key": name}
        try:
            await self._bucket.ask(
                self._bucket.client.copy_object,
                expected=MISSING,
                Key=name,
                CopySource=source,
                MetadataDirective="REPLACE",  # without any change it would be refused
                **self._encryption,
            )
        except RefusedError:
            return False
        return True

    @property
    def _encryption(self) -> dict[str, Any]:
        """How the store is to encrypt an object, for every request that makes one."""
        chosen = self._bucket.options.encryption
        if chosen is None:
            return {}
        key = {"SSEKMSKeyId": chosen.kms_key_id} if chosen.kms_key_id else {}
        return {"ServerSideEncryption": chosen.algorithm, **key}

    async def sweep(self, now: datetime) -> None:
        """Give up what killed processes left half-stored: nobody sees it, and it takes room.

        Raises:
            ServiceUnavailableError: the store is down, or does not let us.
        """
        oldest = now - _STALE_AFTER
        async for page in self._bucket.pages("list_multipart_uploads", Prefix=self._bucket.options.prefix):
            for upload in page.get("Uploads", ()):
                if upload["Initiated"].astimezone(UTC) < oldest:
                    await self._abort({"Key": upload["Key"], "UploadId": upload["UploadId"]})

    # --- the parts of an upload ---------------------------------------------------------------------------------

    async def _send(self, upload: dict[str, Any], parts: AsyncIterable[BytesIO]) -> list[dict[str, Any]]:
        """Send all parts, some at a time, and return what the store says of each, in their order."""
        sent: list[asyncio.Task[dict[str, Any]]] = []
        under_way: set[asyncio.Task[dict[str, Any]]] = set()
        try:
            async for part in parts:
                task = asyncio.create_task(self._send_part(upload, len(sent) + 1, part))
                del part  # it is in memory for no longer than it is sent
                sent.append(task)
                under_way.add(task)
                if len(under_way) == _AT_ONCE:
                    under_way = await _one_done(under_way)
            return [await task for task in sent]
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _send_part(self, upload: dict[str, Any], number: int, part: BytesIO) -> dict[str, Any]:
        part.seek(0)
        crc32 = await asyncio.to_thread(zlib.crc32, part.getbuffer())
        checksum = base64.b64encode(crc32.to_bytes(4, "big")).decode()
        sent = await self._bucket.ask(
            self._bucket.client.upload_part,
            PartNumber=number,
            Body=part,
            ChecksumCRC32=checksum,
            **upload,
        )
        return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": checksum}

    async def _complete(self, upload: dict[str, Any], parts: list[dict[str, Any]], *, only_new: bool) -> None:
        bucket = self._bucket
        try:
            await bucket.ask(
                bucket.client.complete_multipart_upload,
                expected=(*_EXISTS, _NO_UPLOAD),
                MultipartUpload={"Parts": parts},
                **_condition(only_new=only_new),
                **upload,
            )
        except RefusedError as refusal:
            # It is no more where an earlier attempt completed it, whose answer was lost.
            if refusal.code != _NO_UPLOAD or await bucket.head(upload["Key"]) is None:
                raise ExistsError from refusal

    async def _abort(self, upload: dict[str, Any]) -> None:
        bucket = self._bucket
        try:
            await bucket.ask(bucket.client.abort_multipart_upload, expected=(_NO_UPLOAD,), **upload)
        except RefusedError:
            return  # it is gone
        except DocGenError as error:
            _log.warning(
                "The parts of an upload of %s are left in the store; they are removed at a start in a day. %s",
                upload["Key"],
                error,
            )


def _condition(*, only_new: bool) -> dict[str, str]:
    return {"IfNoneMatch": "*"} if only_new else {}


async def _one_done(tasks: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Wait for one of the tasks, and return the others; what it raised is raised here."""
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return left


async def _in_parts(
    pieces: AsyncIterable[bytes], contents: PiecewiseHash, check: Callable[[str], None]
) -> AsyncGenerator[BytesIO, None]:
    """Yield what comes in pieces in parts of PART bytes, the last one when all are checked; each is built in place."""
    part = BytesIO()
    async for piece in pieces:
        await contents.update(piece)
        rest = memoryview(piece)
        while part.tell() + len(rest) > PART:
            fitting = PART - part.tell()
            part.write(rest[:fitting])
            rest = rest[fitting:]
            full, part = [part], BytesIO()
            yield full.pop()
        part.write(rest)
    check(await contents.hexdigest())
    yield part


async def _chained(first: list[BytesIO], parts: AsyncIterator[BytesIO]) -> AsyncIterator[BytesIO]:
    """Yield a first part, which is in memory for no longer than it is sent, and the others."""
    yield first.pop()
    async for part in parts:
        yield part
