"""Templates."""

from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from application.defaults import RenderWishes
from application.ports.template_repository import TemplateFilter
from application.use_cases.archive_template import ArchiveTemplateCommand
from application.use_cases.publish_version import PublishVersionCommand
from application.use_cases.purge_template import PurgeTemplateCommand
from application.use_cases.register_template import RegisterTemplateCommand
from application.use_cases.update_template import UpdateTemplateCommand
from application.use_cases.validate_template import ValidateTemplateCommand
from domain.errors import InvalidRequestError
from domain.formats import TemplateFormat
from domain.identifiers import TEMPLATE_PREFIX, TemplateId
from domain.template import Template
from entrypoints.http.access import guarded_router
from entrypoints.http.conditional import (
    IF_MATCH_DOCS,
    IF_MATCH_REQUIRED_DOCS,
    NOT_MODIFIED,
    SeenIfGiven,
    SeenRequired,
    answer,
    etag_of,
)
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import (
    CallerDependency,
    ContainerDependency,
    Cursor,
    Limit,
)
from entrypoints.http.errors import ENGINE_CODES, problem_responses
from entrypoints.http.forms import multipart_docs, read_upload_form
from entrypoints.http.schemas.templates import (
    DESCRIPTION,
    LOCALE,
    NAME,
    SLUG,
    TAGS,
    TIMEZONE,
    PublishRequest,
    RegisteredTemplateResponse,
    TemplateListResponse,
    TemplateResponse,
    UpdateTemplateRequest,
    ValidationResponse,
)

router = guarded_router("templates", "/templates")

# PostgreSQL has no texts with a NUL character; the repository refuses them in a sentence of its own.
_STORABLE: Final = {"pattern": r"^[^\u0000]*$"}
_CONDITION_CODES = ("precondition-failed", "precondition-required")


@router.post(
    "",
    status_code=201,
    operation_id="register_template",
    responses=problem_responses(*ENGINE_CODES, "slug-taken", "template-invalid", "storage-full"),
    openapi_extra=multipart_docs(
        "RegisterTemplateForm",
        name={**NAME, "description": "Default: the file's name without its extension."},
        slug={**SLUG, "description": "Its name in addresses; default: made of the name."},
        description=DESCRIPTION,
        tags={**TAGS, "description": "Words to find it by; one part each, or with commas between them."},
        locale=LOCALE,
        publish={"type": "boolean", "default": False, "description": "Renders may use it at once."},
    ),
)
async def register_template(
    request: Request, response: Response, container: ContainerDependency, caller: CallerDependency
) -> RegisteredTemplateResponse:
    """Register a template with its first version; one that cannot work is refused with all findings."""
    form = await read_upload_form(request, frozenset({"name", "slug", "description", "tags", "locale", "publish"}))
    template, version = await container.register_template()(
        RegisterTemplateCommand(
            caller=caller,
            upload=form.upload,
            name=form.text("name") or form.upload.file_name.rpartition(".")[0],
            slug=form.filled("slug"),
            description=form.text("description") or "",
            tags=form.texts("tags"),
            locale=form.filled("locale"),
            publish=form.flag("publish"),
        )
    )
    response.headers["Location"] = f"/v1/templates/{template.id}"
    response.headers["ETag"] = etag_of(template)
    return RegisteredTemplateResponse.of_registration(template, version)


@router.post(
    "/validate",
    operation_id="validate_template",
    responses=problem_responses(*ENGINE_CODES, "storage-full"),
    openapi_extra=multipart_docs(
        "ValidateTemplateForm",
        data={"type": "object", "additionalProperties": True, "description": "Data to try the template with."},
        locale=LOCALE,
        timezone=TIMEZONE,
    ),
)
async def validate_template(
    request: Request, container: ContainerDependency, caller: CallerDependency
) -> ValidationResponse:
    """Say what a template needs and what is wrong with it; nothing is stored."""
    max_bytes = container.settings().limits.data_bytes
    form = await read_upload_form(request, frozenset({"data", "locale", "timezone"}), max_field_bytes=max_bytes)
    data = form.text("data")
    report = await container.validate_template()(
        ValidateTemplateCommand(
            upload=form.upload,
            data=None if data is None else data.encode(),
            wishes=RenderWishes(locale=form.filled("locale"), timezone=form.filled("timezone")),
            workspace_id=caller.workspace_id,
        )
    )
    return ValidationResponse.of(report)


@router.get("", operation_id="list_templates", responses=problem_responses("bad-cursor"))
async def list_templates(
    container: ContainerDependency,
    caller: CallerDependency,
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Words, or parts of them, of name, slug, tags or description, in any order.",
            json_schema_extra=_STORABLE,
        ),
    ] = None,
    tag: Annotated[str | None, Query(max_length=50, json_schema_extra=_STORABLE)] = None,
    format: Annotated[TemplateFormat | None, Query()] = None,  # noqa: A002  # the parameter's name in the API
    archived: Annotated[bool, Query(description="List the archived ones instead of the active ones.")] = False,  # noqa: FBT002
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TemplateListResponse:
    """List templates, newest first."""
    after = decode_id_cursor(cursor, TEMPLATE_PREFIX)
    found = await container.read_templates().search(
        caller,
        TemplateFilter(text=q, tag=tag, format=format, archived=archived),
        limit=limit + 1,
        after=None if after is None else TemplateId(after),
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    return TemplateListResponse(
        data=[TemplateResponse.of(template) for template in page],
        next_cursor=next_cursor,
    )


@router.get(
    "/{template}",
    operation_id="get_template",
    response_model=TemplateResponse,
    responses={**NOT_MODIFIED, **problem_responses("not-found")},
)
async def get_template(
    template: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return a template by id or slug."""
    found = await container.read_templates().get(caller, template)
    return answer(request, TemplateResponse.of(found), etag_of(found))


@router.patch(
    "/{template}",
    operation_id="update_template",
    responses=problem_responses(
        "not-found",
        "conflict",
        "slug-taken",
        *_CONDITION_CODES,
    ),
    openapi_extra={"parameters": [IF_MATCH_REQUIRED_DOCS]},
)
async def update_template(
    template: str,
    body: UpdateTemplateRequest,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: SeenRequired,
) -> TemplateResponse:
    """Change a template's metadata."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    for name, value in changes.items():
        if value is None and name != "locale":
            raise InvalidRequestError(name, "null is no value for it; leave the field out to keep what is there.")
    if "tags" in changes:
        changes["tags"] = tuple(dict.fromkeys(changes["tags"]))
    command = UpdateTemplateCommand(caller, template, changes, seen=seen)
    return _shown(await container.update_template()(command), response)


@router.delete(
    "/{template}",
    status_code=204,
    response_class=Response,
    operation_id="archive_template",
    responses=problem_responses("not-found", *_CONDITION_CODES),
    openapi_extra={"parameters": [IF_MATCH_REQUIRED_DOCS]},
)
async def archive_template(
    template: str,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: SeenRequired,
    purge: Annotated[  # noqa: FBT002  # a query's parameter has a name
        bool,
        Query(
            description="true: erase the template for good, with its versions and those of their files that nothing "
            "else uses. Its slug is free again. Renders that were made of it stay until they expire or are deleted."
        ),
    ] = False,
) -> None:
    """Archive a template: it leaves the lists, keeps its slug, and renders by explicit version only. Or erase it."""
    if purge:
        await container.purge_template()(PurgeTemplateCommand(caller, template, seen))
    else:
        await container.archive_template()(ArchiveTemplateCommand(caller, template, seen=seen))


@router.post(
    "/{template}/restore",
    operation_id="restore_template",
    responses=problem_responses("not-found", "precondition-failed"),
    openapi_extra={"parameters": [IF_MATCH_DOCS]},
)
async def restore_template(
    template: str,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: SeenIfGiven,
) -> TemplateResponse:
    """Bring an archived template back."""
    command = ArchiveTemplateCommand(caller, template, restore=True, seen=seen)
    return _shown(await container.archive_template()(command), response)


@router.post(
    "/{template}/publish",
    operation_id="publish_version",
    responses=problem_responses(
        "not-found",
        "conflict",
        "breaking-schema-change",
        "precondition-failed",
    ),
    openapi_extra={"parameters": [IF_MATCH_DOCS]},
)
async def publish_version(
    template: str,
    body: PublishRequest,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    seen: SeenIfGiven,
) -> TemplateResponse:
    """Publish a version, or go back to an older one; what breaks callers of the published one is refused."""
    command = PublishVersionCommand(caller, template, body.version, seen, allow_breaking=body.allow_breaking)
    return _shown(await container.publish_version()(command), response)


def _shown(template: Template, response: Response) -> TemplateResponse:
    response.headers["ETag"] = etag_of(template)
    return TemplateResponse.of(template)
