"""The description of the API."""

from typing import Any, Final

from fastapi import FastAPI
from typing_extensions import override

from entrypoints.http.scopes import SCOPE_OF

PROBLEM: Final = "application/problem+json"
_FIRST_ERROR: Final = 400
_BEARER: Final = {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer dg_live_…`."}


class DescribedApi(FastAPI):
    """Describes errors with their media type: FastAPI takes every model for application/json."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        spec = super().openapi()
        spec["components"]["securitySchemes"] = {"bearer": _BEARER}
        for path in spec["paths"].values():
            for operation in path.values():
                if operation["operationId"] in SCOPE_OF:
                    scope = SCOPE_OF[operation["operationId"]]
                    # What stands in the list is the roles that are needed (OpenAPI 3.1, Security Requirement Object).
                    operation["security"] = [{"bearer": [scope] if scope else []}]
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= _FIRST_ERROR and "application/json" in content:
                        response["content"] = {PROBLEM: content["application/json"]}
        return spec
