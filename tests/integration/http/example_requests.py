"""The examples of the description as requests: sent to the service in an order in which each of them can work.

`python -m tests.integration.http.example_requests` keeps the answers to them in the description, after `make openapi`.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from httpx2 import Response
from starlette.testclient import TestClient

from tests.integration.http.access import bearer, guarded_settings, key_of, serving
from tests.integration.http.api_fuzzing import fresh_database

EXAMPLES: Final = Path("src/entrypoints/http/examples.json")
# What others need comes first, what takes away comes last.
_FIRST: Final = (
    "register_template",
    "create_render",
    "create_link",
    "open_link",
    "create_batch",
    "put_asset",
    "create_api_key",
    "create_webhook",
    "test_webhook",
)
_LAST: Final = ("archive_template", "restore_template")
# A render that has succeeded can neither be called off nor be tried again; one that was called off can.
_OF_QUEUED: Final = frozenset({"cancel_render"})
# A batch that nobody works on is paused, resumed, called off, tried again, and called off to be erased.
_OF_BATCH: Final = (
    "pause_batch",
    "resume_batch",
    "cancel_batch",
    "get_batch_archive",
    "retry_failed_rows",
    "delete_batch",
)
_METHODS: Final = ("get", "patch", "put", "post", "delete")


class Sent(NamedTuple):
    """One example that was sent, and what came back."""

    operation: dict[str, Any]
    media_type: str | None
    response: Response


def send_all(client: TestClient) -> Iterator[Sent]:
    """Send the example of every operation, each of its media types."""
    spec = client.get("/openapi.json").json()
    # The parameters that an earlier answer has given a value, as the links of the description say.
    known: dict[tuple[str, str], object] = {}
    for path, method, operation in _in_order(spec):
        if operation["operationId"] in _OF_QUEUED:
            known |= _queued(client)
        if operation["operationId"] == "delete_batch":
            client.post(f"/v1/batches/{known['delete_batch', 'batch_id']}/cancel")
        for media_type in operation.get("requestBody", {}).get("content", {}) or [None]:
            response = _send(client, path, method, operation, media_type, known)
            yield Sent(operation, media_type, response)
            if operation["operationId"] == "create_link":
                known["open_link", "token"] = response.json()["url"].rpartition("/")[2]
            for link in operation["responses"].get(str(response.status_code), {}).get("links", {}).values():
                for name, expression in link["parameters"].items():
                    member = expression.removeprefix("$response.body#/")
                    known.setdefault((link["operationId"], name), response.json()[member])


def _queued(client: TestClient) -> dict[tuple[str, str], object]:
    """Have a render in the queue, which nobody takes out of it, and say who is to be called with it."""
    body = {"template": "letter", "data": {"name": "Ada"}}
    response = client.post("/v1/renders", json=body, headers={"Prefer": "respond-async"})
    assert response.status_code == 202, response.text
    return {(each, "render_id"): response.json()["id"] for each in ("cancel_render", "retry_render")}


def _in_order(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found = [
        (path, method, operation) for path, methods in spec["paths"].items() for method, operation in methods.items()
    ]

    def place(each: tuple[str, str, dict[str, Any]]) -> tuple[int, int, int]:
        name = each[2]["operationId"]
        if name in _OF_BATCH:
            return len(_FIRST), len(_METHODS), _OF_BATCH.index(name) - len(_OF_BATCH)
        first = _FIRST.index(name) if name in _FIRST else len(_FIRST)
        last = _LAST.index(name) + 1 if name in _LAST else 0
        return first, _METHODS.index(each[1]) if first == len(_FIRST) and not last else len(_METHODS), last

    return sorted(found, key=place)


def _send(
    client: TestClient,
    path: str,
    method: str,
    operation: dict[str, Any],
    media_type: str | None,
    known: dict[tuple[str, str], object],
) -> Response:
    values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if "example" in parameter:
            value = known.get((operation["operationId"], name), parameter["example"])
            values[parameter["in"]][name] = value
        else:
            assert not parameter["required"], f"{operation['operationId']} has no example of {name}: see examples.json"
    url = path.format(**values["path"])
    options: dict[str, Any] = {"params": values["query"], "headers": values["header"]}
    if media_type is not None:
        content = operation["requestBody"]["content"][media_type]
        assert "example" in content, f"{operation['operationId']} has no example of {media_type}: see examples.json"
        options |= _body(media_type, content["example"])
        options["headers"] |= {} if media_type == "multipart/form-data" else {"Content-Type": media_type}
    return client.request(method, url, **options)


def _body(media_type: str, example: Any) -> dict[str, Any]:
    if media_type == "application/json":
        return {"json": example}
    if media_type != "multipart/form-data":
        return {"content": example.encode()}
    part, name_of_file = ("rows", "people.csv") if "rows" in example else ("file", "letter.txt")
    fields = {name: value for name, value in example.items() if name != part}
    return {
        "files": {part: (name_of_file, example[part].encode())},
        "data": {name: json.dumps(value) if isinstance(value, dict) else value for name, value in fields.items()},
    }


def _names(value: Any) -> set[str]:
    """Return the names of the members that a value has, and of those within them."""
    if isinstance(value, list):
        return {name for member in value for name in _names(member)}
    if not isinstance(value, dict):
        return set()
    return set(value) | {f"{name}.{inner}" for name, member in value.items() for inner in _names(member)}


def _answers(url: str, directory: Path) -> dict[tuple[str, str], Any]:
    """Return the JSON that each operation answers its examples with, the first one of each status."""
    answers: dict[tuple[str, str], Any] = {}
    settings = guarded_settings(url, directory)
    with serving(settings) as client:
        client.headers.update(bearer(key_of(settings)))
        for operation, _, response in send_all(client):
            assert response.status_code < 400, (operation["operationId"], response.text)
            if response.headers.get("content-type") == "application/json":
                answers.setdefault((operation["operationId"], str(response.status_code)), response.json())
    return answers


def main() -> int:
    """Write what the examples are answered with beside them, where the answer has other members than before."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name, fresh_database() as url:
        for (operation, status), answer in _answers(url, Path(name)).items():
            kept = examples[operation].setdefault("answers", {})
            if status not in kept or _names(kept[status]) != _names(answer):
                kept[status] = answer
    EXAMPLES.write_text(json.dumps(examples, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
