"""Versions of templates."""

import json
from typing import Annotated, Any

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from application.use_cases.add_version import AddVersionCommand
from application.use_cases.refine_schema import RefineSchemaCommand
from domain.formats import OutputFormat, TemplateFormat
from domain.sample import sample_of
from entrypoints.http.access import guarded_router
from entrypoints.http.conditional import IF_MATCH_DOCS, NOT_MODIFIED, SeenIfGiven, answer, etag_of_schema, seen_tags
from entrypoints.http.cursors import decode_number_cursor, page_of
from entrypoints.http.dependencies import (
    CallerDependency,
    ContainerDependency,
    Cursor,
    InDigits,
    Limit,
)
from entrypoints.http.downloads import DOWNLOAD_CODES, content_docs, download, download_responses
from entrypoints.http.errors import ENGINE_CODES, problem_responses
from entrypoints.http.forms import multipart_docs, read_upload_form
from entrypoints.http.json_bodies import read_json
from entrypoints.http.schemas.refinements import SCHEMA_REFINEMENT
from entrypoints.http.schemas.templates import (
    PlaceholderBody,
    PlaceholderListResponse,
    VersionListResponse,
    VersionResponse,
)

router = guarded_router("versions", "/templates/{template}/versions")

_FILES = content_docs(*(OutputFormat(each).media_type for each in TemplateFormat))
Number = Annotated[int, Path(ge=1, le=2_147_483_647), InDigits]


@router.post(
    "",
    status_code=201,
    operation_id="add_version",
    responses={
        200: {"model": VersionResponse, "description": "The template has these bytes already"},
        **problem_responses(
            "not-found",
            "conflict",
            "breaking-schema-change",
            "precondition-failed",
            "template-invalid",
            "storage-full",
            *ENGINE_CODES,
        ),
    },
    openapi_extra={
        "parameters": [IF_MATCH_DOCS],
        **multipart_docs(
            "AddVersionForm",
            publish={"type": "boolean", "default": False, "description": "Renders use it from now on."},
            allow_breaking={
                "type": "boolean",
                "default": False,
                "description": "Publish also what refuses data that the published version takes.",
            },
        ),
    },
)
async def add_version(
    template: str,
    request: Request,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: SeenIfGiven,
) -> VersionResponse:
    """Add a version; the same bytes give the existing one."""
    form = await read_upload_form(request, frozenset({"publish", "allow_breaking"}))
    added = await container.add_version()(
        AddVersionCommand(
            caller,
            template,
            form.upload,
            publish=form.flag("publish"),
            allow_breaking=form.flag("allow_breaking"),
            seen=seen,
        )
    )
    response.status_code = 201 if added.created else 200
    response.headers["Location"] = f"/v1/templates/{added.template.id}/versions/{added.version.number}"
    return VersionResponse.of(added.version)


@router.get(
    "",
    operation_id="list_versions",
    response_model=VersionListResponse,
    responses={**NOT_MODIFIED, **problem_responses("not-found", "bad-cursor")},
)
async def list_versions(
    template: str,
    request: Request,
    container: ContainerDependency,
    caller: CallerDependency,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List a template's versions, the newest first."""
    before = decode_number_cursor(cursor)
    found = await container.read_templates().versions(caller, template, limit=limit + 1, before=before)
    page, next_cursor = page_of(found, limit, lambda each: str(each.number))
    shown = VersionListResponse(
        data=[VersionResponse.of(version) for version in page],
        next_cursor=next_cursor,
    )
    return answer(request, shown)


@router.get(
    "/{number}",
    operation_id="get_version",
    response_model=VersionResponse,
    responses={**NOT_MODIFIED, **problem_responses("not-found")},
)
async def get_version(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return one version."""
    return answer(request, VersionResponse.of(await container.read_templates().version(caller, template, number)))


@router.get(
    "/{number}/file",
    operation_id="get_version_file",
    response_class=Response,
    responses={
        **download_responses("The file as it was uploaded", _FILES),
        **problem_responses("not-found", *DOWNLOAD_CODES),
    },
)
async def get_version_file(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return the bytes of a version, as they were uploaded."""
    reader = container.read_templates()
    version = await reader.version(caller, template, number)
    extension = version.file_name.rpartition(".")[2].lower().replace("markdown", "md")
    return await download(
        request,
        stream=lambda start, end: reader.stream_file(caller, version, start, end),
        size=version.size,
        sha256=version.sha256,
        media_type=OutputFormat(extension).media_type,
        file_name=version.file_name,
    )


@router.get(
    "/{number}/schema",
    operation_id="get_version_schema",
    response_model=dict[str, Any],
    responses={**NOT_MODIFIED, **problem_responses("not-found")},
)
async def get_version_schema(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return the JSON Schema (2020-12) of a version's data; the order of properties is the order of use."""
    version = await container.read_templates().version(caller, template, number)
    schema = version.refined_schema()
    return answer(request, schema, etag_of_schema(schema))


@router.put(
    "/{number}/schema",
    operation_id="put_version_schema",
    response_model=dict[str, Any],
    responses=problem_responses(
        "not-found",
        "conflict",
        "precondition-failed",
        "schema-invalid",
    ),
    openapi_extra={
        "parameters": [IF_MATCH_DOCS],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SCHEMA_REFINEMENT}},
        },
    },
)
async def put_version_schema(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Say more about a version's data: titles, types, choices, limits, defaults, what is required.

    The body is the schema with changes, or those parts of it that change; it takes the place of what was said before,
    and an empty object takes everything back. Renders refuse data that does not fit a type, choice or limit said here,
    and use the defaults; versions that are uploaded later inherit what still fits them. For the published version the
    key needs the scope templates:publish, too.
    """
    said = await read_json(request)
    command = RefineSchemaCommand(caller, template, number, said, seen_tags(request))
    schema = await container.refine_schema()(command)
    return Response(
        json.dumps(schema, ensure_ascii=False), media_type="application/json", headers={"ETag": etag_of_schema(schema)}
    )


@router.get(
    "/{number}/placeholders",
    operation_id="get_version_placeholders",
    response_model=PlaceholderListResponse,
    responses={**NOT_MODIFIED, **problem_responses("not-found")},
)
async def get_version_placeholders(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return what a version needs, and where it uses it."""
    version = await container.read_templates().version(caller, template, number)
    shown = [PlaceholderBody.of(placeholder) for placeholder in version.refined_placeholders()]
    return answer(request, PlaceholderListResponse(data=shown))


@router.get(
    "/{number}/sample",
    operation_id="get_version_sample",
    response_model=dict[str, Any],
    responses={**NOT_MODIFIED, **problem_responses("not-found")},
)
async def get_version_sample(
    template: str, number: Number, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return sample data that the version renders with."""
    version = await container.read_templates().version(caller, template, number)
    return answer(request, sample_of(version.refined_schema()))
