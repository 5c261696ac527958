"""How much a workspace has rendered, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

WISH = {"template": "letter", "data": {"name": "Ada"}}
FILE = {"file": ("note.txt", b"{{ name }}"), "request": (None, b'{"data": {"name": "Ada"}}')}


def usage(client: TestClient, **query: str | int) -> list[dict[str, Any]]:
    """Read usage, without the days (a test may run over midnight)."""
    answer = client.get("/v1/usage", params=query)
    assert answer.status_code == 200, answer.text
    return [{name: value for name, value in each.items() if name != "day"} for each in answer.json()["data"]]


def test_renders_and_bytes_outlive_documents_and_templates(client: TestClient) -> None:
    template = register(client)
    first = client.post("/v1/renders", json=WISH).json()
    assert client.post("/v1/renders", json=WISH).status_code == 201
    assert client.post("/v1/renders", json={**WISH, "data": {}}).status_code == 422
    assert client.post("/v1/renders", json={**WISH, "store": False}).status_code == 200
    assert client.post("/v1/renders", files=FILE).status_code == 201
    letters = {
        "template": {"id": template["id"], "slug": "letter"},
        "renders": 3,
        "succeeded": 2,
        "failed": 1,
        "bytes": 2 * len("Dear Ada,\n"),
    }
    files = {"template": None, "renders": 1, "succeeded": 1, "failed": 0, "bytes": len("Ada")}
    assert usage(client) == [files, letters]
    assert usage(client, template="letter") == [letters]
    assert client.delete(first["links"]["self"]).status_code == 204
    assert client.delete("/v1/templates/letter?purge=true", headers={"If-Match": "*"}).status_code == 204
    erased = {**letters, "template": {"id": template["id"], "slug": None}}
    assert usage(client) == [files, erased]
    assert usage(client, template=str(template["id"])) == [erased]
    assert_problem(client.get("/v1/usage?template=letter"), 404, "not-found")


def test_usage_is_read_in_pages_and_by_days(client: TestClient) -> None:
    for name in ("a.txt", "b.txt"):
        register(client, name=name)
        assert client.post("/v1/renders", json={**WISH, "template": name[0]}).status_code == 201
    first = client.get("/v1/usage?limit=1").json()
    second = client.get("/v1/usage", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [len(page["data"]) for page in (first, second)] == [1, 1]
    assert second["next_cursor"] is None
    slugs = {page["data"][0]["template"]["slug"] for page in (first, second)}
    assert slugs == {"a", "b"}
    today = datetime.now(UTC).date()
    assert len(usage(client, **{"from": str(today - timedelta(days=1)), "to": str(today)})) == 2
    assert usage(client, **{"from": "2020-01-01", "to": "2020-12-31"}) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-01&to=2026-01-31", "from"),
        ("from=2025-01-01&to=2026-01-02", "from"),
        ("to=9999-12-31", "to"),
        ("from=yesterday", "from"),
    ],
)
def test_days_that_cannot_be_counted_are_refused(client: TestClient, query: str, field: str) -> None:
    found = assert_problem(client.get(f"/v1/usage?{query}"), 422, "request-invalid")
    assert [error["field"] for error in found["errors"]] == [field]


@pytest.mark.parametrize("cursor", ["x", "MjAyNi0xMy0wMSA", "MjAyNi0wMS0wMSB4"])
def test_a_cursor_of_something_else_is_refused(client: TestClient, cursor: str) -> None:
    assert_problem(client.get(f"/v1/usage?cursor={cursor}"), 400, "bad-cursor")
