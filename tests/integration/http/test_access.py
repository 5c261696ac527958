"""Keys at the door: who is let in, for what, and how long."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from domain.scope import Scope
from entrypoints.http.access import GuardedRoute, require_guarded
from entrypoints.http.scopes import SCOPE_OF
from entrypoints.settings.service import Settings
from tests.builders import a_secret
from tests.integration.http.access import bearer, guarded_settings, key_of, operations, serving
from tests.integration.http.problems import assert_problem


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return guarded_settings(database_url, tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with serving(settings) as client:
        yield client


def filled(path: str) -> str:
    """Put something in the place of parameters."""
    for name, value in {"number": "1"}.items():
        path = path.replace(f"{{{name}}}", value)
    return "".join("x" if part.startswith("{") else part for part in _split(path))


def _split(path: str) -> list[str]:
    return path.replace("{", "\0{").replace("}", "}\0").split("\0")


def test_the_table_of_scopes_names_every_operation_and_nothing_else(client: TestClient) -> None:
    assert {operation for _, _, operation in operations(client)} == set(SCOPE_OF)


def test_the_description_says_which_scope_an_operation_needs(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    assert spec["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, operations_of_path in spec["paths"].items():
        for operation in operations_of_path.values():
            if not path.startswith("/v1"):
                assert "security" not in operation
                continue
            scope = SCOPE_OF[operation["operationId"]]
            assert operation["security"] == [{"bearer": [scope] if scope else []}]
            assert {"401", "403"} <= set(operation["responses"])


def test_no_route_answers_who_is_not_known(client: TestClient) -> None:
    found = operations(client)
    assert len(found) > 20
    for method, path, _ in found:
        response = client.request(method, filled(path), content=b"{", headers={"Content-Type": "application/json"})
        problem = assert_problem(response, 401, "unauthenticated")
        assert "Authorization: Bearer dg_live_" in problem["detail"]
        assert response.headers["www-authenticate"] == 'Bearer realm="docgen"'


def test_no_route_answers_who_lacks_its_scope(client: TestClient, settings: Settings) -> None:
    """Each is tried with a key that has every scope but the one it needs."""
    keys = {scope: key_of(settings, scopes=[each for each in Scope if each != scope]) for scope in Scope}
    for method, path, operation in operations(client):
        scope = SCOPE_OF[operation]
        if scope is None:
            continue
        response = client.request(method, filled(path), headers=bearer(keys[scope]), content=b"{")
        assert scope in assert_problem(response, 403, "scope-missing")["detail"]
        challenge = f'Bearer realm="docgen", error="insufficient_scope", scope="{scope}"'
        assert response.headers["www-authenticate"] == challenge


def test_a_route_without_a_scope_cannot_be_built() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="SCOPE_OF"):
        router.add_api_route("/secrets", lambda: None, operation_id="read_secrets")


def test_an_application_with_an_unguarded_route_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/secrets", lambda: None, operation_id="list_templates")
    app = FastAPI()
    app.include_router(router, prefix="/v1")
    with pytest.raises(TypeError, match="/v1/secrets"):
        require_guarded(app)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Basic YTpi", "no other kind"),
        ("Bearer", "no other kind"),
        ("Bearer  ", "no other kind"),
        ("Bearer secret", "no API key"),
        (f"Bearer {a_secret()[:-3]}", "typing error"),
        (f"Bearer {a_secret(12345)}", "no such API key"),
        ("Bearer dg_live_" + "é" * 49, "typing error"),
    ],
)
def test_what_opens_nothing_is_said(client: TestClient, header: str, reason: str) -> None:
    response = client.get("/v1/me", headers={"Authorization": header.encode("latin-1")})
    assert reason in assert_problem(response, 401, "unauthenticated")["detail"]
    assert response.headers["www-authenticate"] == 'Bearer realm="docgen", error="invalid_token"'


def test_two_keys_at_once_are_refused(client: TestClient, settings: Settings) -> None:
    key = key_of(settings)
    headers = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert_problem(client.get("/v1/me", headers=headers), 401, "unauthenticated")


def test_what_operators_ask_needs_no_key(client: TestClient) -> None:
    for path in ("/livez", "/readyz", "/health", "/version", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 200, path


def test_a_key_lives_from_its_creation_to_its_revocation(client: TestClient, settings: Settings) -> None:
    admin = bearer(key_of(settings))
    wish = {"name": "Billing", "scopes": ["templates:read", "renders:create"], "expires_in": 3600}
    created = client.post("/v1/api-keys", headers=admin, json=wish)
    assert created.status_code == 201
    assert created.headers["cache-control"] == "no-store"
    body = created.json()
    secret = body.pop("key")
    assert (body["status"], body["scopes"], body["hint"]) == ("active", wish["scopes"], secret[:12])
    assert client.get("/v1/templates", headers=bearer(secret)).status_code == 200
    assert_problem(client.get("/v1/api-keys", headers=bearer(secret)), 403, "scope-missing")
    listed = client.get("/v1/api-keys", headers=admin)
    assert secret not in listed.text
    assert [key["name"] for key in listed.json()["data"]] == ["Billing", "default"]
    assert created.headers["location"] == f"/v1/api-keys/{body['id']}"
    assert client.delete(created.headers["location"], headers=admin).status_code == 204
    assert client.delete(created.headers["location"], headers=admin).status_code == 204
    assert "revoked" in assert_problem(client.get("/v1/me", headers=bearer(secret)), 401, "unauthenticated")["detail"]
    assert client.get("/v1/api-keys", headers=admin).json()["data"][0]["status"] == "revoked"


def test_a_revoked_key_opens_nothing_on_another_server_either(client: TestClient, settings: Settings) -> None:
    admin, victim = bearer(key_of(settings)), bearer(key_of(settings))
    with serving(settings) as other:
        key_id = other.get("/v1/me", headers=victim).json()["actor"]
        assert client.delete(f"/v1/api-keys/{key_id}", headers=admin).status_code == 204
        assert_problem(other.get("/v1/me", headers=victim), 401, "unauthenticated")


def test_the_last_use_is_shown(client: TestClient, settings: Settings) -> None:
    admin = bearer(key_of(settings))
    for _ in range(100):
        used = client.get("/v1/api-keys", headers=admin).json()["data"][0]["last_used_at"]
        if used is not None:
            break
    assert used is not None


def test_keys_are_listed_in_pages(client: TestClient, settings: Settings) -> None:
    admin = bearer(key_of(settings))
    for number in range(3):
        wish = {"name": str(number), "scopes": ["audit:read"]}
        assert client.post("/v1/api-keys", headers=admin, json=wish).status_code == 201
    first = client.get("/v1/api-keys?limit=2", headers=admin).json()
    second = client.get("/v1/api-keys", params={"cursor": first["next_cursor"]}, headers=admin).json()
    assert [key["name"] for key in first["data"] + second["data"]] == ["2", "1", "0", "default"]
    assert second["next_cursor"] is None
    assert_problem(client.get("/v1/api-keys?cursor=x", headers=admin), 400, "bad-cursor")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "two\nlines"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["template:read"]}, "scopes"),
        ({"scopes": "templates:read"}, "scopes"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": "60"}, "expires_in"),
        ({"expires": 60}, "expires"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_field(
    client: TestClient, settings: Settings, change: dict[str, object], field: str
) -> None:
    wish = {"name": "Billing", "scopes": ["audit:read"], **change}
    response = client.post("/v1/api-keys", headers=bearer(key_of(settings)), json=wish)
    assert assert_problem(response, 422, "request-invalid")["errors"][0]["field"] == field


def test_a_key_gives_no_more_than_it_has(client: TestClient, settings: Settings) -> None:
    limited = bearer(key_of(settings, scopes=["keys:manage", "renders:read"]))
    wish = {"name": "Greedy", "scopes": ["templates:publish"]}
    assert_problem(client.post("/v1/api-keys", headers=limited, json=wish), 403, "scope-missing")


def test_the_caller_is_told_who_it_is(client: TestClient, settings: Settings) -> None:
    me = client.get("/v1/me", headers=bearer(key_of(settings, "acme", ["audit:read"]))).json()
    assert (me["kind"], me["name"], me["scopes"], me["workspace"]["slug"]) == (
        "api-key",
        "acme",
        ["audit:read"],
        "acme",
    )


def test_a_render_says_who_made_it(client: TestClient, settings: Settings) -> None:
    admin, maker = bearer(key_of(settings)), bearer(key_of(settings))
    client.post("/v1/templates", headers=admin, files={"file": ("note.txt", b"Hi")}, data={"publish": "true"})
    made = client.post("/v1/renders", headers=maker, json={"template": "note", "data": {}})
    assert made.json()["created_by"] == client.get("/v1/me", headers=maker).json()["actor"]
    assert (
        client.get(f"/v1/renders/{made.json()['id']}", headers=admin).json()["created_by"] == made.json()["created_by"]
    )


def test_without_authentication_the_caller_is_anybody(settings: Settings) -> None:
    open_settings = settings.model_copy(update={"auth": settings.auth.model_copy(update={"mode": "none"})})
    with serving(open_settings) as client:
        me = client.get("/v1/me", headers={"Authorization": "Bearer whatever"}).json()
    assert (me["kind"], me["workspace"]["slug"], len(me["scopes"])) == ("anonymous", "default", len(Scope))


def test_where_nobody_chose_keys_are_asked_for(settings: Settings) -> None:
    """The application fails closed; the refusal to start is that of `docgen serve`."""
    undecided = settings.model_copy(update={"auth": settings.auth.model_copy(update={"mode": None})})
    with serving(undecided) as client:
        assert_problem(client.get("/v1/me"), 401, "unauthenticated")
