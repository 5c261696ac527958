"""One bucket, and the one client of the process that asks for what is in it."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import BotoCoreError
from botocore.loaders import create_loader

from adapters.storage.s3.failures import FAILURES, MisconfiguredError, code_of, translated
from adapters.storage.s3.options import S3Options
from domain.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client
    from types_aiobotocore_s3.type_defs import HeadObjectOutputTypeDef

_log = logging.getLogger("docgen.storage")

_Answer = TypeVar("_Answer")

# An answer to HEAD has no code but its status.
MISSING: Final = ("NoSuchKey", "404")
# What stores of one's own take, which have no regions; a bucket of AWS has the region of the chain.
_NO_REGION: Final = "us-east-1"


class RefusedError(Exception):
    """The store refused with a code that was expected."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ClientWatch(Protocol):
    """Whom requests to a store are told of."""

    def watch_client(self, events: Any) -> None:
        """Listen to the events of a client of the AWS SDK."""


class Bucket:
    """Asks a store for one bucket by one client with a bounded pool of connections; an async context manager."""

    def __init__(self, options: S3Options, watch: ClientWatch | None = None) -> None:
        """Take where it is, and who is told of each request, if anybody."""
        self.options = options
        self._watch = watch
        self._stack = AsyncExitStack()
        self._client: S3Client | None = None
        self._signer: S3Client | None = None

    async def __aenter__(self) -> Self:
        """Make the client, and see whether the bucket can be used: one that is out of reach may come back.

        Raises:
            MisconfiguredError: the store refuses it, and will go on to.
        """
        try:
            self._client = self._signer = await self._made(self.options.endpoint_url)
            if self.options.public_endpoint_url:
                self._signer = await self._made(self.options.public_endpoint_url)
            await self.probe()
        except MisconfiguredError:
            await self._stack.aclose()
            raise
        except ServiceUnavailableError as error:
            _log.error("%s Until then nothing is stored or read.", error)  # it is the caller's sentence
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client = self._signer = None
        await self._stack.aclose()

    @property
    def client(self) -> "S3Client":
        """What `ask` can be given the methods of."""
        if self._client is None:
            raise RuntimeError("the storage is used outside of its lifetime")
        return self._client

    @property
    def place(self) -> str:
        """The bucket, as people know it."""
        return f"the bucket {self.options.bucket} of {self.options.endpoint_url or 'AWS'}"

    async def ask(
        self, operation: Callable[..., Awaitable[_Answer]], *, expected: tuple[str, ...] = (), **parameters: Any
    ) -> _Answer:
        """Make a request about the bucket, with all its attempts, within the time for that.

        Raises:
            RefusedError: the store refuses with one of the codes that are expected.
            ServiceUnavailableError: it is down, slow, or refuses.
            StorageFullError: it has no room.
        """
        try:
            async with asyncio.timeout(self.options.request_seconds):
                return await operation(Bucket=self.options.bucket, **parameters)
        except FAILURES as error:
            code = code_of(error)
            if code is not None and code in expected:
                raise RefusedError(code) from error
            raise self.failure(error) from error

    def failure(self, error: BaseException) -> Exception:
        """Return the error of the ports for what a request failed with."""
        return translated(error, self.place)

    async def probe(self) -> None:
        """Return when the bucket can be listed.

        Raises:
            ServiceUnavailableError: it cannot be.
        """
        # An answer to HEAD has no body that would say why.
        await self.ask(self.client.list_objects_v2, Prefix=self.options.prefix, MaxKeys=1)

    async def head(self, name: str) -> "HeadObjectOutputTypeDef | None":
        """Return what the store knows of an object, None where there is none.

        Raises:
            ServiceUnavailableError: the store is down, slow, or refuses, or has no such bucket.
        """
        try:
            return await self.ask(self.client.head_object, expected=MISSING, Key=name)
        except RefusedError:
            await self.probe()  # the answer would be the same without the bucket
            return None

    async def pages(self, operation: str, **parameters: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the answers of a listing, one page after the other.

        Raises:
            ServiceUnavailableError: the store is down, slow, or refuses.
        """
        paginator: Any = self.client.get_paginator(operation)  # type: ignore[call-overload]  # a name, not a literal
        pages = aiter(paginator.paginate(Bucket=self.options.bucket, **parameters))
        while True:
            try:
                async with asyncio.timeout(self.options.request_seconds):
                    page = await anext(pages)
            except StopAsyncIteration:
                return
            except FAILURES as error:
                raise self.failure(error) from error
            yield page

    async def signed_address(self, name: str, seconds: int, **overrides: str) -> str:
        """Return an address that gives an object to whoever has it, for some seconds; `overrides` are headers of it.

        Raises:
            ServiceUnavailableError: there are no credentials to sign with.
        """
        if self._signer is None:
            raise RuntimeError("the storage is used outside of its lifetime")
        parameters = {"Bucket": self.options.bucket, "Key": name, **overrides}
        try:
            return await self._signer.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)
        except BotoCoreError as error:
            raise self.failure(error) from error

    async def _made(self, endpoint_url: str | None) -> "S3Client":
        options, credentials = self.options, self.options.credentials
        core = AioSession()
        core.register_component("data_loader", _descriptions(core.get_config_variable("data_path")))
        session = aioboto3.Session(
            botocore_session=core,
            aws_access_key_id=credentials and credentials.access_key_id,
            aws_secret_access_key=credentials and credentials.secret_access_key,
            aws_session_token=credentials and credentials.session_token,
            region_name=options.region,
        )
        config = AioConfig(
            # Earlier signatures have no region, and no end that is within a week.
            signature_version="s3v4",
            s3={"addressing_style": options.addressing_style},
            connect_timeout=options.connect_seconds,
            read_timeout=options.read_seconds,
            max_pool_connections=options.connections,
            retries={"mode": "standard", "total_max_attempts": options.attempts},
            # We send those of what we store; trailers, which would come on top, are not known to every store.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        region = session.region_name or (_NO_REGION if endpoint_url else None)
        try:
            client: S3Client = await self._stack.enter_async_context(
                session.client("s3", endpoint_url=endpoint_url, region_name=region, config=config)
            )
        except (BotoCoreError, ValueError) as error:
            raise MisconfiguredError(self.place, str(error).rstrip(".")) from error
        if self._watch is not None:
            self._watch.watch_client(client.meta.events)
        return client


@functools.cache
def _descriptions(data_path: str | None) -> Any:
    """Return what knows the requests that there are; to read all of that takes half a second, and each client would."""
    return create_loader(data_path)
