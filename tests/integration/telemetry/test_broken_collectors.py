"""Spans for a collector that hangs, refuses or is not there: nobody waits, little is kept, and one line is logged."""

import logging
from collections.abc import Iterator
from threading import Event

import pytest

from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import telemetry_settings
from tests.integration.support.otlp import Collector, collecting

SPANS, ROOM, AT_A_TIME = 5_000, 200, 50


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def telemetry(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_BSP_MAX_QUEUE_SIZE": str(ROOM),
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": str(AT_A_TIME),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    theirs = logging.getLogger("opentelemetry")
    before = theirs.propagate, theirs.level, theirs.handlers
    yield Telemetry(telemetry_settings(variables), flush_seconds=1.0)
    theirs.propagate, theirs.level, theirs.handlers = before


def make_spans(telemetry: Telemetry) -> None:
    tracer = telemetry.tracer
    assert tracer is not None
    for number in range(SPANS):
        with tracer.start_as_current_span(f"span {number}"):
            pass


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "docgen.telemetry"]


async def test_only_so_many_spans_wait_for_a_collector_that_hangs(collector: Collector, telemetry: Telemetry) -> None:
    """What there is no room for is dropped while it is made: what comes once it goes on is what was kept."""
    collector.hangs = Event()
    async with telemetry:
        make_spans(telemetry)
        collector.hangs.set()
    # One batch is on its way already, and no longer counted.
    assert ROOM <= len(collector.spans) <= ROOM + AT_A_TIME


@pytest.mark.parametrize("is_there", [True, False], ids=["refuses", "is not there"])
async def test_a_collector_that_takes_nothing_is_worth_one_line(
    is_there: bool, collector: Collector, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    collector.answer = 403
    if not is_there:
        collector.close()
    # Where nobody is there it is tried again, until the end of the flush; that is no error of a thread's.
    async with telemetry:
        make_spans(telemetry)
    assert collector.spans == []
    assert bool(collector.requests) == is_there
    (line,) = complaints(caplog)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in line
