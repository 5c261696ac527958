"""The description of the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from typing_extensions import override

from entrypoints.http.idempotency_key import CARRIED_OUT_AGAIN, IDEMPOTENCY_KEY, KEY_PATTERN, MAX_KEY
from entrypoints.http.scopes import SCOPE_OF

PROBLEM: Final = "application/problem+json"
_FIRST_ERROR: Final = 400
_BEARER: Final = {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer dg_live_…`."}


_KEY: Final[Mapping[str, Any]] = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": KEY_PATTERN},
    "description": (
        "Any text of your choice, new for each request, such as a UUID. The same request with the same key is carried "
        "out once within 24 hours; sent again, it gets the same answer, with `Idempotent-Replayed: true`."
    ),
}
_KEY_CODES: Final = {"409": "request-in-progress", "422": "idempotency-mismatch"}


class DescribedApi(FastAPI):
    """Describes errors with their media type: FastAPI takes every model for application/json."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        spec = super().openapi()
        spec["components"]["securitySchemes"] = {"bearer": _BEARER}
        for path in spec["paths"].values():
            for method, operation in path.items():
                if method == "post":
                    _describe_key(operation)
                if operation["operationId"] in SCOPE_OF:
                    scope = SCOPE_OF[operation["operationId"]]
                    # What stands in the list is the roles that are needed (OpenAPI 3.1, Security Requirement Object).
                    operation["security"] = [{"bearer": [scope] if scope else []}]
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= _FIRST_ERROR and "application/json" in content:
                        response["content"] = {PROBLEM: content["application/json"]}
        return spec


def _describe_key(operation: dict[str, Any]) -> None:
    """Add the header that every operation takes whose repetition would do something twice."""
    parameters = operation.setdefault("parameters", [])
    if operation["operationId"] in CARRIED_OUT_AGAIN or _KEY in parameters:
        return
    parameters.append(_KEY)
    responses = operation["responses"]
    for status, code in _KEY_CODES.items():
        known = responses.get(status)
        if known is None:
            phrase = HTTPStatus(int(status)).phrase
            responses[status] = {**responses["422"], "description": f"{phrase}: {code}"}
        else:
            known["description"] += f", {code}"
