"""Two workspaces, and every route there is: read out of the router, so that a new one is tried as well.

A route that is new here fails until it has a line in `SENT` (what is sent, if it takes a body) and, where it changes
something, in `KEPT` (the audit event that it leaves).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from domain.audit import AuditAction
from tests.image_files import image_file
from tests.integration.http.access import bearer, guarded_settings, key_of, operations, serving
from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

PNG = image_file()
ANY = {"If-Match": "*"}
NOTE = {"file": ("note.txt", b"Hello {{ name }}, you")}

# What an operation is sent, so that nothing but the workspace is wrong with it.
SENT: dict[str, dict[str, Any]] = {
    "register_template": {"files": {"file": ("other.txt", b"Dear {{ name }}")}, "data": {"name": "Other"}},
    "validate_template": {"files": NOTE},
    "update_template": {"json": {"name": "Changed"}, "headers": ANY},
    "archive_template": {"headers": ANY},
    "publish_version": {"json": {"version": 2}},
    "add_version": {"files": NOTE},
    "put_version_schema": {"json": {"properties": {"name": {"title": "Name"}}}},
    "create_render": {"json": {"template": "letter", "data": {"name": "Ada"}}},
    "create_batch": {"json": {"template": "letter", "items": [{"name": "Ada"}]}},
    "create_link": {"json": {"ttl": 60}},
    "put_asset": {"content": PNG},
    "delete_asset": {"headers": ANY},
    "configure_workspace": {"json": {"retention_days": 7}, "headers": ANY},
    "create_api_key": {"json": {"name": "Child", "scopes": ["audit:read"]}},
    "create_webhook": {"json": {"url": "https://93.184.215.14/in"}},
    "update_webhook": {"json": {"description": "Changed"}},
}
# What is kept of a change.
KEPT: dict[str, AuditAction] = {
    "register_template": AuditAction.TEMPLATE_REGISTERED,
    "update_template": AuditAction.TEMPLATE_UPDATED,
    "archive_template": AuditAction.TEMPLATE_ARCHIVED,
    "restore_template": AuditAction.TEMPLATE_RESTORED,
    "publish_version": AuditAction.VERSION_PUBLISHED,
    "add_version": AuditAction.VERSION_ADDED,
    "put_version_schema": AuditAction.SCHEMA_REFINED,
    "put_asset": AuditAction.ASSET_STORED,
    "delete_asset": AuditAction.ASSET_DELETED,
    "cancel_render": AuditAction.RENDER_CANCELLED,
    "retry_render": AuditAction.RENDER_RETRIED,
    "create_link": AuditAction.RENDER_LINKED,
    "create_batch": AuditAction.BATCH_CREATED,
    "pause_batch": AuditAction.BATCH_PAUSED,
    "resume_batch": AuditAction.BATCH_RESUMED,
    "cancel_batch": AuditAction.BATCH_CANCELLED,
    "retry_failed_rows": AuditAction.BATCH_RETRIED,
    "delete_batch": AuditAction.BATCH_ERASED,
    "delete_render": AuditAction.RENDER_ERASED,
    "configure_workspace": AuditAction.WORKSPACE_CONFIGURED,
    "create_api_key": AuditAction.API_KEY_CREATED,
    "revoke_api_key": AuditAction.API_KEY_REVOKED,
    "create_slack_install_link": AuditAction.SLACK_LINKED,
    "create_webhook": AuditAction.WEBHOOK_CREATED,
    "update_webhook": AuditAction.WEBHOOK_UPDATED,
    "delete_webhook": AuditAction.WEBHOOK_DELETED,
    "rotate_webhook_secret": AuditAction.WEBHOOK_SECRET_ROTATED,
    "test_webhook": AuditAction.WEBHOOK_TESTED,
    "replay_webhook_delivery": AuditAction.WEBHOOK_REPLAYED,
}
# One stores nothing, the other leaves a record of its own.
CHANGES_NOTHING = {"validate_template", "create_render"}
# The name is the caller's to choose: it is a file of its own workspace that comes into being.
MAKES_ITS_OWN = {"put_asset"}
# These are about a render that has not ended; the others about one that has.
OF_A_QUEUED_RENDER = {"cancel_render", "retry_render"}
# Each is about a batch in a state of its own, which the one that is named brings about.
OF_A_BATCH = {
    "resume_batch": "pause",
    "retry_failed_rows": "cancel",
    "delete_batch": "cancel",
    "get_batch_archive": "cancel",
}
# Those that take something away come last.
ORDER = ("GET", "PUT", "PATCH", "POST", "DELETE")


class Worlds:
    """A client, the keys of two workspaces, and what is in the first of them."""

    def __init__(self, client: TestClient, url: str, data_dir: Path) -> None:
        settings = guarded_settings(url, data_dir)
        self.client = client
        self.mine, self.others = bearer(key_of(settings, "acme")), bearer(key_of(settings, "globex"))
        client.headers.update(self.mine)
        template = register(client)
        wish = {"template": "letter", "data": {"name": "Ada"}}
        render = client.post("/v1/renders", json=wish).json()
        queued = client.post("/v1/renders", json=wish, headers={"Prefer": "respond-async"}).json()
        assert client.put("/v1/assets/logo.png", content=PNG).status_code == 201
        rows = {"template": "letter", "items": [{"name": "Ada"}]}
        batches = [client.post("/v1/batches", json=rows).json()["id"] for _ in range(6)]
        key = client.post("/v1/api-keys", json={"name": "Object", "scopes": ["audit:read"]}).json()
        webhook = client.post("/v1/webhooks", json={"url": "https://93.184.215.14/object"}).json()
        delivery = client.post(f"/v1/webhooks/{webhook['id']}/test").json()
        del client.headers["Authorization"]
        self.ids = {
            "template": template["id"],
            "render_id": render["id"],
            "key_id": key["id"],
            "batch_id": batches[0],
            "webhook_id": webhook["id"],
            "delivery_id": delivery["id"],
        }
        self.batches = dict(zip(("pause_batch", "cancel_batch", *OF_A_BATCH), batches, strict=True))
        self.queued = queued["id"]
        self.values = {**self.ids, "number": 1, "name": "logo.png"}

    def prepare(self, operation: str) -> None:
        """Bring about the state that an operation is for."""
        if operation in OF_A_BATCH:
            place = f"/v1/batches/{self.batches[operation]}/{OF_A_BATCH[operation]}"
            assert self.client.post(place, headers=self.mine).status_code == 202

    def call(self, method: str, path: str, operation: str, key: dict[str, str], **values: object) -> Response:
        """Call an operation on what is in the first workspace."""
        if operation in OF_A_QUEUED_RENDER:
            values["render_id"] = self.queued
        values["batch_id"] = self.batches.get(operation, self.ids["batch_id"])
        sent = SENT.get(operation, {})
        headers = {**sent.get("headers", {}), **key}
        url = path.format(**{**self.values, **values})
        return self.client.request(method, url, **{**sent, "headers": headers})


@pytest.fixture
def worlds(database_url: str, tmp_path: Path) -> Iterator[Worlds]:
    with serving(guarded_settings(database_url, tmp_path)) as client:
        yield Worlds(client, database_url, tmp_path)


def in_order(client: TestClient) -> list[tuple[str, str, str]]:
    """List the operations, those that take something away last; a template as the very last."""
    return sorted(operations(client), key=lambda each: (ORDER.index(each[0]), each[2] == "archive_template", each[2]))


def test_no_object_of_another_workspace_is_there(worlds: Worlds) -> None:
    """Then each is tried by its owner, who finds all of it unharmed."""
    tried = [each for each in in_order(worlds.client) if "{" in each[1]]
    assert len(tried) > 15
    for method, path, operation in tried:
        if operation not in MAKES_ITS_OWN:
            for reference in (worlds.ids["template"], "letter"):
                response = worlds.call(method, path, operation, worlds.others, template=reference)
                assert_problem(response, 404, "not-found")
    for method, path, operation in tried:
        worlds.prepare(operation)
        assert worlds.call(method, path, operation, worlds.mine).status_code < 400, operation


def test_what_makes_something_of_its_own_leaves_the_other_one_alone(worlds: Worlds) -> None:
    assert worlds.client.put("/v1/assets/dot.png", content=PNG, headers=worlds.others).status_code == 201
    assert worlds.client.put("/v1/assets/logo.png", content=PNG, headers=worlds.others).status_code == 201
    assert worlds.client.delete("/v1/assets/logo.png", headers={**ANY, **worlds.others}).status_code == 204
    assert worlds.client.get("/v1/assets/logo.png", headers=worlds.mine).content == PNG
    assert_problem(worlds.client.get("/v1/assets/dot.png", headers=worlds.mine), 404, "not-found")


def test_no_list_shows_anything_of_another_workspace(worlds: Worlds) -> None:
    lists = [each for each in in_order(worlds.client) if each[0] == "GET" and "{" not in each[1]]
    assert len(lists) >= 5
    for method, path, operation in lists:
        answer = worlds.call(method, path, operation, worlds.others)
        assert answer.status_code == 200
        for value in (*worlds.ids.values(), "logo.png", "Object"):
            assert value not in answer.text, operation
        assert worlds.call(method, path, operation, worlds.mine).status_code == 200


def test_references_in_bodies_and_queries_lead_nowhere_else(worlds: Worlds) -> None:
    for reference in (worlds.ids["template"], "letter"):
        wish = {"template": reference, "data": {"name": "Ada"}}
        response = worlds.client.post("/v1/renders", json=wish, headers=worlds.others)
        assert_problem(response, 404, "not-found")
        response = worlds.client.get("/v1/renders", params={"template": reference}, headers=worlds.others)
        assert_problem(response, 404, "not-found")
    filtered = worlds.client.get(
        "/v1/audit-events", params={"object_id": worlds.ids["template"]}, headers=worlds.others
    )
    assert filtered.json()["data"] == []


def test_a_cursor_of_another_workspace_shows_nothing_of_it(worlds: Worlds) -> None:
    second = {"file": ("second.txt", b"Dear {{ name }}")}
    assert worlds.client.post("/v1/templates", files=second, headers=worlds.mine).status_code == 201
    page = worlds.client.get("/v1/templates?limit=1", headers=worlds.mine).json()
    assert page["next_cursor"]
    answer = worlds.client.get("/v1/templates", params={"cursor": page["next_cursor"]}, headers=worlds.others)
    assert answer.json() == {"data": [], "next_cursor": None}


def test_every_change_leaves_an_audit_event(worlds: Worlds) -> None:
    changes = [each for each in in_order(worlds.client) if each[0] != "GET"]
    assert {operation for _, _, operation in changes} == set(KEPT) | CHANGES_NOTHING
    changes.sort(key=lambda each: (each[2] == "archive_template", each[2] == "restore_template"))
    for method, path, operation in changes:
        worlds.prepare(operation)
        before = events(worlds)
        if operation == "restore_template":
            worlds.call("DELETE", path.removesuffix("/restore"), "archive_template", worlds.mine)
            before = events(worlds)
        answer = worlds.call(method, path, operation, worlds.mine)
        assert answer.status_code < 400, (operation, answer.text)
        new = [event for event in events(worlds) if event not in before]
        if operation in CHANGES_NOTHING:
            assert new == []
            continue
        assert [event["action"] for event in new] == [KEPT[operation]], operation
        assert new[0]["request_id"] == answer.headers["x-request-id"]
        assert new[0]["actor"]["name"] == "acme"
        assert new[0]["address"] == "testclient"


def test_what_was_refused_is_kept_without_what_was_sent(worlds: Worlds) -> None:
    child = worlds.client.post(
        "/v1/api-keys", json={"name": "Child", "scopes": ["renders:create"]}, headers=worlds.mine
    ).json()
    refused = worlds.client.post("/v1/templates", headers=bearer(child["key"]), files=NOTE)
    assert_problem(refused, 403, "scope-missing")
    newest = events(worlds)[0]
    assert newest["action"] == "access.refused"
    assert newest["object"] == {"type": "operation", "id": "register_template"}
    assert newest["detail"] == "needs templates:write"
    assert newest["actor"] == {"id": child["id"], "name": "Child"}
    assert newest["request_id"] == refused.headers["x-request-id"]
    worlds.client.delete(f"/v1/api-keys/{child['id']}", headers=worlds.mine)
    assert_problem(worlds.client.get("/v1/me", headers=bearer(child["key"])), 401, "unauthenticated")
    assert (events(worlds)[0]["object"]["id"], events(worlds)[0]["action"]) == ("get_me", "access.refused")


def test_no_event_holds_a_value_of_the_data_or_a_secret(worlds: Worlds) -> None:
    secret = worlds.mine["Authorization"].removeprefix("Bearer ")
    wish = {"template": "letter", "data": {"name": "Very private"}}
    assert worlds.client.post("/v1/renders", json=wish, headers=worlds.mine).status_code == 201
    change = {"description": "Very private"}
    worlds.client.patch("/v1/templates/letter", json=change, headers={**ANY, **worlds.mine})
    shown = worlds.client.get("/v1/audit-events", headers=worlds.mine).text
    assert "template.updated" in shown
    assert "Very private" not in shown
    assert secret not in shown


def test_events_are_read_in_pages_and_by_their_criteria(worlds: Worlds) -> None:
    everything = events(worlds)
    assert len(everything) >= 3
    first = worlds.client.get("/v1/audit-events?limit=1", headers=worlds.mine).json()
    rest = worlds.client.get("/v1/audit-events", params={"cursor": first["next_cursor"]}, headers=worlds.mine).json()
    assert first["data"] + rest["data"] == everything
    query = {"action": "asset.stored", "object_id": "logo.png", "created_after": "2020-01-01T00:00:00Z"}
    found = worlds.client.get("/v1/audit-events", params=query, headers=worlds.mine).json()["data"]
    assert [event["action"] for event in found] == ["asset.stored"]
    assert_problem(worlds.client.get("/v1/audit-events?cursor=x", headers=worlds.mine), 400, "bad-cursor")
    assert_problem(worlds.client.get("/v1/audit-events?action=x", headers=worlds.mine), 422, "request-invalid")


def events(worlds: Worlds) -> list[dict[str, Any]]:
    """Read the events of the first workspace, newest first."""
    answer = worlds.client.get("/v1/audit-events?limit=200", headers=worlds.mine)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found
