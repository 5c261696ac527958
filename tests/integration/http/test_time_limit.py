"""Requests that wait for too long: 504, and nothing half-done is left."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.service import Settings
from entrypoints.settings.work import RenderingSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

SECONDS = 1
CONNECTIONS = 3
DEADLINE_SECONDS = 60
SPINNING = b"{% for i in range(100000) %}{% for j in range(100000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}"
WISH = {"template": "letter", "data": {"name": "Ada"}}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A service that has a second for a request; a template is registered without such haste."""
    settings = settings_for(database_url, tmp_path)
    with TestClient(create_app(settings)) as client:
        register(client)
    few = settings.database.model_copy(update={"pool_size": CONNECTIONS})
    return settings.model_copy(update={"http": HttpSettings(request_seconds=SECONDS), "database": few})


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Keep everybody else waiting for a table."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        runner.run(connection.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        try:
            yield
        finally:
            runner.run(connection.close())


def eventually_rendered(client: TestClient) -> None:
    """Render a letter; the workers may have to start, or to end what they do."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not client.post("/v1/renders", json=WISH).is_success:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("table", ["templates", "audit_events"])
def test_a_change_that_waits_for_the_database_is_stopped_and_leaves_nothing(
    client: TestClient, database_url: str, table: str
) -> None:
    with locked(database_url, table):
        # More of them than the pool has connections: each gives its own back.
        for number in range(CONNECTIONS + 1):
            upload = {"file": (f"note {number}.txt", b"Dear {{ name }}")}
            answer = client.post("/v1/templates", files=upload, headers={"Idempotency-Key": str(number)})
            problem = assert_problem(answer, 504, "time-limit")
            assert "longer than 1 seconds" in problem["detail"]
    assert [template["slug"] for template in client.get("/v1/templates").json()["data"]] == ["letter"]
    # The key is free: what was stopped was not carried out.
    again = client.post(
        "/v1/templates", files={"file": ("letter 0.txt", b"Dear {{ name }}")}, headers={"Idempotency-Key": "0"}
    )
    assert again.status_code == 201, again.text


def test_a_render_that_waits_for_its_record_is_stopped(client: TestClient, database_url: str) -> None:
    assert client.post("/v1/renders", json=WISH).status_code == 201
    with locked(database_url, "renders"):
        assert_problem(client.post("/v1/renders", json=WISH), 504, "time-limit")
    assert client.post("/v1/renders", json=WISH).status_code == 201
    # What was on its way when nobody waited any more is whole, or not there.
    for render in client.get("/v1/renders").json()["data"]:
        assert client.get(render["links"]["document"]).text == "Dear Ada,\n"


def test_a_render_that_waits_in_the_line_leaves_it(settings: Settings) -> None:
    limits = LimitsSettings(steps=10**12, render_seconds=3)
    with TestClient(create_app(settings.model_copy(update={"http": HttpSettings(), "limits": limits}))) as client:
        register(client, SPINNING, "spin.txt")
    changes = {"rendering": RenderingSettings(workers=2), "limits": limits}
    with TestClient(create_app(settings.model_copy(update=changes)), raise_server_exceptions=False) as client:
        eventually_rendered(client)
        in_the_line(client)


def in_the_line(client: TestClient) -> None:
    """Send three requests that never end: a workspace has one worker, so that two of them wait for it."""
    rendered = len(client.get("/v1/renders").json()["data"])
    spinning = {"template": "spin", "data": {}}
    first = threading.Thread(target=client.post, args=("/v1/renders",), kwargs={"json": spinning})
    first.start()
    answers = [client.post("/v1/renders", json=spinning) for _ in range(2)]
    first.join()
    for answer in answers:
        assert "longer than 1 seconds" in assert_problem(answer, 504, "time-limit")["detail"]
    assert len(client.get("/v1/renders").json()["data"]) == rendered
    eventually_rendered(client)
