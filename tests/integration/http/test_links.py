"""Links to documents, for those who have no key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from entrypoints.settings.access import RateLimitSettings
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.service import Settings
from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

WISH = {"template": "letter", "data": {"name": "Ada"}, "file_name": "Brief an Müller"}
TEXT = "Dear Ada,\n"


def rendered(client: TestClient, **wishes: Any) -> dict[str, Any]:
    """Render the letter, and return its record."""
    answer = client.post("/v1/renders", json={**WISH, **wishes})
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def linked(client: TestClient, record: dict[str, Any], **body: Any) -> dict[str, Any]:
    """Make a link to the document of a render."""
    answer = client.post(record["links"]["links"], json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["url"]
    link: dict[str, Any] = answer.json()
    return link


def test_a_link_without_a_body_ends_after_an_hour(client: TestClient) -> None:
    register(client)
    answer = client.post(rendered(client)["links"]["links"])
    assert answer.status_code == 201, answer.text
    left = datetime.fromisoformat(answer.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_a_link_needs_no_key_and_serves_what_the_document_does(database_url: str, tmp_path: Path) -> None:
    settings = guarded_settings(database_url, tmp_path)
    headers = bearer(key_of(settings))
    with serving(settings) as client:
        client.headers.update(headers)
        register(client)
        record = rendered(client)
        url = linked(client, record)["url"]
        there = client.get(record["links"]["document"])
        del client.headers["Authorization"]
        here = client.get(url)
        for header in ("etag", "content-disposition", "repr-digest", "content-type", "content-security-policy"):
            assert here.headers[header] == there.headers[header]
        assert "filename*=UTF-8''Brief%20an%20M%C3%BCller.txt" in here.headers["content-disposition"]
        assert (here.text, here.headers["referrer-policy"]) == (TEXT, "no-referrer")
        part = client.get(url, headers={"Range": "bytes=5-7"})
        assert (part.status_code, part.text) == (206, "Ada")
        assert client.get(url, headers={"If-None-Match": here.headers["etag"]}).status_code == 304
        assert client.head(url).headers["content-length"] == str(len(TEXT))
        assert_problem(client.get(record["links"]["document"]), 401, "unauthenticated")
        assert_problem(client.post(record["links"]["links"], json={}), 401, "unauthenticated")


def test_a_link_ends_after_its_time_or_with_the_document(client: TestClient) -> None:
    register(client)
    record, short = rendered(client), rendered(client, expires_in=600)
    made = datetime.fromisoformat(record["created_at"])
    ends = datetime.fromisoformat(linked(client, record, ttl=60)["expires_at"])
    assert ends - made >= timedelta(seconds=59)
    assert ends < datetime.fromisoformat(record["expires_at"])
    end_of_document = datetime.fromisoformat(short["expires_at"])
    link = datetime.fromisoformat(linked(client, short, ttl=3600)["expires_at"])
    assert timedelta(0) <= end_of_document - link < timedelta(milliseconds=1)


def test_a_link_dies_with_what_it_is_for(client: TestClient) -> None:
    register(client)
    record = rendered(client)
    url = linked(client, record)["url"]
    assert client.get(url).text == TEXT
    assert client.delete(record["links"]["self"]).status_code == 204
    assert_problem(client.get(url), 410, "expired")
    assert_problem(client.post(record["links"]["links"], json={}), 410, "expired")


def test_a_link_that_was_changed_opens_nothing(client: TestClient) -> None:
    register(client)
    url = linked(client, rendered(client))["url"]
    for wrong in (url[:-1], url + "A", url.replace("/links/", "/links/A"), url[:-8] + "AAAAAAAA", "/links/x"):
        assert_problem(client.get(wrong), 404, "not-found")


def test_what_has_no_document_has_no_link(client: TestClient) -> None:
    register(client, "{{ name | number }}")
    failed = assert_problem(client.post("/v1/renders", json=WISH), 422, "render-failed")
    assert_problem(client.post(f"/v1/renders/{failed['render_id']}/links", json={}), 409, "not-ready")
    assert_problem(client.post("/v1/renders/rnd_" + "0" * 32 + "/links", json={}), 404, "not-found")


@pytest.mark.parametrize("body", [{"ttl": 0}, {"ttl": 604_801}, {"ttl": "60"}, {"ttl": None}, {"time": 60}])
def test_a_link_for_a_time_that_is_none_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    register(client)
    answer = client.post(rendered(client)["links"]["links"], json=body)
    assert assert_problem(answer, 422, "request-invalid")["errors"][0]["field"] == next(iter(body))


def test_that_a_link_was_made_is_kept_without_the_link(client: TestClient) -> None:
    register(client)
    record = rendered(client)
    link = linked(client, record)
    events = client.get("/v1/audit-events?action=render.linked").json()["data"]
    assert [event["object"]["id"] for event in events] == [record["id"]]
    assert link["url"].rpartition("/")[2] not in str(events)


def test_a_redirect_leads_to_the_document(client: TestClient) -> None:
    register(client)
    record = rendered(client)
    answer = client.get(record["links"]["document"] + "?redirect=true", follow_redirects=False)
    assert answer.status_code == 302
    assert client.get(answer.headers["location"]).text == TEXT
    assert client.get("/v1/audit-events?action=render.linked").json()["data"] == []


@pytest.mark.parametrize(
    ("public_url", "host", "expected"),
    [
        ("https://docs.example.org/docgen", "other:8000", "https://docs.example.org/docgen/links/"),
        (None, "docgen.internal:8080", "http://docgen.internal:8080/links/"),
        (None, "[::1]:8000", "http://[::1]:8000/links/"),
        (None, "evil/@x", "http://127.0.0.1:8000/links/"),
    ],
)
def test_the_address_is_the_public_one_or_that_of_the_request(
    database_url: str, tmp_path: Path, public_url: str | None, host: str, expected: str
) -> None:
    settings = settings_for(database_url, tmp_path).model_copy(update={"http": HttpSettings(public_url=public_url)})
    with serving(settings) as client:
        register(client)
        answer = client.post(rendered(client)["links"]["links"], json={}, headers={"Host": host})
        assert answer.json()["url"].startswith(expected)


def test_a_key_is_changed_without_breaking_links(database_url: str, tmp_path: Path) -> None:
    def with_keys(*keys: str) -> Settings:
        names = ("secret_key", "previous_secret_key")
        given = {name: SecretStr(key) for name, key in zip(names, keys, strict=False)}
        return settings_for(database_url, tmp_path).model_copy(update=given)

    first, second = "1" * 64, "2" * 64
    with serving(with_keys(first)) as client:
        register(client)
        url = linked(client, rendered(client))["url"]
    assert not (tmp_path / "secret.key").exists()
    with serving(with_keys(second, first)) as client:
        assert client.get(url).text == TEXT
    with serving(with_keys(second)) as client:
        assert_problem(client.get(url), 404, "not-found")


def test_without_a_key_links_outlive_the_process(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    with serving(settings) as client:
        register(client)
        url = linked(client, rendered(client))["url"]
    with serving(settings) as client:
        assert client.get(url).text == TEXT


def test_a_link_that_is_everywhere_has_a_limit(database_url: str, tmp_path: Path) -> None:
    limit = RateLimitSettings(per_second=0.001, burst=2)
    with serving(settings_for(database_url, tmp_path).model_copy(update={"rate_limit": limit})) as client:
        register(client)
        record, other = rendered(client), rendered(client)
        url = linked(client, record)["url"]
        assert [client.get(url).status_code for _ in range(2)] == [200, 200]
        assert "retry-after" in client.get(url).headers
        assert_problem(client.get(linked(client, record)["url"]), 429, "rate-limited")
        assert client.get(linked(client, other)["url"]).status_code == 200
