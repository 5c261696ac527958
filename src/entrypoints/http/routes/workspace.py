"""The caller's workspace."""

from starlette.requests import Request
from starlette.responses import Response

from application.use_cases.configure_workspace import ConfigureWorkspaceCommand
from entrypoints.http.access import guarded_router
from entrypoints.http.conditional import IF_MATCH_REQUIRED_DOCS, NOT_MODIFIED, TagsRequired, answer
from entrypoints.http.dependencies import CallerDependency, ContainerDependency
from entrypoints.http.errors import problem_responses
from entrypoints.http.schemas.workspace import ConfigureWorkspaceRequest, WorkspaceResponse

router = guarded_router("workspace", "/workspace")


@router.get("", operation_id="get_workspace", response_model=WorkspaceResponse, responses=NOT_MODIFIED)
async def get_workspace(request: Request, container: ContainerDependency, caller: CallerDependency) -> Response:
    """Return the caller's workspace: what it has chosen, and what is in force."""
    found = await container.read_workspace()(caller)
    return answer(request, WorkspaceResponse.of(found), f'"{found.tag}"')


@router.patch(
    "",
    operation_id="configure_workspace",
    responses=problem_responses(
        "precondition-failed",
        "precondition-required",
    ),
    openapi_extra={"parameters": [IF_MATCH_REQUIRED_DOCS]},
)
async def configure_workspace(
    body: ConfigureWorkspaceRequest,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: TagsRequired,
) -> WorkspaceResponse:
    """Choose locale, time zone, retention and limits of the workspace, for the renders to come."""
    command = ConfigureWorkspaceCommand(caller, body.changes(), seen)
    found = await container.configure_workspace()(command)
    response.headers["ETag"] = f'"{found.tag}"'
    return WorkspaceResponse.of(found)
