"""Renders of files that come with the request, over HTTP."""

import json
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.integration.http.problems import assert_problem

LETTER = ("Brief.txt", b"Dear {{ name }},\n")


def render(client: TestClient, request: Any = None, file: tuple[str, bytes] = LETTER, **headers: str) -> Response:
    """Send a file, and what is said about it."""
    said = json.dumps({"data": {"name": "Ada"}} if request is None else request)
    return client.post("/v1/renders", files={"file": file}, data={"request": said}, headers=headers)


def test_a_file_becomes_a_document_and_no_template(client: TestClient) -> None:
    answer = render(client, Prefer="respond-async")
    assert answer.status_code == 201, answer.text
    record = answer.json()
    assert (record["status"], record["template"], record["file_name"]) == ("succeeded", None, "Brief.txt")
    assert client.get(record["links"]["document"]).text == "Dear Ada,\n"
    assert client.get(answer.headers["location"]).json() == record
    assert client.get("/v1/renders").json()["data"] == [record]
    assert client.get("/v1/templates").json()["data"] == []


def test_the_bytes_are_the_answer_where_they_are_accepted_or_not_stored(client: TestClient) -> None:
    accepted = render(client, Accept="text/plain")
    assert (accepted.text, "content-location" in accepted.headers) == ("Dear Ada,\n", True)
    not_stored = render(client, {"data": {"name": "Bob"}, "store": False})
    assert (not_stored.text, "content-location" in not_stored.headers) == ("Dear Bob,\n", False)
    assert len(client.get("/v1/renders").json()["data"]) == 1


def test_the_request_may_come_as_a_file_and_says_the_same_as_json(client: TestClient) -> None:
    said = b'{"data": {"total": 1234.50}, "locale": "de-DE", "file_name": "R {{ total }}"}'
    files = {"file": ("a.txt", b"{{ total | number }} {{ total }}"), "request": ("r.json", said, "application/json")}
    answer = client.post("/v1/renders", files=files, headers={"Accept": "text/plain"})
    assert answer.text.startswith("1.234,5")
    assert answer.headers["content-disposition"].startswith('attachment; filename="R 1234.5')


def test_a_failure_leaves_a_record(client: TestClient) -> None:
    problem = assert_problem(render(client, {"data": {}}), 422, "data-invalid")
    assert client.get(f"/v1/renders/{problem['render_id']}").json()["template"] is None
    assert_problem(render(client, file=("a.txt", b"{{ name")), 422, "template-invalid")


@pytest.mark.parametrize(
    ("request_", "field"),
    [({}, "data"), ({"data": {}, "template": "letter"}, "template"), ({"data": {}, "version": 1}, "version")],
)
def test_what_cannot_be_said_is_refused(client: TestClient, request_: dict[str, Any], field: str) -> None:
    problem = assert_problem(render(client, request_), 422, "request-invalid")
    assert problem["errors"][0]["field"] == field


def test_parts_that_are_missing_or_wrong_are_named(client: TestClient) -> None:
    alone = client.post("/v1/renders", files={"file": LETTER})
    assert assert_problem(alone, 422, "request-invalid")["errors"][0]["field"] == "request"
    without = client.post("/v1/renders", files={"request": ("r.json", b'{"data": {}}')})
    assert_problem(without, 400, "malformed-request")
    assert_problem(render(client, file=("a.odt", b"x")), 415, "unsupported-media-type")
    assert_problem(render(client, file=("a.txt", b"x" * 1_000_001)), 413, "payload-too-large")
    assert_problem(render(client, {"data": {"x": "y" * 200_000}}), 413, "payload-too-large")
    assert client.get("/v1/renders").json()["data"] == []
