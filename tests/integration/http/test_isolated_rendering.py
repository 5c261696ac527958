"""The service as it is by default: templates run in isolated workers."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from starlette.testclient import TestClient

from adapters.rendering.workers.renderer import WorkerRenderer
from entrypoints.app import create_app
from entrypoints.container import Container
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.work import RenderingSettings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

DEADLINE_SECONDS = 60
# As long as the limits of the engine let it: some minutes.
SPINNING = "{% for i in range(100000) %}{% for j in range(100000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}"


@pytest.fixture
def container(database_url: str, tmp_path: Path) -> Container:
    settings = settings_for(database_url, tmp_path)
    limits = LimitsSettings(steps=10**12, render_seconds=0.5)
    return Container(settings=settings.model_copy(update={"limits": limits, "rendering": RenderingSettings()}))


@pytest.fixture
def client(container: Container) -> Iterator[TestClient]:
    with TestClient(create_app(container.settings(), container), raise_server_exceptions=False) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        yield client


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two questions of a loop with a deadline


def test_documents_are_made_by_workers_which_health_knows(client: TestClient, container: Container) -> None:
    assert client.get("/readyz").json()["components"]["rendering"] == "ok"
    renderer = container.engine()
    assert isinstance(renderer, WorkerRenderer)
    register(client)
    answer = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}, "store": False})
    assert (answer.status_code, answer.text) == (200, "Dear Ada,\n")
    assert not container.settings().compiled_templates_dir.exists()


def test_a_template_that_never_ends_is_a_recorded_time_limit(client: TestClient) -> None:
    register(client, SPINNING, name="spin.txt")
    register(client)
    answer = client.post("/v1/renders", json={"template": "spin", "data": {}})
    found = assert_problem(answer, 504, "time-limit")
    assert "0.5 seconds" in found["detail"]
    record = client.get(f"/v1/renders/{found['render_id']}").json()
    assert (record["status"], record["error"]["code"]) == ("failed", "time-limit")
    again = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}})
    assert again.status_code == 201


def test_killed_workers_are_replaced(client: TestClient, container: Container) -> None:
    register(client)
    renderer = container.engine()
    assert isinstance(renderer, WorkerRenderer)
    before = renderer.crew.worker_pids
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in before))
    answer = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}})
    assert answer.status_code in (201, 422)  # the worker may have died with it; never twice
    wait_until(lambda: len(set(renderer.crew.worker_pids) - set(before)) == len(before))
    assert client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).status_code == 201


def test_nothing_of_it_is_left_when_the_service_ends(container: Container) -> None:
    renderer = container.engine()
    assert isinstance(renderer, WorkerRenderer)
    with TestClient(create_app(container.settings(), container)) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200)
        pids = [renderer.crew.zygote_pid, *renderer.crew.worker_pids]
    wait_until(lambda: not any(pid is None or psutil.pid_exists(pid) for pid in pids))
