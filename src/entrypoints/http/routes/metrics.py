"""What is counted and timed, in the text format of Prometheus."""

import hmac
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from application.ports.metrics_report import MetricsReport
from domain.errors import UnauthenticatedError
from entrypoints.http.dependencies import ContainerDependency

# It is no part of the API: its names are those of docs/how-to/metrics.md, and may grow.
router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def get_metrics(request: Request, container: ContainerDependency) -> Response:
    """Return all metrics."""
    token: SecretStr | None = container.settings().metrics.token
    if token is not None and not _is_sent(token, request):
        raise UnauthenticatedError("Send 'Authorization: Bearer TOKEN' with the token of DOCGEN_METRICS__TOKEN.")
    report: MetricsReport | None = container.metrics_report()
    if report is None:  # nothing is counted
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(await report.text(), media_type=report.content_type)


def _is_sent(token: SecretStr, request: Request) -> bool:
    sent = request.headers.get("authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {token.get_secret_value()}".encode())
