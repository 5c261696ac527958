"""API keys, and who the caller is."""

from starlette.responses import Response

from application.use_cases.manage_api_keys import CreateApiKeyCommand
from domain.identifiers import API_KEY_PREFIX, ApiKeyId
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import CallerDependency, ContainerDependency, Cursor, Limit
from entrypoints.http.errors import problem_responses
from entrypoints.http.schemas.api_keys import (
    ApiKeyListResponse,
    ApiKeyResponse,
    CreateApiKeyRequest,
    CreatedApiKeyResponse,
    MeResponse,
)

router = guarded_router("access")


@router.post(
    "/api-keys",
    status_code=201,
    operation_id="create_api_key",
    responses=problem_responses("conflict"),
)
async def create_api_key(
    body: CreateApiKeyRequest, response: Response, container: ContainerDependency, caller: CallerDependency
) -> CreatedApiKeyResponse:
    """Create a key for this workspace; its secret is in this answer and never again in another one."""
    command = CreateApiKeyCommand(caller, body.name, body.scopes, body.expires_in)
    key, secret = await container.manage_api_keys().create(command)
    response.headers["Location"] = f"/v1/api-keys/{key.id}"
    response.headers["Cache-Control"] = "no-store"
    return CreatedApiKeyResponse.of_creation(key, secret, container.clock().now())


@router.get("/api-keys", operation_id="list_api_keys", responses=problem_responses("bad-cursor"))
async def list_api_keys(
    container: ContainerDependency, caller: CallerDependency, limit: Limit = 50, cursor: Cursor = None
) -> ApiKeyListResponse:
    """List the workspace's keys, newest first, revoked and expired ones among them."""
    after = decode_id_cursor(cursor, API_KEY_PREFIX)
    found = await container.manage_api_keys().search(
        caller, limit=limit + 1, after=None if after is None else ApiKeyId(after)
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    now = container.clock().now()
    return ApiKeyListResponse(
        data=[ApiKeyResponse.of(key, now) for key in page],
        next_cursor=next_cursor,
    )


@router.delete(
    "/api-keys/{key_id}",
    status_code=204,
    response_class=Response,
    operation_id="revoke_api_key",
    responses=problem_responses("not-found"),
)
async def revoke_api_key(key_id: str, container: ContainerDependency, caller: CallerDependency) -> None:
    """Revoke a key: from now on it opens nothing, on every server."""
    await container.manage_api_keys().revoke(caller, key_id)


@router.get("/me", operation_id="get_me")
async def get_me(caller: CallerDependency) -> MeResponse:
    """Say who the caller is, and what it may do."""
    return MeResponse.of(caller)
