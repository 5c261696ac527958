"""What the SDK complains of reaches the log once a minute."""

import logging

import pytest

from entrypoints.telemetry.complaints import SeldomHandler


def test_of_many_complaints_one_a_minute_is_said_and_the_others_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    time = [0.0]
    handler = SeldomHandler(60, lambda: time[0])
    for time[0] in (0.0, 0.1, 30.0, 59.9, 60.0, 60.1):
        handler.emit(logging.makeLogRecord({"msg": "the collector hangs", "levelno": logging.WARNING}))
    first, second = caplog.messages
    assert "the collector hangs" in first
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in first
    assert "left out" not in first
    assert "3 more such lines" in second
