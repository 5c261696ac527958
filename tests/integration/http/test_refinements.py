"""An author's refinements over HTTP."""

import pytest
from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

SCHEMA = "/v1/templates/letter/versions/1/schema"


def test_a_schema_is_read_changed_and_sent_back(client: TestClient) -> None:
    register(client, "{{ name }} owes {{ amount }} {{ note | default('') }}")
    read = client.get(SCHEMA)
    schema = read.json()
    schema["properties"]["amount"] |= {"type": "number", "title": "Amount", "minimum": 0}
    schema["properties"]["name"]["default"] = "Ada"
    schema["required"].append("note")
    answer = client.put(SCHEMA, json=schema, headers={"If-Match": read.headers["etag"]})
    assert answer.status_code == 200, answer.text
    refined = answer.json()
    assert list(refined["properties"]) == ["name", "amount", "note"]
    assert refined["required"] == ["amount", "note"]
    assert client.get(SCHEMA).json() == refined
    assert client.get(SCHEMA).headers["etag"] == answer.headers["etag"] != read.headers["etag"]
    assert client.put(SCHEMA, json=refined).json() == refined
    late = client.put(SCHEMA, json={}, headers={"If-Match": read.headers["etag"]})
    assert_problem(late, 412, "precondition-failed")

    assert client.get(SCHEMA.replace("schema", "sample")).json() == {"name": "Ada", "amount": 1, "note": "note"}
    shown = client.get(SCHEMA.replace("schema", "placeholders")).json()["data"]
    assert [(each["path"], each["kind"], each["required"], each["declared"]) for each in shown] == [
        ("name", "text", False, False),
        ("amount", "number", True, True),
        ("note", "text", True, False),
    ]
    text = {"Accept": "text/plain"}
    good = {"template": "letter", "data": {"amount": 5, "note": "!"}}
    assert client.post("/v1/renders", json=good, headers=text).text == "Ada owes 5 !"
    bad = {"template": "letter", "data": {"amount": "much"}}
    problem = assert_problem(client.post("/v1/renders", json=bad), 422, "data-invalid")
    assert [(each["code"], each["pointer"]) for each in problem["diagnostics"]] == [
        ("data-unfit", "/amount"),
        ("missing-value", "/note"),
    ]


def test_all_that_cannot_be_said_is_told_with_its_place(client: TestClient) -> None:
    register(client, "{{ name }} {{ amount * 2 }}")
    said = {"properties": {"nmae": {}, "amount": {"type": "string", "titel": "x"}}, "required": ["name"]}
    problem = assert_problem(client.put(SCHEMA, json=said), 422, "schema-invalid")
    assert [each["pointer"] for each in problem["diagnostics"]] == [
        "/properties/nmae",
        "/properties/amount/titel",
        "/properties/amount/type",
        "/required",
    ]
    assert "title" not in client.get(SCHEMA).json()["properties"]["amount"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-request"),
        (b"\xff", 400, "malformed-request"),
        (b"[" * 100_000, 400, "malformed-request"),
        (b'{"title": "a", "title": "b"}', 400, "malformed-request"),
        (b'{"properties": {"name": {"default": NaN}}}', 400, "malformed-request"),
        (b'{"properties": {"name": {"default": 0.1234567890123456789}}}', 400, "malformed-request"),
        (b'{"properties": {"name": {"default": 1e999}}}', 400, "malformed-request"),
        (b'{"properties": {"name": {"default": ' + b"1" * 101 + b"}}}", 400, "malformed-request"),
        (b"[]", 422, "schema-invalid"),
        (b"null", 422, "schema-invalid"),
        (b'{"title": "\\ud800"}', 422, "request-invalid"),
    ],
)
def test_bodies_that_are_no_schema_get_their_problem(client: TestClient, body: bytes, status: int, code: str) -> None:
    register(client)
    answer = client.put(SCHEMA, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, status, code)
    assert_problem(client.put(SCHEMA, content=b"{}"), 415, "unsupported-media-type")


def test_versions_that_are_not_there_or_archived_take_nothing(client: TestClient) -> None:
    register(client)
    assert_problem(client.put(SCHEMA.replace("/1/", "/2/"), json={}), 404, "not-found")
    client.delete("/v1/templates/letter", headers={"If-Match": "*"})
    assert_problem(client.put(SCHEMA, json={}), 409, "conflict")
