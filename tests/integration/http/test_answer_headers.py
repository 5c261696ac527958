"""What every answer says beside its body, and which pages of other origins may read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from entrypoints.app import create_app
from entrypoints.settings.service import Settings
from tests.integration.http.access import bearer, guarded_settings, key_of
from tests.integration.http.conftest import register, settings_for
from tests.integration.http.problems import assert_problem

ORIGIN = "https://app.example.org"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def with_http(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"http": settings.http.model_copy(update=changes)})


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service that pages of one other origin may call."""
    settings = with_http(settings_for(database_url, tmp_path), cors_origins=ORIGIN, hsts_seconds=86_400)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_every_answer_says_what_a_browser_may_do_with_it(client: TestClient) -> None:
    template = register(client)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}}).json()
    paths = ("/livez", "/version", "/openapi.json", "/docs", "/docs/start.js", "/docs/static/swagger-ui.css")
    answers = {path: client.get(path) for path in (*paths, "/v1/templates", "/v1/nothing", "/nothing", "//")}
    answers["template"] = client.get(f"/v1/templates/{template['id']}")
    answers["document"] = client.get(render["links"]["document"])
    answers["problem"] = client.post("/v1/renders", json={})
    for what, answer in answers.items():
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, what
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, what
        assert "frame-ancestors 'none'" in policy, what
        assert {"server", "x-powered-by", "strict-transport-security"}.isdisjoint(answer.headers), what
        assert "access-control-allow-origin" not in answer.headers, what


def test_what_is_somebodys_is_kept_by_nobody_else(client: TestClient) -> None:
    template = register(client)
    render = client.post("/v1/renders", json={"template": "letter", "data": {"name": "Ada"}})
    record = client.get(f"/v1/templates/{template['id']}")
    document = client.get(render.json()["links"]["document"])
    # A tag makes asking again cheap, so these may be kept where they are asked for again.
    assert record.headers["cache-control"] == document.headers["cache-control"] == "private, no-cache"
    for answer in (render, client.get("/v1/renders"), client.get("/v1/me"), client.get("/v1/nothing")):
        assert answer.headers["cache-control"] == "no-store"
    assert client.get("/docs").headers["cache-control"] == "no-cache"


def test_an_unexpected_error_is_answered_with_the_same_headers(database_url: str, tmp_path: Path) -> None:
    app = create_app(with_http(settings_for(database_url, tmp_path), cors_origins=ORIGIN))

    async def fail() -> None:
        raise RuntimeError

    app.add_api_route("/fail", fail)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/fail", headers={"X-Request-ID": "mine", "Origin": ORIGIN})
    assert assert_problem(answer, 500, "internal")["request_id"] == "mine"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_tls_is_asked_for_where_it_is_said_to_be_there(browser: TestClient) -> None:
    assert browser.get("/livez").headers["strict-transport-security"] == "max-age=86400"


def test_a_page_of_an_allowed_origin_may_call_and_read(browser: TestClient) -> None:
    asked = browser.options(
        "/v1/renders",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in asked.headers["access-control-allow-methods"]
    allowed = asked.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "idempotency-key"))
    answer = browser.get("/v1/templates", headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "Origin"
    # Keys travel in a header: no page gets anything by cookies.
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example.org", "http://app.example.org", f"{ORIGIN}.evil.org", "null"])
def test_a_page_of_another_origin_may_not(browser: TestClient, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = browser.options("/v1/renders", headers=headers)
    assert_problem(asked, 405, "method-not-allowed")
    for answer in (asked, browser.get("/v1/templates", headers=headers)):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


def test_no_origin_may_where_none_is_named(client: TestClient) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    assert_problem(client.options("/v1/renders", headers=headers), 405, "method-not-allowed")


def test_an_event_names_the_address_that_a_trusted_proxy_tells(database_url: str, tmp_path: Path) -> None:
    settings = with_http(guarded_settings(database_url, tmp_path), trusted_proxies="10.0.0.0/8")
    headers = {**bearer(key_of(settings)), "X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    found = []
    for peer in ("10.1.2.3", "192.0.2.1"):
        with TestClient(create_app(settings), client=(peer, 5)) as client:
            wish = {"name": peer, "scopes": ["audit:read"]}
            assert client.post("/v1/api-keys", headers=headers, json=wish).status_code == 201
            found.append(client.get("/v1/audit-events", headers=headers).json()["data"][0]["address"])
    assert found == ["203.0.113.9", "192.0.2.1"]
