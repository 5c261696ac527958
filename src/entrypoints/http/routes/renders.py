"""Renders."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from application.content_disposition import content_disposition
from application.defaults import RenderWishes
from application.ports.render_repository import RenderFilter
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.requested_renders import FinishedRender, RenderDocumentCommand
from domain.errors import InvalidRequestError
from domain.identifiers import RENDER_PREFIX, RenderId
from domain.render_request import MissingPolicy, RenderRequest, RenderStatus
from entrypoints.container import Container
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import (
    CallerDependency,
    ContainerDependency,
    Cursor,
    Limit,
)
from entrypoints.http.described_models import reference_to
from entrypoints.http.downloads import (
    DOCUMENT_RESPONSES,
    DOCUMENTS,
    DOWNLOAD_CODES,
    download_document,
    repr_digest,
)
from entrypoints.http.errors import ENGINE_CODES, UnsupportedBodyError, problem_responses
from entrypoints.http.forms import form_docs, read_upload_form
from entrypoints.http.idempotency import RenderedResponse, answer_of
from entrypoints.http.json_bodies import members_of, values_of
from entrypoints.http.links import address_of
from entrypoints.http.negotiation import RESPOND_ASYNC, accepted_document, prefers_async
from entrypoints.http.schemas.renders import (
    CreateLinkRequest,
    FileRenderBody,
    LinkResponse,
    RenderBody,
    RenderEnvelope,
    RenderListResponse,
    RenderResponse,
    RenderWishesBody,
)
from entrypoints.http.schemas.times import Time
from entrypoints.http.scope_headers import header_of
from entrypoints.http.time_limit import standing_still

router = guarded_router("renders", "/renders")

_Said = TypeVar("_Said", bound=RenderWishesBody)
_NO_DATA: Final = {
    "type": "missing_data",
    "loc": ("data",),
    "msg": "it is missing: give the template's data, an empty object if it needs none",
}
# What is said beside the data, in a part of a form.
_ENVELOPE_BYTES: Final = 100_000
# How long a client may wait for the end of a render with one request.
MAX_WAIT_SECONDS: Final = 60
# Of a link, without a body.
_USUAL_LINK: Final = CreateLinkRequest()

_RENDER_CODES = (
    "not-found",
    "not-acceptable",
    "not-published",
    "conflict",
    "expired",
    "data-invalid",
    "render-failed",
    "limit-exceeded",
    "template-invalid",
    "unsupported-output",
    "storage-full",
    "time-limit",
    *ENGINE_CODES,
)


@router.post(
    "",
    status_code=201,
    operation_id="create_render",
    response_model=RenderResponse,
    responses={
        200: {
            "description": 'The document itself, for an Accept header with its media type or "store": false',
            "content": DOCUMENTS,
        },
        202: {
            "description": "The record of a render that waits in the queue, for the header Prefer: respond-async",
            "model": RenderResponse,
        },
        **problem_responses(*_RENDER_CODES),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": reference_to(RenderBody)},
                "multipart/form-data": form_docs("RenderFileForm", ["request"], request=reference_to(FileRenderBody)),
            },
        }
    },
)
async def create_render(request: Request) -> Response:
    """Render a document: the answer is its record or, for an Accept header with its media type, the bytes.

    With the header `Prefer: respond-async` a worker makes the document, and the answer is the record of a render in the
    queue; that holds for what is stored, of a template of the workspace.
    """
    state = request.scope["state"]
    container: Container = state["container"]
    wish = await _read_wish(request, container.settings().limits.data_bytes)
    said = wish.said
    wants_bytes, output = accepted_document(header_of(request.scope, b"accept"), said.output, store=said.store)

    def respond(made: FinishedRender | RenderRequest) -> RenderedResponse:
        if isinstance(made, RenderRequest):
            return _as_record(made, 202, {"Preference-Applied": RESPOND_ASYNC})
        return _as_bytes(made, stored=said.store) if wants_bytes else _as_record(made.request, 201)

    command = RenderDocumentCommand(
        caller=state["caller"],
        template=wish.template,
        data=wish.data,
        version=wish.version,
        wishes=RenderWishes(
            output=output,
            locale=said.locale,
            timezone=said.timezone,
            now=said.now,
            missing=MissingPolicy(said.missing),
            file_name=said.file_name,
        ),
        store=said.store,
        expires_in=said.expires_in,
        deliver=tuple(each.webhook for each in said.deliver),
        answer=answer_of(request, respond),
    )
    if prefers_async(request.headers.getlist("prefer")) and said.store and isinstance(wish.template, str):
        return respond(await container.queue_render()(command))
    return respond(await container.render_document()(command))


@dataclass(frozen=True, slots=True)
class _Wish:
    """A request as it was read; its data is the text that it is in the body, since numbers and the order of keys count.

    `template` is a file that came with it, or names a template.
    """

    said: RenderWishesBody
    data: bytes
    template: str | TemplateUpload
    version: int | None = None


async def _read_wish(request: Request, max_data_bytes: int) -> _Wish:
    media_type = (header_of(request.scope, b"content-type") or "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        form = await read_upload_form(request, frozenset({"request"}), max_data_bytes + _ENVELOPE_BYTES)
        text = form.text("request")
        if text is None:
            raise InvalidRequestError("request", 'it is missing: give what JSON would say, at least {"data": {}}.')
        said, data = _split(text.encode(), RenderWishesBody)
        return _Wish(said, data, form.upload)
    if media_type != "application/json":
        raise UnsupportedBodyError(
            "Send the render as application/json (curl: -H 'Content-Type: application/json'), or as "
            "multipart/form-data with the parts 'file' and 'request' for a template that is not stored."
        )
    envelope, data = _split(await request.body(), RenderEnvelope)
    return _Wish(envelope, data, envelope.template, envelope.version)


def _split(body: bytes, model: type[_Said]) -> tuple[_Said, bytes]:
    """Return what a body says, and the text of its data."""
    members = members_of(body)
    data = members.pop("data", None)
    values = values_of(members)
    errors: list[Any] = [] if data is not None else [_NO_DATA]
    said = None
    try:
        said = model.model_validate(values)
    except ValidationError as error:
        errors += error.errors(include_url=False)
    if said is None or data is None:
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors])
    return said, bytes(data)


_NO_HEADERS: Final[dict[str, str]] = {}


def _as_record(request: RenderRequest, status: int, headers: dict[str, str] = _NO_HEADERS) -> RenderedResponse:
    return RenderedResponse(
        RenderResponse.of(request).model_dump_json(),
        status_code=status,
        media_type="application/json",
        headers={"Location": f"/v1/renders/{request.id}", **headers},
        render_id=request.id,
    )


def _as_bytes(finished: FinishedRender, *, stored: bool) -> RenderedResponse:
    headers = {
        "Content-Disposition": content_disposition(finished.document.file_name),
        "ETag": f'"{finished.document.sha256}"',
        "Repr-Digest": repr_digest(finished.document.sha256),
    }
    if stored:
        headers["Content-Location"] = f"/v1/renders/{finished.request.id}/document"
    return RenderedResponse(
        finished.content,
        media_type=finished.document.media_type,
        headers=headers,
        render_id=finished.request.id if stored else None,
        is_document=True,
    )


@router.get("", operation_id="list_renders", responses=problem_responses("bad-cursor", "not-found"))
async def list_renders(
    container: ContainerDependency,
    caller: CallerDependency,
    template: Annotated[str | None, Query(max_length=100, description="Id or slug.")] = None,
    status: Annotated[RenderStatus | None, Query()] = None,
    created_after: Annotated[Time | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RenderListResponse:
    """List renders, newest first."""
    after = decode_id_cursor(cursor, RENDER_PREFIX)
    template_id = None if template is None else (await container.read_templates().get(caller, template)).id
    found = await container.read_renders().search(
        caller,
        RenderFilter(template_id=template_id, status=status, created_after=created_after),
        limit=limit + 1,
        after=None if after is None else RenderId(after),
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    return RenderListResponse(
        data=[RenderResponse.of(render) for render in page],
        next_cursor=next_cursor,
    )


@router.get("/{render_id}", operation_id="get_render", responses=problem_responses("not-found", "queue-full"))
async def get_render(
    render_id: str,
    request: Request,
    container: ContainerDependency,
    caller: CallerDependency,
    wait: Annotated[
        float | None,
        Query(ge=0, le=MAX_WAIT_SECONDS, description="Answer when it has ended, or after so many seconds as it is."),
    ] = None,
) -> RenderResponse:
    """Return a render's state."""
    if wait:
        with standing_still(request.scope):
            return RenderResponse.of(await container.await_render()(caller, render_id, wait))
    return RenderResponse.of(await container.read_renders().get(caller, render_id))


@router.post(
    "/{render_id}/cancel",
    status_code=202,
    operation_id="cancel_render",
    response_model=RenderResponse,
    responses=problem_responses("not-found", "conflict"),
)
async def cancel_render(
    render_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Call a render off that has not ended."""
    answer = answer_of(request, _as_changed)
    return _as_changed(await container.cancel_render()(caller, render_id, answer))


@router.post(
    "/{render_id}/retry",
    status_code=202,
    operation_id="retry_render",
    response_model=RenderResponse,
    responses=problem_responses("not-found", "conflict"),
)
async def retry_render(
    render_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Put a render into the queue again that failed or was cancelled, with the same data and options."""
    answer = answer_of(request, _as_changed)
    return _as_changed(await container.retry_render()(caller, render_id, answer))


def _as_changed(made: FinishedRender | RenderRequest) -> RenderedResponse:
    return _as_record(made.request if isinstance(made, FinishedRender) else made, 202)


@router.delete(
    "/{render_id}",
    status_code=204,
    response_class=Response,
    operation_id="delete_render",
    responses=problem_responses("not-found", "conflict"),
)
async def delete_render(render_id: str, container: ContainerDependency, caller: CallerDependency) -> None:
    """Erase a render's data and document for good; its record stays, with their hashes."""
    await container.erase_render()(caller, render_id)


@router.post(
    "/{render_id}/links",
    status_code=201,
    operation_id="create_link",
    responses=problem_responses("not-found", "not-ready", "expired"),
)
async def create_link(
    render_id: str,
    request: Request,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    body: CreateLinkRequest = _USUAL_LINK,
) -> LinkResponse:
    """Make a link to a render's document that needs no key; it ends after `ttl` seconds, or with the document.

    Without a body it ends after an hour.
    """
    link = await container.link_document()(caller, render_id, body.ttl)
    url = address_of(link, request, container.settings().http)
    response.headers["Location"] = url
    return LinkResponse(url=url, expires_at=link.expires_at)


@router.get(
    "/{render_id}/document",
    operation_id="get_document",
    response_class=Response,
    responses={
        **DOCUMENT_RESPONSES,
        302: {"description": "The document is at `Location`, which needs no key (for `redirect=true`)"},
        **problem_responses("not-found", "not-ready", "expired", *DOWNLOAD_CODES),
    },
)
async def get_document(
    render_id: str,
    request: Request,
    container: ContainerDependency,
    caller: CallerDependency,
    redirect: Annotated[bool, Query(description="true: answer with a link to it that ends in a minute.")] = False,  # noqa: FBT002  # a query's parameter has a name
) -> Response:
    """Return a render's document."""
    if redirect:
        link = await container.link_document().redirect(caller, render_id)
        return RedirectResponse(address_of(link, request, container.settings().http), status_code=302)
    return await download_document(request, await container.get_document()(caller, render_id))
