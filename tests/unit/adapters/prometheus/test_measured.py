"""Ports with a clock: they keep what the port promises, and what they count is what happened."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from typing_extensions import override

from adapters.prometheus.instruments import Instruments
from adapters.prometheus.measured import MeasuredRenderer, MeasuredStorage, MeasuredWebhookSender
from adapters.rendering.in_process import InProcessRenderer
from application.ports.document_storage import BlobKey, BlobNotFoundError
from application.ports.webhook_sender import WebhookAnswer
from domain.errors import DataInvalidError, ServiceUnavailableError, StorageFullError
from tests.contracts.around_fakes import AroundSender, AroundStorage
from tests.contracts.document_storage import BOOK, LETTER, DocumentStorageContract, key_of
from tests.contracts.template_renderer import data_of, options, source_of
from tests.contracts.webhook_sender import WebhookSenderContract
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.webhooks import RecordingSender


class Counted:
    """Instruments, and what they have counted."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.instruments = Instruments(self._registry)

    def of(self, name: str, **labels: str) -> float:
        """Return how often something happened."""
        return self._registry.get_sample_value(f"docgen_{name}", labels) or 0.0


@pytest.fixture
def counted() -> Counted:
    return Counted()


class TestMeasuredStorage(AroundStorage, DocumentStorageContract):
    @override
    def around(self, inner: InMemoryDocumentStorage) -> MeasuredStorage:
        return MeasuredStorage(inner, Counted().instruments)


class TestMeasuredWebhookSender(AroundSender, WebhookSenderContract):
    @override
    def around(self, inner: RecordingSender) -> MeasuredWebhookSender:
        return MeasuredWebhookSender(inner, Counted().instruments)


async def test_renders_are_counted_by_what_came_of_them(counted: Counted) -> None:
    renderer = MeasuredRenderer(InProcessRenderer(), counted.instruments)
    source = source_of("Dear {{ name }}")
    for _ in range(2):
        await renderer.render(source, data_of(name="Ada"), options())
    with pytest.raises(DataInvalidError):
        await renderer.render(source, b"[]", options())
    render = "render_duration_seconds_count"
    assert counted.of(render, format="txt", output="txt", outcome="ok") == 2
    assert counted.of(render, format="txt", output="txt", outcome="data-invalid") == 1


async def test_what_a_storage_does_is_counted_by_what_came_of_it(counted: Counted) -> None:
    inner = InMemoryDocumentStorage(capacity=len(LETTER))
    storage = MeasuredStorage(inner, counted.instruments)
    async with storage.storing(key_of(LETTER), LETTER):
        pass
    assert b"".join([piece async for piece in storage.stream(key_of(LETTER))]) == LETTER
    with pytest.raises(BlobNotFoundError):
        await storage.read(key_of(BOOK))
    with pytest.raises(StorageFullError):
        await storage.put(key_of(BOOK), BOOK)
    inner.down = True
    with pytest.raises(ServiceUnavailableError):
        await storage.find(key_of(LETTER))
    operation = "storage_operation_duration_seconds_count"
    for name, outcome in (
        ("put", "ok"),
        ("put", "storage-full"),
        ("read", "ok"),
        ("read", "not-found"),
        ("find", "unavailable"),
    ):
        assert counted.of(operation, operation=name, outcome=outcome) == 1, (name, outcome)


async def test_an_error_in_the_block_is_the_callers_and_not_the_storages(counted: Counted) -> None:
    storage = MeasuredStorage(InMemoryDocumentStorage(), counted.instruments)
    with pytest.raises(ZeroDivisionError):
        async with storage.storing(key_of(LETTER), LETTER):
            raise ZeroDivisionError
    assert counted.of("storage_operation_duration_seconds_count", operation="put", outcome="ok") == 1


async def test_a_stream_that_nobody_reads_to_its_end_is_closed_and_counted(counted: Counted) -> None:
    inner = _Closing()
    stream = MeasuredStorage(inner, counted.instruments).stream(key_of(LETTER))
    assert await anext(stream) == b"a"
    await stream.aclose()  # type: ignore[attr-defined]  # what the port calls an iterator is a generator
    assert inner.is_closed
    assert counted.of("storage_operation_duration_seconds_count", operation="read", outcome="cancelled") == 1


async def test_messages_are_counted_by_the_class_of_the_answer(counted: Counted) -> None:
    inner = RecordingSender()
    inner.answers.clear()
    inner.answers.extend([WebhookAnswer(204), WebhookAnswer(503), WebhookAnswer(error="No connection: refused.")])
    sender = MeasuredWebhookSender(inner, counted.instruments)
    for _ in range(3):
        await sender.send("https://hooks.example/", {}, b"{}")
    for outcome in ("2xx", "5xx", "no-answer"):
        count = counted.of("delivery_attempt_duration_seconds_count", channel="webhook", outcome=outcome)
        assert count == 1, outcome


class _Closing(InMemoryDocumentStorage):
    """Has an endless blob."""

    is_closed = False

    @override
    async def stream(self, key: BlobKey, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"a"
        finally:
            self.is_closed = True
