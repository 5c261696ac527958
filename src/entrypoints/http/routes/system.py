"""What operators and load balancers ask."""

import asyncio
from importlib.metadata import version
from typing import Final, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from application.ports.health_check import HealthCheck
from domain.errors import ServiceUnavailableError
from entrypoints.http.dependencies import ContainerDependency
from entrypoints.http.errors import problem, problem_responses

router = APIRouter(tags=["system"])

_CHECK_SECONDS = 5.0
# With a remark behind it where there is something to know.
_WORKS: Final = "ok"


class LivenessResponse(BaseModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class ReadinessResponse(BaseModel):
    """Every component works."""

    status: Literal["ready"]
    components: dict[str, str]


class ServiceVersionResponse(BaseModel):
    """Which program this is."""

    name: str
    version: str


@router.get("/livez", operation_id="livez")
async def livez() -> LivenessResponse:
    """Say that the process runs."""
    return LivenessResponse()


@router.get(
    "/readyz", operation_id="readyz", response_model=ReadinessResponse, responses=problem_responses("unavailable")
)
@router.get(
    "/health", operation_id="health", response_model=ReadinessResponse, responses=problem_responses("unavailable")
)
async def readyz(request: Request, container: ContainerDependency) -> Response:
    """Say whether the service can work, component by component."""
    if container.stopping().is_announced:
        return _unready(request, "The service is about to end: send requests to another one.", {})
    checks: list[HealthCheck] = container.health_checks()
    states = dict(
        zip((check.component for check in checks), await asyncio.gather(*map(_state_of, checks)), strict=True)
    )
    failed = [f"{component}: {state}" for component, state in states.items() if not state.startswith(_WORKS)]
    if failed:
        return _unready(request, " ".join(failed), states)
    return JSONResponse(ReadinessResponse(status="ready", components=states).model_dump())


def _unready(request: Request, why: str, states: dict[str, str]) -> Response:
    return problem(request, "unavailable", why, headers={"Retry-After": "2"}, status_text="unready", components=states)


async def _state_of(check: HealthCheck) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            remark = await check.check()
    except ServiceUnavailableError as error:
        return str(error)
    except TimeoutError:
        return f"No answer within {_CHECK_SECONDS:g} seconds."
    return _WORKS if remark is None else f"{_WORKS}: {remark}"


@router.get("/version", operation_id="version")
async def get_version() -> ServiceVersionResponse:
    """Say which version of DocGen this is."""
    return ServiceVersionResponse(name="docgen", version=version("docgen"))
