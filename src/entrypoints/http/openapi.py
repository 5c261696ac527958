"""The description of the API."""

from typing import Any, Final

from fastapi import FastAPI
from typing_extensions import override

PROBLEM: Final = "application/problem+json"
_FIRST_ERROR: Final = 400


class DescribedApi(FastAPI):
    """Describes errors with their media type: FastAPI takes every model for application/json."""

    @override
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        spec = super().openapi()
        for path in spec["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= _FIRST_ERROR and "application/json" in content:
                        response["content"] = {PROBLEM: content["application/json"]}
        return spec
