"""Idempotency-Key over HTTP, on a real PostgreSQL."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
BODY = {"template": "letter", "data": {"name": "Ada"}}


def render(client: TestClient, body: dict[str, Any] | None = None, **headers: str) -> Response:
    """Send a render with the key."""
    return client.post("/v1/renders", json=body or BODY, headers={**KEY, **headers})


def renders(client: TestClient) -> list[dict[str, Any]]:
    """List the renders that there are."""
    found: list[dict[str, Any]] = client.get("/v1/renders").json()["data"]
    return found


def in_database(url: str, statement: str) -> Any:
    """Run a statement as the owner, who asks to see everything."""

    async def run() -> Any:
        connection = await asyncpg.connect(url, server_settings={"docgen.maintenance": "on"})
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_the_same_request_is_carried_out_once(client: TestClient) -> None:
    register(client)
    first, second = render(client), render(client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert (second.content, second.headers["location"]) == (first.content, first.headers["location"])
    assert second.headers["content-type"] == first.headers["content-type"]
    assert len(renders(client)) == 1


def test_fifty_at_once_make_one_render(client: TestClient) -> None:
    register(client)
    together = threading.Barrier(50)

    def send(_: int) -> Response:
        together.wait()
        return render(client)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    for answer in answers:
        if answer.status_code != 201:
            assert int(assert_problem(answer, 409, "request-in-progress") and answer.headers["retry-after"]) > 0
    (only,) = renders(client)
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {only["id"]}
    assert render(client).json()["id"] == only["id"]


def test_another_body_or_operation_needs_another_key(client: TestClient) -> None:
    register(client)
    render(client)
    assert_problem(render(client, {**BODY, "data": {"name": "Bob"}}), 422, "idempotency-mismatch")
    assert_problem(client.post("/v1/templates/letter/restore", headers=KEY), 422, "idempotency-mismatch")


def test_the_bytes_of_a_document_come_again_from_its_render(client: TestClient, database_url: str) -> None:
    register(client)
    first, second = (render(client, Accept="text/plain") for _ in range(2))
    assert (second.text, second.headers["idempotent-replayed"]) == ("Dear Ada,\n", "true")
    for name in ("content-type", "content-length", "content-disposition", "content-location", "etag"):
        assert second.headers[name] == first.headers[name]
    assert len(renders(client)) == 1
    assert in_database(database_url, "SELECT body FROM idempotency_keys") is None


def test_a_failure_with_a_record_is_answered_again(client: TestClient) -> None:
    register(client)
    first, second = (render(client, {"template": "letter", "data": {}}) for _ in range(2))
    assert (first.status_code, first.json()) == (422, second.json())
    assert first.json()["render_id"] == renders(client)[0]["id"]
    assert len(renders(client)) == 1


def test_what_left_nothing_behind_may_be_tried_again(client: TestClient) -> None:
    assert_problem(render(client), 404, "not-found")
    assert_problem(client.post("/v1/renders", content=b"{", headers=KEY), 415, "unsupported-media-type")
    register(client)
    answer = render(client)
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


def test_what_is_not_stored_is_rendered_again(client: TestClient, database_url: str) -> None:
    register(client)
    for _ in range(2):
        answer = render(client, {**BODY, "store": False})
        assert (answer.text, "idempotent-replayed" in answer.headers) == ("Dear Ada,\n", False)
    assert in_database(database_url, "SELECT count(*) FROM idempotency_keys") == 0


def test_a_process_that_died_blocks_a_key_for_the_time_of_its_lease(client: TestClient, database_url: str) -> None:
    register(client)
    render(client)
    in_database(database_url, "UPDATE idempotency_keys SET status = NULL, leased_until = now() + interval '1 hour'")
    assert_problem(render(client), 409, "request-in-progress")
    in_database(database_url, "UPDATE idempotency_keys SET leased_until = now()")
    assert render(client).status_code == 201
    assert len(renders(client)) == 2


def test_a_key_is_new_after_its_day(client: TestClient, database_url: str) -> None:
    register(client)
    render(client)
    hours = in_database(database_url, "SELECT extract(epoch FROM max(expires_at) - now()) / 3600 FROM idempotency_keys")
    assert 23 < hours <= 24
    in_database(database_url, "UPDATE idempotency_keys SET expires_at = now()")
    assert render(client, {**BODY, "data": {"name": "Bob"}}).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "näme".encode(), "a\tb"])
def test_a_key_that_is_none_is_refused(client: TestClient, key: str | bytes) -> None:
    answer = client.post("/v1/renders", json=BODY, headers={"Idempotency-Key": key})
    assert assert_problem(answer, 422, "request-invalid")["errors"][0]["field"] == "Idempotency-Key"


def test_two_keys_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/renders", json=BODY, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")])
    assert_problem(answer, 422, "request-invalid")


def test_an_upload_is_known_again_whatever_its_boundary(client: TestClient) -> None:
    def upload(boundary: str, text: str = "Dear {{ name }}") -> Response:
        part = 'Content-Disposition: form-data; name="file"; filename="letter.txt"'
        body = f"--{boundary}\r\n{part}\r\n\r\n{text}\r\n--{boundary}--\r\n"
        media_type = f"multipart/form-data; boundary={boundary}"
        return client.post("/v1/templates", content=body, headers={**KEY, "Content-Type": media_type})

    first, second = upload("one"), upload("two")
    assert (first.status_code, second.status_code, second.headers["etag"]) == (201, 201, first.headers["etag"])
    assert second.headers["idempotent-replayed"] == "true"
    assert_problem(upload("three", "Dear {{ other }}"), 422, "idempotency-mismatch")


def test_what_stores_nothing_is_done_again(client: TestClient, database_url: str) -> None:
    for _ in range(2):
        answer = client.post("/v1/templates/validate", files={"file": ("a.txt", b"Hi")}, headers=KEY)
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (200, False)
    assert in_database(database_url, "SELECT count(*) FROM idempotency_keys") == 0


@pytest.fixture
def guarded(database_url: str, tmp_path: Path) -> Iterator[tuple[TestClient, dict[str, str], dict[str, str]]]:
    """A client, and the headers of keys of two workspaces."""
    settings = guarded_settings(database_url, tmp_path)
    mine, others = bearer(key_of(settings, "acme")), bearer(key_of(settings, "globex"))
    with serving(settings) as client:
        yield client, mine, others


def test_the_secret_of_a_key_is_kept_nowhere(
    guarded: tuple[TestClient, dict[str, str], dict[str, str]], database_url: str
) -> None:
    client, mine, _ = guarded
    body = {"name": "Child", "scopes": ["audit:read"]}
    assert client.post("/v1/api-keys", json=body, headers={**KEY, **mine}).status_code == 201
    assert_problem(client.post("/v1/api-keys", json=body, headers={**KEY, **mine}), 409, "conflict")
    assert in_database(database_url, "SELECT body FROM idempotency_keys") is None
    assert [key["name"] for key in client.get("/v1/api-keys", headers=mine).json()["data"]].count("Child") == 1


def test_workspaces_do_not_meet(guarded: tuple[TestClient, dict[str, str], dict[str, str]]) -> None:
    client, mine, others = guarded
    for headers in (mine, others):
        answer = client.post("/v1/templates", files={"file": ("a.txt", b"Hi")}, headers={**KEY, **headers})
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)
        assert client.get("/v1/templates", headers=headers).json()["data"][0]["id"] == answer.json()["id"]


def test_every_post_says_that_it_takes_a_key(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    posts = [each["post"] for path, each in paths.items() if path.startswith("/v1") and "post" in each]
    assert len(posts) > 5
    for operation in posts:
        taken = "Idempotency-Key" in [parameter["name"] for parameter in operation.get("parameters", ())]
        links = {"create_link", "create_slack_install_link"}
        assert taken is (operation["operationId"] not in {"validate_template", *links})
        assert ("request-in-progress" in operation["responses"].get("409", {}).get("description", "")) is taken
        assert ("idempotency-mismatch" in operation["responses"]["422"]["description"]) is taken
