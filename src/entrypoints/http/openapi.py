"""The description of the API: what the routes say, brought together with what holds for all of them."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from typing_extensions import override

from entrypoints.http.described_headers import IDEMPOTENCY, described_headers, headers_of, request_headers
from entrypoints.http.described_models import referenced_schemas
from entrypoints.http.errors import problem_content
from entrypoints.http.examples import add_examples
from entrypoints.http.idempotency_key import CARRIED_OUT_AGAIN
from entrypoints.http.problem_codes import (
    CODES,
    MEANINGS,
    OF_ALL,
    OF_BODIES,
    OF_GUARDED,
    OF_KEYS,
    PROBLEM,
    STATUS_OF_CODE,
)
from entrypoints.http.scopes import SCOPE_OF

API_PREFIX: Final = "/v1"
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "dg_live_…",
    "description": "An API key, or a token of the identity provider: `Authorization: Bearer dg_live_…`.",
}
_TAGS: Final[Mapping[str, str]] = {
    "templates": "Word, Markdown and text files with placeholders, and which version of each is published.",
    "versions": "The files of a template, each with the data that it needs.",
    "renders": "Documents that were made, or are being made, of a template and data.",
    "batches": "Documents that are made of one template, one from each row of a table.",
    "links": "Documents for whoever has a link to them, without a key.",
    "assets": "Images and Word pieces that templates and data name, as in `asset:logo.png`.",
    "webhooks": "Addresses that are told what happened, and what was delivered to them.",
    "slack": "The Slack app of this workspace.",
    "workspace": "What the workspace has chosen: locale, time zone, retention and limits.",
    "usage": "What the workspace has made, by day and template.",
    "access": "Who may do what, and who did what.",
    "system": "What operators and load balancers ask; no key is needed.",
}


# With what an answer says, other operations can be called: its members are these parameters of theirs.
_LINKS: Final[Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]] = {
    "create_render": (
        {"render_id": "id"},
        ("get_render", "get_document", "create_link", "delete_render", "cancel_render", "retry_render"),
    ),
    "create_batch": (
        {"batch_id": "id"},
        (
            "get_batch",
            "list_batch_items",
            "get_batch_archive",
            "pause_batch",
            "resume_batch",
            "cancel_batch",
            "retry_failed_rows",
            "delete_batch",
        ),
    ),
    "create_api_key": ({"key_id": "id"}, ("revoke_api_key",)),
    "create_webhook": (
        {"webhook_id": "id"},
        (
            "get_webhook",
            "update_webhook",
            "rotate_webhook_secret",
            "test_webhook",
            "list_webhook_deliveries",
            "delete_webhook",
        ),
    ),
    "test_webhook": ({"webhook_id": "webhook_id", "delivery_id": "id"}, ("replay_webhook_delivery",)),
    "register_template": (
        {"template": "id"},
        ("get_template", "update_template", "archive_template", "add_version"),
    ),
}


class DescribedApi(FastAPI):
    """Describes what FastAPI cannot know: problems with their codes, headers, scopes and examples."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


def completed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a description as FastAPI makes it with all that holds for every operation."""
    components = spec["components"]
    components["schemas"] = dict(sorted({**referenced_schemas(), **components["schemas"]}.items()))
    for own_of_the_framework in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(own_of_the_framework, None)
    components["securitySchemes"] = {"bearer": _BEARER}
    components["schemas"]["Problem"]["properties"]["code"]["enum"] = list(STATUS_OF_CODE)
    components["headers"] = described_headers()
    components["examples"] = {code: _example(code) for code in STATUS_OF_CODE}
    spec["tags"] = [{"name": tag, "description": description} for tag, description in _TAGS.items()]
    for path, method, operation in _operations(spec):
        keyed = method == "post" and operation["operationId"] not in CARRIED_OUT_AGAIN
        _complete(path, operation, keyed=keyed)
        _add_links(operation)
        add_examples(operation)
    return spec


def _add_links(operation: dict[str, Any]) -> None:
    members, targets = _LINKS.get(operation["operationId"], ({}, ()))
    parameters = {name: f"$response.body#/{member}" for name, member in members.items()}
    if targets:
        made = next(status for status in ("201", "202") if status in operation["responses"])
        operation["responses"][made]["links"] = {
            each: {"operationId": each, "parameters": parameters} for each in targets
        }


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(path: str, operation: dict[str, Any], *, keyed: bool) -> None:
    name, guarded = operation["operationId"], path.startswith(API_PREFIX)
    if guarded:
        scope = SCOPE_OF[name]
        # What stands in the list is the roles that are needed (OpenAPI 3.1, Security Requirement Object).
        operation["security"] = [{"bearer": [scope] if scope else []}]
    parameters = [*operation.get("parameters", ()), *request_headers(operation), *([IDEMPOTENCY] if keyed else [])]
    if parameters:
        operation["parameters"] = parameters
    codes = [*OF_ALL, *(OF_GUARDED if guarded else ()), *(OF_KEYS if keyed else ())]
    if "requestBody" in operation:
        codes += OF_BODIES
    if "422" in operation["responses"]:
        codes.append("request-invalid")
    _declare_problems(operation["responses"], codes)
    for status, response in operation["responses"].items():
        response["headers"] = headers_of(operation, status, guarded=guarded, keyed=keyed)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _declare_problems(responses: dict[str, Any], common: list[str]) -> None:
    own = [code for response in responses.values() for code in response.get(CODES, ())]
    by_status: dict[str, list[str]] = {}
    for code in dict.fromkeys([*own, *common]):
        by_status.setdefault(str(STATUS_OF_CODE[code]), []).append(code)
    for status, codes in by_status.items():
        responses[status] = {
            "description": "\n".join(
                [f"{HTTPStatus(int(status)).phrase}", "", *(f"- `{code}`: {MEANINGS[code]}" for code in codes)]
            ),
            "content": {
                PROBLEM: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
                }
            },
        }


def _example(code: str) -> dict[str, Any]:
    return {
        "summary": MEANINGS[code],
        "value": json.loads(problem_content(code, MEANINGS[code], "req_01990b6f1c5a7c3e8d2f4a6b8c0d1e2f")),
    }
