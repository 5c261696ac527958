"""Ports with a clock: the same, and each call is timed and counted by what came of it."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from time import perf_counter
from types import TracebackType
from typing import Final, TypeVar, cast

from typing_extensions import override

from adapters.prometheus.instruments import Durations, Instruments
from adapters.prometheus.observers import status_class
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage, StoredBlob
from application.ports.template_renderer import (
    NO_ASSETS,
    Assets,
    RenderedDocument,
    TemplateInspection,
    TemplateRenderer,
    TemplateSource,
)
from application.ports.webhook_sender import WebhookAnswer, WebhookSender
from domain.diagnostics import Diagnostic
from domain.errors import DocGenError
from domain.identifiers import WorkspaceId
from domain.render_request import RenderOptions

_T = TypeVar("_T")

_DONE: Final = "ok"
_CANCELLED: Final = "cancelled"
_NO_ANSWER: Final = "no-answer"
_WEBHOOK: Final = "webhook"


def outcome_of(error: BaseException) -> str:
    """Return what came of something that failed so: the code of an error of DocGen's."""
    if isinstance(error, DocGenError):
        return error.code
    if isinstance(error, BlobNotFoundError):
        return "not-found"
    return _CANCELLED if isinstance(error, (asyncio.CancelledError, GeneratorExit)) else "internal"


class MeasuredRenderer(TemplateRenderer):
    """Times renders."""

    def __init__(self, renderer: TemplateRenderer, instruments: Instruments) -> None:
        self._renderer = renderer
        self._renders = instruments.renders

    @override
    async def inspect(self, source: TemplateSource) -> TemplateInspection:
        return await self._renderer.inspect(source)

    @override
    async def check_piece(self, source: TemplateSource) -> tuple[Diagnostic, ...]:
        return await self._renderer.check_piece(source)

    @override
    async def validate(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> tuple[Diagnostic, ...]:
        return await self._renderer.validate(source, data, options, assets)

    @override
    async def render(
        self, source: TemplateSource, data: bytes, options: RenderOptions, assets: Assets = NO_ASSETS
    ) -> RenderedDocument:
        began, outcome = perf_counter(), _DONE
        try:
            return await self._renderer.render(source, data, options, assets)
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._renders.observe(perf_counter() - began, source.format, options.output, outcome)


class MeasuredStorage(DocumentStorage):
    """Times operations of a storage. Of a block only the entering is one; of a stream what the storage takes."""

    def __init__(self, storage: DocumentStorage, instruments: Instruments) -> None:
        self._storage = storage
        self._operations = instruments.storage

    @override
    async def put(self, key: BlobKey, content: bytes) -> None:
        await self._timed("put", self._storage.put(key, content))

    @override
    async def put_pieces(self, key: BlobKey, pieces: AsyncIterable[bytes]) -> None:
        await self._timed("put", self._storage.put_pieces(key, pieces))

    @override
    def storing(self, key: BlobKey, content: bytes) -> AbstractAsyncContextManager[None]:
        return _Entering(self._storage.storing(key, content), self._operations)

    @override
    def storing_all(self, blobs: Mapping[BlobKey, bytes]) -> AbstractAsyncContextManager[None]:
        return _Entering(self._storage.storing_all(blobs), self._operations)

    @override
    async def read(self, key: BlobKey) -> bytes:
        return await self._timed("read", self._storage.read(key))

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        outcome, seconds = _DONE, 0.0
        # What the port calls an iterator is a generator, whose end has to be seen to.
        pieces = cast("AsyncGeneratorLike", self._storage.stream(key, start, end))
        try:
            async with aclosing(pieces):
                while True:
                    began = perf_counter()
                    try:
                        piece = await anext(pieces)
                    except StopAsyncIteration:
                        break
                    finally:
                        seconds += perf_counter() - began
                    yield piece
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._operations.observe(seconds, "read", outcome)

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        await self._timed("erase", self._storage.erase(key, is_named))

    @override
    async def find(self, key: BlobKey) -> StoredBlob | None:
        return await self._timed("find", self._storage.find(key))

    @override
    def stored_blobs(self, workspace_id: WorkspaceId) -> AsyncIterator[StoredBlob]:
        return self._storage.stored_blobs(workspace_id)

    @override
    def workspaces(self) -> AsyncIterator[WorkspaceId]:
        return self._storage.workspaces()

    async def _timed(self, operation: str, work: Awaitable[_T]) -> _T:
        began, outcome = perf_counter(), _DONE
        try:
            return await work
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._operations.observe(perf_counter() - began, operation, outcome)


class AsyncGeneratorLike(AsyncIterator[bytes]):
    """What can be iterated and closed."""

    async def aclose(self) -> None:
        """End it."""


class _Entering(AbstractAsyncContextManager[None]):
    """A block of `storing`: what is timed is that the bytes are stored, and not what happens in the block."""

    def __init__(self, block: AbstractAsyncContextManager[None], operations: Durations) -> None:
        self._block = block
        self._operations = operations

    @override
    async def __aenter__(self) -> None:
        began, outcome = perf_counter(), _DONE
        try:
            await self._block.__aenter__()
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            self._operations.observe(perf_counter() - began, "put", outcome)

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._block.__aexit__(kind, error, traceback)


class MeasuredWebhookSender(WebhookSender):
    """Times messages to webhooks."""

    def __init__(self, sender: WebhookSender, instruments: Instruments) -> None:
        self._sender = sender
        self._deliveries = instruments.deliveries

    @override
    async def check(self, url: str) -> None:
        await self._sender.check(url)

    @override
    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        began, outcome = perf_counter(), _NO_ANSWER
        try:
            answer = await self._sender.send(url, headers, body)
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        else:
            if answer.status_code is not None:
                outcome = status_class(answer.status_code)
            return answer
        finally:
            self._deliveries.observe(perf_counter() - began, _WEBHOOK, outcome)
