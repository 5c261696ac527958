"""What a line of the log that a request writes belongs to."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typing_extensions import override

from adapters.rendering.in_process import InProcessRenderer
from domain.errors import ServiceUnavailableError
from domain.workspace import DEFAULT_WORKSPACE_ID
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.logs.formats import JsonFormatter
from tests.fakes.template_renderer import RecordingRenderer
from tests.integration.http.access import bearer, guarded_settings, key_of


class Lines(logging.Handler):
    """Keeps each line as it is written, in the moment when it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def log() -> Iterator[Lines]:
    """Everything that is logged."""
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_it_names_request_workspace_and_actor_and_nothing_that_was_sent(
    database_url: str, tmp_path: Path, log: Lines
) -> None:
    settings = guarded_settings(database_url, tmp_path)
    secret = key_of(settings)
    container = Container(settings=settings)
    renderer = RecordingRenderer(InProcessRenderer())
    renderer.error = ServiceUnavailableError("rendering", "The workers are away.")
    with container.renderer.override(renderer), TestClient(create_app(settings, container)) as client:
        upload = {"file": ("M4RKED-F1LE.txt", b"{{ name }}"), "data": (None, '{"name": "M4RKED-V4LUE"}')}
        answers = [client.post("/v1/templates/validate", files=upload, headers=bearer(secret)) for _ in range(2)]
        me = client.get("/v1/me", headers=bearer(secret)).json()
    assert [answer.status_code for answer in answers] == [503, 503]
    found = [line for line in log.lines if "The workers are away." in line["message"]]
    # Both came over one connection.
    assert [line["request_id"] for line in found] == [answer.headers["x-request-id"] for answer in answers]
    assert {(line["level"], line["workspace"], line["actor"]) for line in found} == {
        ("warning", DEFAULT_WORKSPACE_ID, me["actor"])
    }
    assert "M4RKED" not in json.dumps(log.lines)
    assert secret not in json.dumps(log.lines)
