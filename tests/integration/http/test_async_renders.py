"""Renders that nobody waits for: accepted at once, carried out by a worker, asked for later."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.service import Settings
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def worker(settings: Settings, client: TestClient) -> Iterator[TestClient]:
    """Another process of the service as it were, with a worker inside."""
    http = settings.http.model_copy(update={"with_worker": True})
    with TestClient(create_app(settings.model_copy(update={"http": http}))) as worker:
        yield worker


def accepted(client: TestClient, headers: dict[str, str] = ASYNC, **wish: Any) -> dict[str, Any]:
    """Have a letter rendered later, and return its record."""
    body = {"template": "letter", "data": {"name": "Ada"}, **wish}
    response = client.post("/v1/renders", json=body, headers=headers)
    assert response.status_code == 202, response.text
    record: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/renders/{record['id']}"
    return record


def ended(client: TestClient, render: dict[str, Any]) -> dict[str, Any]:
    """Wait for the end of a render."""
    while True:
        record: dict[str, Any] = client.get(f"/v1/renders/{render['id']}?wait=60").json()
        if record["finished_at"] is not None:
            return record


def test_a_render_is_accepted_and_made_by_a_worker(client: TestClient, worker: TestClient) -> None:
    register(client)
    record = accepted(client)
    assert record["timings"] == {"queued_ms": None, "render_ms": None, "store_ms": None}
    done = ended(client, record)
    assert done["status"] == "succeeded"
    assert done["timings"]["queued_ms"] > 0
    assert client.get(done["links"]["document"]).text == "Dear Ada,\n"


def test_what_waits_says_so_and_has_no_document(client: TestClient) -> None:
    register(client)
    response = client.post("/v1/renders", json={"template": "letter", "data": {}}, headers=ASYNC)
    record = response.json()
    assert response.headers["preference-applied"] == "respond-async"
    assert (record["status"], record["file_name"], record["links"]) == (
        "queued",
        None,
        {"self": f"/v1/renders/{record['id']}"},
    )
    assert_problem(client.get(f"/v1/renders/{record['id']}/document"), 409, "not-ready")
    assert client.get("/v1/renders?status=queued").json()["data"] == [record]
    assert client.get(f"/v1/renders/{record['id']}?wait=0.01").json() == record
    assert_problem(client.delete(f"/v1/renders/{record['id']}"), 409, "conflict")


def test_what_is_wrong_with_the_data_is_said_in_the_record(client: TestClient, worker: TestClient) -> None:
    register(client)
    failed = ended(client, accepted(client, data={}))
    assert (failed["status"], failed["error"]["code"]) == ("failed", "data-invalid")
    assert failed["diagnostics"][0]["pointer"] == "/name"


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("respond-async", 202),
        ("wait=5, Respond-Async;x=1", 202),
        ("return=minimal", 201),
        ("respond-asynchronously", 201),
    ],
)
def test_the_preference_is_read_as_the_standard_has_it(client: TestClient, prefer: str, status: int) -> None:
    register(client)
    wish = {"template": "letter", "data": {"name": "Ada"}}
    response = client.post("/v1/renders", json=wish, headers={"Prefer": prefer})
    assert response.status_code == status
    assert ("preference-applied" in response.headers) == (status == 202)


def test_what_cannot_wait_is_made_at_once(client: TestClient) -> None:
    """A preference is no demand: what is not kept could not be rendered later."""
    register(client)
    unstored = client.post(
        "/v1/renders", json={"template": "letter", "data": {"name": "Ada"}, "store": False}, headers=ASYNC
    )
    assert (unstored.status_code, unstored.text) == (200, "Dear Ada,\n")
    file = client.post(
        "/v1/renders",
        files={"file": ("x.txt", b"{{ a }}"), "request": (None, json.dumps({"data": {"a": 1}}))},
        headers=ASYNC,
    )
    assert file.status_code == 201
    assert not {"preference-applied"} & {*unstored.headers, *file.headers}


def test_what_can_be_refused_at_once_is(client: TestClient) -> None:
    wish = {"template": "nobody", "data": {}}
    assert_problem(client.post("/v1/renders", json=wish, headers=ASYNC), 404, "not-found")
    register(client)
    wish = {"template": "letter", "data": {}, "output": "docx"}
    assert_problem(client.post("/v1/renders", json=wish, headers=ASYNC), 422, "unsupported-output")
    assert client.get("/v1/renders").json()["data"] == []


def test_the_share_of_a_workspace_is_bounded(settings: Settings) -> None:
    limits = settings.limits.model_copy(update={"queued_renders": 2})
    with TestClient(create_app(settings.model_copy(update={"limits": limits}))) as client:
        register(client)
        accepted(client)
        accepted(client)
        wish = {"template": "letter", "data": {}}
        refused = client.post("/v1/renders", json=wish, headers=ASYNC)
        assert_problem(refused, 429, "queue-full")
        assert refused.headers["retry-after"] == "5"


def test_a_key_makes_one_render_however_often_it_is_sent(client: TestClient, worker: TestClient) -> None:
    register(client)
    first = accepted(client, {**ASYNC, "Idempotency-Key": "one"})
    assert ended(client, first)["status"] == "succeeded"
    wish = {"template": "letter", "data": {"name": "Ada"}}
    again = client.post("/v1/renders", json=wish, headers={**ASYNC, "Idempotency-Key": "one"})
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (202, first, "true")
    assert again.headers["preference-applied"] == "respond-async"
    assert len(client.get("/v1/renders").json()["data"]) == 1
    client.delete(f"/v1/renders/{first['id']}")
    gone = client.post("/v1/renders", json=wish, headers={**ASYNC, "Idempotency-Key": "one"})
    assert_problem(gone, 410, "expired")


def test_a_render_is_called_off_and_tried_again(
    client: TestClient, settings: Settings, request: pytest.FixtureRequest
) -> None:
    register(client)
    record = accepted(client)
    place = f"/v1/renders/{record['id']}"
    assert_problem(client.post(f"{place}/retry"), 409, "conflict")
    key = {"Idempotency-Key": "call it off"}
    cancelled = client.post(f"{place}/cancel", headers=key)
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    assert cancelled.headers["location"] == place
    assert client.post(f"{place}/cancel", headers=key).json() == cancelled.json()
    assert_problem(client.post(f"{place}/cancel"), 409, "conflict")
    assert_problem(client.get(f"{place}/document"), 409, "not-ready")
    request.getfixturevalue("worker")
    assert client.get(f"{place}?wait=5").json() == cancelled.json()
    retried = client.post(f"{place}/retry")
    assert (retried.status_code, retried.json()["status"]) == (202, "queued")
    assert ended(client, record)["status"] == "succeeded"
    assert_problem(client.post(f"{place}/retry"), 409, "conflict")
    assert_problem(client.post(f"{place}/cancel"), 409, "conflict")


def test_who_waits_is_woken_by_a_cancellation_in_another_process(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    register(client)
    record = accepted(client)
    place = f"/v1/renders/{record['id']}"
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(client.get(f"{place}?wait=60").json()))
    waiting.start()
    with TestClient(create_app(settings)) as other:
        other.post(f"{place}/cancel")
        waiting.join()
    assert found[0]["status"] == "cancelled"


@pytest.mark.parametrize("wait", ["-1", "61", "soon", "nan"])
def test_nobody_waits_for_ever(client: TestClient, wait: str) -> None:
    assert_problem(client.get(f"/v1/renders/rnd_{'0' * 32}?wait={wait}"), 422, "request-invalid")


def test_who_waits_for_what_is_not_there_is_told(client: TestClient) -> None:
    assert_problem(client.get(f"/v1/renders/rnd_{'0' * 32}?wait=5"), 404, "not-found")
