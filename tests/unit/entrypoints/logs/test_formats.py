"""Lines of the log: what they belong to, and what they keep to themselves."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.context import attach, detach
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from application.caller import Caller
from application.log_context import LOG_CONTEXT
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId
from entrypoints.logs.formats import ConsoleFormatter, JsonFormatter, OwnWords

SECRET = "M4RKED-V4LUE"


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("docgen.test", logging.WARNING, __file__, 1, message, arguments, info)


@contextmanager
def within(context: dict[str, Any]) -> Iterator[None]:
    before = LOG_CONTEXT.set(context)
    span = NonRecordingSpan(SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(1)))
    token = attach(set_span_in_context(span))
    try:
        yield
    finally:
        detach(token)
        LOG_CONTEXT.reset(before)


def test_a_line_of_json_says_what_it_belongs_to() -> None:
    caller = Caller(WorkspaceId("wsp_1"), "key_1")
    with within({"request_id": "req_1", "caller": caller}):
        line = json.loads(JsonFormatter().format(record("%d blobs\n{}", 3)))
    assert line["message"] == "3 blobs\n{}"
    assert (line["level"], line["logger"]) == ("warning", "docgen.test")
    assert (line["request_id"], line["workspace"], line["actor"]) == ("req_1", "wsp_1", "key_1")
    assert (line["trace_id"], line["span_id"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")


def test_a_line_of_a_job_names_it_and_one_of_nothing_has_no_such_fields() -> None:
    with within({"job": "render rnd_1 7", "workspace": "wsp_1"}):
        line = json.loads(JsonFormatter().format(record("x")))
        shown = ConsoleFormatter().format(record("x"))
    assert (line["job"], line["workspace"], "actor" in line) == ("render rnd_1 7", "wsp_1", False)
    assert "WARNING docgen.test: x  [" in shown
    assert "job=render rnd_1 7" in shown
    bare = json.loads(JsonFormatter().format(record("x")))
    assert sorted(bare) == ["level", "logger", "message", "process", "time"]


def _failing() -> BaseException:
    try:
        try:
            {}[SECRET]
        except KeyError as error:
            raise ServiceUnavailableError("storage", SECRET) from error
    except ServiceUnavailableError as error:
        return error


def test_a_traceback_names_places_and_classes_and_leaves_out_what_errors_say() -> None:
    failed = _failing()
    for formatter in (JsonFormatter(), ConsoleFormatter()):
        line = formatter.format(record("it failed", error=failed))
        assert SECRET not in line
        assert "in _failing" in line
        assert "KeyError" in line
        assert "ServiceUnavailableError" in line


def test_what_the_system_says_is_kept() -> None:
    try:
        Path("/nowhere/at/all").read_bytes()
    except OSError:
        line = JsonFormatter().format(record("it failed", error=sys.exc_info()[1]))
    assert "No such file" in json.loads(line)["error"]["stack"]


def test_half_a_character_is_a_line_too() -> None:
    line = JsonFormatter().format(record("%s", "\ud800"))
    assert json.loads(line)["message"] == "\ud800"


def test_what_asyncio_shows_of_a_task_is_left_out() -> None:
    line = logging.makeLogRecord({"name": "asyncio", "msg": f"Task exception was never retrieved\n{SECRET}"})
    assert OwnWords().filter(line)
    assert json.loads(JsonFormatter().format(line))["message"] == "Task exception was never retrieved"
