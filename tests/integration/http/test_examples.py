"""The examples of the description work, and every answer is what the description says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from entrypoints.http.answer_headers import SECURITY_HEADERS
from tests.integration.http.access import bearer, guarded_settings, key_of, operations, serving
from tests.integration.http.example_requests import Sent, send_all

# Of every answer of any server, or said in docs/security.md.
UNDESCRIBED = {"content-type", "content-length", *(name.lower() for name in SECURITY_HEADERS)}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = guarded_settings(database_url, tmp_path)
    with serving(settings) as client:
        client.headers.update(bearer(key_of(settings)))
        yield client


def validate(spec: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": spec["components"]}).validate(value)


def test_every_example_works_and_is_answered_as_described(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    sent = list(send_all(client))
    assert {operation for _, _, operation in operations(client)} <= {each.operation["operationId"] for each in sent}
    for each in sent:
        name, response = each.operation["operationId"], each.response
        assert response.status_code < 400, (name, response.text)
        described = each.operation["responses"][str(response.status_code)]
        check_headers(spec, each, described)
        media_type = response.headers.get("content-type")
        assert (media_type is None) == (not response.content), name
        if response.content:
            content = described["content"][media_type]
            if media_type == "application/json":
                validate(spec, content["schema"], response.json())
                assert "example" in content, f"{name} has no example of its answer: see example_requests.py"
                validate(spec, content["schema"], content["example"])
                assert members(content["example"]) == members(response.json()), name
        if each.media_type is not None:
            body = each.operation["requestBody"]["content"][each.media_type]
            validate(spec, body["schema"], body["example"])


def check_headers(spec: dict[str, Any], sent: Sent, described: dict[str, Any]) -> None:
    """Hold the headers of an answer against those of the description."""
    headers = {
        name.lower(): spec["components"]["headers"][name] if "$ref" in header else header
        for name, header in described["headers"].items()
    }
    there = {name.lower() for name in sent.response.headers} - UNDESCRIBED
    required = {name for name, header in headers.items() if header.get("required")}
    assert required <= there <= set(headers), sent.operation["operationId"]


def members(value: Any) -> set[str]:
    """Return the names of what an answer has."""
    assert isinstance(value, dict)
    return set(value)


def test_every_problem_of_the_description_is_one(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    for example in spec["components"]["examples"].values():
        validate(spec, {"$ref": "#/components/schemas/Problem"}, example["value"])
    for methods in spec["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    (content,) = response["content"].values()
                    codes = [spec["components"]["examples"][code]["value"] for code in content["examples"]]
                    assert {each["status"] for each in codes} == {int(status)}, operation["operationId"]
