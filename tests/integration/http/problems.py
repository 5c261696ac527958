"""Problem details, as every error has to be."""

from typing import Any, Protocol


class _Response(Protocol):
    status_code: int
    text: str
    headers: Any

    def json(self) -> Any: ...


def assert_problem(response: _Response, status: int, code: str) -> dict[str, Any]:
    """Check that a response is this problem, and return it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["detail"].strip()
    assert "Traceback" not in response.text
    return problem
