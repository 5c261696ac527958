"""Renders."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from application.defaults import RenderWishes
from application.ports.render_repository import RenderFilter
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.render_document import FinishedRender, RenderDocumentCommand
from domain.errors import InvalidRequestError
from domain.identifiers import RENDER_PREFIX, RenderId
from domain.render_request import MissingPolicy, RenderStatus
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import (
    CallerDependency,
    ContainerDependency,
    Cursor,
    Limit,
    get_caller,
    get_container,
)
from entrypoints.http.downloads import DOWNLOAD_CODES, content_disposition, download, repr_digest
from entrypoints.http.errors import ENGINE_CODES, MalformedRequestError, UnsupportedBodyError, problem_responses
from entrypoints.http.forms import read_upload_form
from entrypoints.http.idempotency import RenderedResponse, answer_of
from entrypoints.http.negotiation import accepted_document
from entrypoints.http.schemas.renders import (
    FileRenderBody,
    RenderBody,
    RenderEnvelope,
    RenderListResponse,
    RenderResponse,
    RenderWishesBody,
)
from entrypoints.http.schemas.times import Time

router = guarded_router("renders", "/renders")

_envelope_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])

_Said = TypeVar("_Said", bound=RenderWishesBody)
# What is said beside the data, in a part of a form.
_ENVELOPE_BYTES: Final = 100_000

_RENDER_CODES = (
    "malformed-request",
    "not-found",
    "not-acceptable",
    "not-published",
    "expired",
    "payload-too-large",
    "unsupported-media-type",
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
        200: {"description": 'The document itself, for an Accept header with its media type or "store": false'},
        **problem_responses(*_RENDER_CODES),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": RenderBody.model_json_schema()},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file", "request"],
                        "properties": {
                            "file": {"type": "string", "format": "binary", "description": "A template, not stored."},
                            "request": FileRenderBody.model_json_schema(),
                        },
                    },
                    "encoding": {"request": {"contentType": "application/json"}},
                },
            },
        }
    },
)
async def create_render(request: Request) -> Response:
    """Render a document: the answer is its record or, for an Accept header with its media type, the bytes."""
    container, caller = await get_container(request), await get_caller(request)
    wish = await _read_wish(request, container.settings().limits.data_bytes)
    said = wish.said
    wants_bytes, output = accepted_document(request.headers.get("accept"), said.output, store=said.store)

    def respond(finished: FinishedRender) -> RenderedResponse:
        return _as_bytes(finished, stored=said.store) if wants_bytes else _as_record(finished)

    finished = await container.render_document()(
        RenderDocumentCommand(
            caller=caller,
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
            answer=answer_of(request, respond),
        )
    )
    return respond(finished)


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
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
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
    try:
        raw = _envelope_decoder.decode(body)
        data = raw.pop("data", None)
        values: dict[str, Any] = {name: msgspec.json.decode(value) for name, value in raw.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequestError(f"The body is not a JSON object: {error}.") from None
    if data is None:
        raise InvalidRequestError("data", "it is missing: give the template's data, an empty object if it needs none.")
    try:
        return model.model_validate(values), bytes(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _as_record(finished: FinishedRender) -> RenderedResponse:
    return RenderedResponse(
        RenderResponse.of(finished.request).model_dump_json(),
        status_code=201,
        media_type="application/json",
        headers={"Location": f"/v1/renders/{finished.request.id}"},
        render_id=finished.request.id,
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


@router.get("/{render_id}", operation_id="get_render", responses=problem_responses("not-found"))
async def get_render(render_id: str, container: ContainerDependency, caller: CallerDependency) -> RenderResponse:
    """Return a render's state."""
    return RenderResponse.of(await container.read_renders().get(caller, render_id))


@router.delete(
    "/{render_id}",
    status_code=204,
    operation_id="delete_render",
    responses=problem_responses("not-found", "conflict"),
)
async def delete_render(render_id: str, container: ContainerDependency, caller: CallerDependency) -> None:
    """Erase a render's data and document for good; its record stays, with their hashes."""
    await container.erase_render()(caller, render_id)


@router.get(
    "/{render_id}/document",
    operation_id="get_document",
    response_class=Response,
    responses={
        200: {"description": "The document", "content": {"application/octet-stream": {}}},
        206: {"description": "The range of it that was asked for"},
        304: {"description": "The client has it"},
        **problem_responses("not-found", "not-ready", "expired", *DOWNLOAD_CODES),
    },
)
async def get_document(
    render_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Return a render's document."""
    stored = await container.get_document()(caller, render_id)
    return await download(
        request,
        stream=stored.stream,
        size=stored.document.size,
        sha256=stored.document.sha256,
        media_type=stored.document.media_type,
        file_name=stored.document.file_name,
    )
