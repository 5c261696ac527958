"""Assets: images and Word pieces for templates."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from application.use_cases.keep_asset import KeepAssetCommand
from domain.asset import MEDIA_TYPES
from entrypoints.http.access import guarded_router
from entrypoints.http.conditional import IF_MATCH_DOCS, IF_NONE_MATCH_DOCS, AssetConditionDependency
from entrypoints.http.cursors import decode_name_cursor, page_of
from entrypoints.http.dependencies import CallerDependency, ContainerDependency, Cursor, Limit
from entrypoints.http.downloads import DOWNLOAD_CODES, content_docs, download, download_responses
from entrypoints.http.errors import ENGINE_CODES, UnsupportedBodyError, problem_responses
from entrypoints.http.schemas.assets import AssetListResponse, AssetResponse

router = guarded_router("assets", "/assets")

_FILES = content_docs(*MEDIA_TYPES)
_ANY_FILE = content_docs("application/octet-stream")
_Name = Annotated[str, Path(description="With the extension of an image or of a Word file.")]


@router.get("", operation_id="list_assets", responses=problem_responses("bad-cursor"))
async def list_assets(
    container: ContainerDependency, caller: CallerDependency, limit: Limit = 50, cursor: Cursor = None
) -> AssetListResponse:
    """List the assets by name."""
    after = decode_name_cursor(cursor)
    found = await container.read_assets().search(caller, limit=limit + 1, after=after)
    page, next_cursor = page_of(found, limit, lambda each: each.name)
    return AssetListResponse(
        data=[AssetResponse.of(asset) for asset in page],
        next_cursor=next_cursor,
    )


@router.put(
    "/{name}",
    status_code=201,
    operation_id="put_asset",
    responses={
        200: {"model": AssetResponse, "description": "The file took the place of the one before"},
        **problem_responses("precondition-failed", "storage-full", *ENGINE_CODES),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": _ANY_FILE},
        "parameters": [IF_MATCH_DOCS, IF_NONE_MATCH_DOCS],
    },
)
async def put_asset(
    name: _Name,
    request: Request,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    condition: AssetConditionDependency,
) -> AssetResponse:
    """Keep a file under a name: the body is the file itself, an image or a Word file by its contents."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise UnsupportedBodyError("Send the file itself as the body, and no form (curl: -T logo.png).")
    kept = await container.keep_asset()(KeepAssetCommand(caller, name, await request.body(), condition))
    response.status_code = 201 if kept.created else 200
    response.headers["Location"] = f"/v1/assets/{quote(kept.asset.name)}"
    response.headers["ETag"] = f'"{kept.asset.sha256}"'
    return AssetResponse.of(kept.asset)


@router.get(
    "/{name}",
    operation_id="get_asset",
    response_class=Response,
    responses={
        **download_responses("The file", _FILES),
        **problem_responses("not-found", *DOWNLOAD_CODES),
    },
)
async def get_asset(
    name: _Name, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return the file."""
    reader = container.read_assets()
    asset = await reader.get(caller, name)
    content = await reader.content(asset)

    async def stream(start: int, end: int | None) -> AsyncIterator[bytes]:
        yield content[start:end]

    return await download(
        request,
        stream=stream,
        size=asset.size,
        sha256=asset.sha256,
        media_type=asset.media_type,
        file_name=asset.name,
    )


@router.delete(
    "/{name}",
    status_code=204,
    response_class=Response,
    operation_id="delete_asset",
    responses=problem_responses("not-found", "precondition-failed"),
    openapi_extra={"parameters": [IF_MATCH_DOCS]},
)
async def delete_asset(
    name: _Name, container: ContainerDependency, caller: CallerDependency, condition: AssetConditionDependency
) -> None:
    """Delete the file; documents that name it fail from now on."""
    await container.delete_asset()(caller, name, condition)
