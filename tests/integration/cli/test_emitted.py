"""What a service emits, and what a collector that does not work does to it: nothing."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import httpx2

from tests.integration.cli.serving import serving_on, upload, working_on
from tests.integration.cli.test_traces import LOOPBACK, OFTEN, receiving
from tests.integration.support.otlp import collecting
from tests.waiting import wait_until

VALUE, NAME = "M4RKED-V4LUE", "M4RKED-F1LE"
SLACK_TOKEN = "xoxb-123456789012-M4RKEDT0K3N"
_COMPLAINT = "does not reach the collector"
SECRETS = (VALUE, NAME, SLACK_TOKEN, "T0K3N-IN-PATH", "M4RKED-QUERY", "M4RKED-HEADER")


def test_nothing_of_data_keys_and_tokens_is_emitted_at_debug_level(database_url: str, tmp_path: Path) -> None:
    log_file = tmp_path / "all.log"
    with collecting() as collector, receiving() as (webhook_url, came):
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20M4RKED-HEADER",
            "DOCGEN_LOG__LEVEL": "debug",
            "DOCGEN_LOG__FILE": str(log_file),
            **OFTEN,
            **LOOPBACK,
        }
        with (
            serving_on(database_url, tmp_path, "serve", **settings) as (_, address),
            working_on(database_url, tmp_path, "work", **settings) as (_, worker_log),
            httpx2.Client(base_url=address, trust_env=False, timeout=60) as client,
        ):
            upload(address, "letter.txt", b"Dear {{ name }}, {{ 1 / number }}")
            hook = client.post("/v1/webhooks", json={"url": webhook_url, "events": ["render.succeeded"]}).json()
            key = client.post("/v1/api-keys", json={"name": "k", "scopes": ["renders:create"]}).json()
            secrets = (*SECRETS, hook["secret"], key["key"])
            ask = _asking(client, f"Bearer {key['key']}")
            assert ask({"name": VALUE, "number": 1}) == 201
            assert ask({"name": VALUE, "token": SLACK_TOKEN}) == 422
            assert ask({"name": VALUE, "number": 0}) == 422
            assert ask({"name": VALUE, "number": 2}, prefer="respond-async") == 202
            assert ask({"name": VALUE, "number": 0}, prefer="respond-async") == 202
            client.get("/v1/templates", params={"q": "M4RKED-QUERY"})
            wait_until(lambda: len(came) >= 1)
            collector.until(lambda spans: sum(span.name == "process render" for span in spans) == 2)
        logs = {
            "standard output of the service": (tmp_path / "serve" / "serve.log").read_bytes(),
            "standard output of the worker": worker_log.read_bytes(),
            "the log file": log_file.read_bytes(),
            "the spans": b"".join(collector.raw),
        }
    assert {headers["authorization"] for headers in collector.headers} == {"Bearer M4RKED-HEADER"}
    found = [(place, secret) for secret in secrets for place, text in logs.items() if secret.encode() in text]
    assert found == []
    # Lines of JSON and nothing besides, of both processes, and in the file those of both.
    for text in (logs["standard output of the service"], logs["standard output of the worker"], logs["the log file"]):
        lines = [json.loads(line) for line in text.splitlines()]
        assert {"level", "logger", "message", "process", "time"} <= set(lines[0])
    lines = [json.loads(line) for line in logs["the log file"].splitlines()]
    # At debug level libraries tell of what they do; none of them does so under a name of ours.
    assert [line for line in lines if "Pool" in line["logger"] or "Pool" in line["message"]] == []
    messages = [line["message"] for line in lines]
    assert any("DocGen listens on" in message for message in messages)
    assert any("DocGen works on the jobs" in message for message in messages)
    assert any(message.startswith("The chore ") for message in messages)


def _asking(client: httpx2.Client, authorization: str):  # type: ignore[no-untyped-def]  # a closure of this test's
    def ask(data: dict[str, object], prefer: str | None = None) -> int:
        headers = {"Authorization": authorization, **({"Prefer": prefer} if prefer else {})}
        body = {"template": "letter", "data": data, "file_name": NAME}
        status: int = client.post("/v1/renders", json=body, headers=headers).status_code
        return status

    return ask


def test_a_collector_that_is_slow_or_refuses_or_is_down_changes_no_answer_and_is_said_once_a_minute(
    database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "serve" / "serve.log"
    with collecting() as collector:
        collector.hangs = Event()
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
            "OTEL_EXPORTER_OTLP_TIMEOUT": "500",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            "OTEL_BSP_MAX_QUEUE_SIZE": "16",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4",
        }
        stack = ExitStack()
        _, address = stack.enter_context(serving_on(database_url, tmp_path, "serve", **settings))
        began = time.monotonic()
        with stack:
            client = stack.enter_context(httpx2.Client(base_url=address, trust_env=False, timeout=60))
            upload(address, "letter.txt", b"Dear {{ name }}")
            _expect_answers(client)
            wait_until(lambda: _COMPLAINT in _text(log))
            collector.answer = 403
            collector.hangs.set()
            asked = collector.requests
            _expect_answers(client)
            wait_until(lambda: collector.requests > asked + 1)
            collector.close()
            _expect_answers(client)
            ends = time.monotonic()
        # It gives up what it cannot hand over, and ends; that limit is the subject.
        assert time.monotonic() - ends < 30
    said = _text(log)
    assert said.count(_COMPLAINT) <= 1 + (time.monotonic() - began) // 60
    assert "Traceback" not in said


def _expect_answers(client: httpx2.Client) -> None:
    body = {"template": "letter", "data": {"name": "Ada"}, "store": False}
    answers = [client.post("/v1/renders", json=body) for _ in range(30)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "Dear Ada")}


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8")
