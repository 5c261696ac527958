"""A workspace's own settings, over HTTP and on the command line."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.scope import Scope
from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

ANY = {"If-Match": "*"}
URL = "/v1/workspace"


def changed(client: TestClient, **changes: Any) -> dict[str, Any]:
    """Change settings, whatever they are now."""
    answer = client.patch(URL, json=changes, headers=ANY)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_workspace_that_has_chosen_nothing_shows_what_is_in_force(client: TestClient) -> None:
    body = client.get(URL).json()
    assert (body["slug"], body["locale"], body["timezone"], body["retention_days"]) == ("default", None, None, None)
    assert body["limits"] == {"template_bytes": None, "data_bytes": None}
    assert body["in_force"] == {
        "locale": "en",
        "timezone": "UTC",
        "retention_days": 30,
        "limits": {"template_bytes": 1_000_000, "data_bytes": 200_000},
    }


def test_renders_keep_to_what_was_chosen(client: TestClient) -> None:
    register(client, "{{ name | number }}")
    wish = {"template": "letter", "data": {"name": 1.5}}
    before = client.post("/v1/renders", json=wish).json()
    body = changed(client, locale="de_DE", timezone="Europe/Berlin", retention_days=3, limits={"data_bytes": 100})
    assert (body["locale"], body["in_force"]["limits"]["data_bytes"]) == ("de-DE", 100)
    after = client.post("/v1/renders", json=wish).json()
    kept_for = [
        datetime.fromisoformat(each["expires_at"]) - datetime.fromisoformat(each["created_at"])
        for each in (before, after)
    ]
    assert kept_for == [timedelta(days=30), timedelta(days=3)]
    texts = [client.get(each["links"]["document"]).text for each in (before, after)]
    assert texts == ["1.5", "1,5"]
    too_large = {"template": "letter", "data": {"name": 1, "other": "x" * 100}}
    assert_problem(client.post("/v1/renders", json=too_large), 413, "payload-too-large")
    assert changed(client, limits=None, locale=None)["in_force"]["limits"]["data_bytes"] == 200_000
    assert client.post("/v1/renders", json=too_large).status_code == 201


def test_a_change_names_the_state_it_is_for(client: TestClient) -> None:
    first = client.get(URL)
    assert client.get(URL, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert_problem(client.patch(URL, json={"locale": "de"}), 428, "precondition-required")
    seen = {"If-Match": first.headers["etag"]}
    answer = client.patch(URL, json={"locale": "de"}, headers=seen)
    assert answer.headers["etag"] == client.get(URL).headers["etag"] != first.headers["etag"]
    assert_problem(client.patch(URL, json={"locale": "fr"}, headers=seen), 412, "precondition-failed")
    assert client.get(URL).json()["locale"] == "de"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retention": 7}, "retention"),
        ({"retention_days": "7"}, "retention_days"),
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": 3_651}, "retention_days"),
        ({"limits": {"data_bytes": 200_001}}, "limits.data_bytes"),
        ({"limits": {"template_bytes": True}}, "limits.template_bytes"),
        ({"limits": {"pages": 1}}, "limits.pages"),
        ({"locale": "x y"}, "locale"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(client: TestClient, body: dict[str, Any], field: str) -> None:
    found = assert_problem(client.patch(URL, json=body, headers=ANY), 422, "request-invalid")
    assert [error["field"] for error in found["errors"]] == [field]
    assert client.get(URL).json()["retention_days"] is None


def test_who_may_only_make_documents_reads_and_does_not_change(database_url: str, tmp_path: Path) -> None:
    settings = guarded_settings(database_url, tmp_path)
    secret = key_of(settings, "acme", [Scope.RENDERS_CREATE])
    with serving(settings) as client:
        client.headers.update(bearer(secret))
        assert client.get(URL).json()["slug"] == "acme"
        assert_problem(client.patch(URL, json={"retention_days": 1}, headers=ANY), 403, "scope-missing")
        client.headers.update(bearer(key_of(settings, "globex")))
        assert changed(client, retention_days=1)["slug"] == "globex"
        client.headers.update(bearer(secret))
        assert client.get(URL).json()["retention_days"] is None


def test_a_change_is_kept_with_its_values(client: TestClient) -> None:
    changed(client, retention_days=7, locale=None)
    changed(client, retention_days=7)
    events = client.get("/v1/audit-events?action=workspace.configured").json()["data"]
    assert [event["detail"] for event in events] == ["locale: default, retention_days: 7"]
