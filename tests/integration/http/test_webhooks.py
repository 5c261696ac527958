"""Webhooks over HTTP."""

import base64
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.problems import assert_problem

PUBLIC = "https://93.184.215.14/in"


def created(client: TestClient, **fields: Any) -> dict[str, Any]:
    """Create a webhook, and return it with its secret."""
    answer = client.post("/v1/webhooks", json={"url": PUBLIC, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/webhooks/{answer.json()['id']}"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


def test_a_webhook_is_created_listed_changed_and_deleted(client: TestClient) -> None:
    first = created(client, description="Archive", events=["render.failed", "render.succeeded"])
    assert first["id"].startswith("whk_")
    assert (first["status"], first["events"]) == ("enabled", ["render.succeeded", "render.failed"])
    assert len(base64.b64decode(first["secret"].removeprefix("whsec_"))) == 32
    second = created(client)
    assert second["events"] is None
    assert second["secret"] != first["secret"]

    page = client.get("/v1/webhooks?limit=1").json()
    assert [each["id"] for each in page["data"]] == [second["id"]]
    rest = client.get("/v1/webhooks", params={"cursor": page["next_cursor"]}).json()
    del first["secret"]
    assert rest == {"data": [first], "next_cursor": None}
    assert client.get(f"/v1/webhooks/{first['id']}").json() == first

    change = {"enabled": False, "events": None, "description": ""}
    changed = client.patch(f"/v1/webhooks/{first['id']}", json=change).json()
    assert (changed["status"], changed["events"], changed["description"]) == ("disabled", None, "")
    assert changed["disabled_reason"] == "Disabled on request."
    again = client.patch(f"/v1/webhooks/{first['id']}", json={"enabled": True}).json()
    assert (again["status"], again["disabled_reason"], again["disabled_at"]) == ("enabled", None, None)

    assert client.delete(f"/v1/webhooks/{first['id']}").status_code == 204
    assert_problem(client.get(f"/v1/webhooks/{first['id']}"), 404, "not-found")
    assert_problem(client.delete(f"/v1/webhooks/{first['id']}"), 404, "not-found")


def test_a_secret_is_rotated_with_an_overlap(client: TestClient) -> None:
    webhook = created(client)
    path = f"/v1/webhooks/{webhook['id']}"
    rotated = client.post(f"{path}/rotate-secret").json()
    assert rotated["secret"] != webhook["secret"]
    assert rotated["previous_secret_expires_at"] is not None
    assert "secret" not in client.get(path).json()
    at_once = client.post(f"{path}/rotate-secret", json={"overlap_seconds": 0}).json()
    assert at_once["previous_secret_expires_at"] is None
    assert_problem(client.post(f"{path}/rotate-secret", json={"overlap_seconds": 10**9}), 422, "request-invalid")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "https://93.184.215.14:22/",
        "ftp://93.184.215.14/",
    ],
)
def test_an_address_that_nothing_is_sent_to_is_forbidden(client: TestClient, url: str) -> None:
    assert_problem(client.post("/v1/webhooks", json={"url": url}), 403, "url-forbidden")
    path = f"/v1/webhooks/{created(client)['id']}"
    assert_problem(client.patch(path, json={"url": url}), 403, "url-forbidden")
    assert client.get(path).json()["url"] == PUBLIC


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://"}, "url"),
        ({"url": "https://user:secret@93.184.215.14/"}, "url"),
        ({}, "url"),
        ({"url": PUBLIC, "events": ["render.suceeded"]}, "events"),
        ({"url": PUBLIC, "events": ["webhook.test"]}, "events"),
        ({"url": PUBLIC, "events": []}, "events"),
        ({"url": PUBLIC, "description": "a\nb"}, "description"),
        ({"url": PUBLIC, "secret": "whsec_x"}, "secret"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(client: TestClient, body: dict[str, Any], field: str) -> None:
    problem = assert_problem(client.post("/v1/webhooks", json=body), 422, "request-invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_secret_is_no_kept_answer_and_no_event(database_url: str, tmp_path: Path) -> None:
    settings = guarded_settings(database_url, tmp_path)
    with serving(settings) as client:
        client.headers.update(bearer(key_of(settings)))
        key = {"Idempotency-Key": "once"}
        secret = client.post("/v1/webhooks", json={"url": PUBLIC}, headers=key).json()["secret"]
        assert_problem(client.post("/v1/webhooks", json={"url": PUBLIC}, headers=key), 409, "conflict")
        assert len(client.get("/v1/webhooks").json()["data"]) == 1
        events = client.get("/v1/audit-events").text
        assert "webhook.created" in events
        assert secret not in events
        assert PUBLIC not in events
