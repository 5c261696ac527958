"""Publishing does not break callers unless that is wanted."""

from typing import Any

from starlette.testclient import TestClient

from tests.integration.http.conftest import register
from tests.integration.http.problems import assert_problem

TEMPLATE = "/v1/templates/letter"


def upload(client: TestClient, text: bytes, **fields: str) -> Any:
    return client.post(f"{TEMPLATE}/versions", files={"file": ("l.txt", text)}, data=fields)


def test_an_upload_that_breaks_callers_is_not_published_and_not_stored(client: TestClient) -> None:
    register(client, "{{ name }}")
    refused = upload(client, b"{{ name }} {{ city }} {{ zip | default('') }}", publish="true")
    problem = assert_problem(refused, 409, "breaking-schema-change")
    (change,) = problem["breaking_changes"]
    assert (change["path"], change["change"]) == ("city", "added-required")
    assert "city is new" in change["message"]
    assert change["suggestion"]
    assert "allow_breaking" in problem["detail"]
    assert len(client.get(f"{TEMPLATE}/versions").json()["data"]) == 1
    wanted = upload(client, b"{{ name }} {{ city }}", publish="true", allow_breaking="true")
    assert (wanted.status_code, wanted.json()["number"]) == (201, 2)
    assert client.get(TEMPLATE).json()["published_version"] == 2


def test_a_version_that_breaks_callers_waits_until_it_is_published_on_purpose(client: TestClient) -> None:
    register(client, "{{ name }}")
    assert upload(client, b"{{ name }} {{ city }}").status_code == 201
    publish = f"{TEMPLATE}/publish"
    problem = assert_problem(client.post(publish, json={"version": 2}), 409, "breaking-schema-change")
    assert [change["path"] for change in problem["breaking_changes"]] == ["city"]
    assert client.get(TEMPLATE).json()["published_version"] == 1
    wanted = client.post(publish, json={"version": 2, "allow_breaking": True})
    assert wanted.json()["published_version"] == 2
    # The way back asks for less, and breaks nobody; nor does what is published already.
    assert client.post(publish, json={"version": 1}).json()["published_version"] == 1
    assert client.post(publish, json={"version": 1}).status_code == 200
    assert_problem(client.post(publish, json={"version": 1, "allow_breaking": "yes"}), 422, "request-invalid")


def test_the_way_back_is_guarded_too(client: TestClient) -> None:
    register(client, "{{ name }} {{ city }}")
    assert upload(client, b"{{ name }}", publish="true").status_code == 201
    back = client.post(f"{TEMPLATE}/publish", json={"version": 1})
    assert_problem(back, 409, "breaking-schema-change")
    again = upload(client, b"{{ name }} {{ city }}", publish="true")
    assert_problem(again, 409, "breaking-schema-change")


def test_what_is_not_published_breaks_nobody(client: TestClient) -> None:
    client.post("/v1/templates", files={"file": ("letter.txt", b"{{ name }}")})
    assert upload(client, b"{{ city }}", publish="true").status_code == 201
