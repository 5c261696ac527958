"""Batches."""

from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from application.content_disposition import content_disposition
from application.ports.batch_repository import BatchFilter
from application.use_cases.create_batch import CreateBatchCommand
from domain.batch import Batch, BatchStatus, ItemStatus, OnError
from domain.identifiers import BATCH_PREFIX, BatchId
from entrypoints.container import Container
from entrypoints.http.access import guarded_router
from entrypoints.http.batch_bodies import batch_body_docs, batch_wish
from entrypoints.http.cursors import decode_id_cursor, decode_number_cursor, page_of
from entrypoints.http.dependencies import (
    CallerDependency,
    ContainerDependency,
    Cursor,
    Limit,
    get_caller,
    get_container,
)
from entrypoints.http.downloads import begun, content_docs
from entrypoints.http.errors import ENGINE_CODES, problem_responses
from entrypoints.http.idempotency import RecordedResponse, recorded_answer_of
from entrypoints.http.routes.renders import MAX_WAIT_SECONDS
from entrypoints.http.schemas.batches import (
    BatchItemListResponse,
    BatchItemResponse,
    BatchListResponse,
    BatchResponse,
)
from entrypoints.http.schemas.times import Time
from entrypoints.http.time_limit import standing_still

router = guarded_router("batches", "/batches")

_ZIP: Final = "application/zip"
_CHANGE_RESPONSES = problem_responses("not-found", "conflict")


class _Answer:
    """Makes the answer about a batch, at the time at which it is asked for."""

    def __init__(self, container: Container) -> None:
        self._clock = container.clock()

    def __call__(self, batch: Batch) -> RecordedResponse:
        return RecordedResponse(
            BatchResponse.of(batch, self._clock.now()).model_dump_json(),
            status_code=202,
            media_type="application/json",
            headers={"Location": f"/v1/batches/{batch.id}"},
        )


@router.post(
    "",
    status_code=202,
    operation_id="create_batch",
    response_model=BatchResponse,
    responses=problem_responses(
        "not-found", "not-published", "rows-invalid", "unsupported-output", "storage-full", *ENGINE_CODES
    ),
    openapi_extra={"requestBody": batch_body_docs()},
)
async def create_batch(request: Request) -> Response:
    """Have a document made of each row: of `items`, or of a CSV, Excel or JSON file in the part `rows` of a form.

    All rows are checked first. With `"on_error": "continue"` those that cannot be rendered fail alone.
    """
    container, caller = await get_container(request), await get_caller(request)
    respond = _Answer(container)
    async with batch_wish(request) as wish:
        said = wish.said
        command = CreateBatchCommand(
            caller=caller,
            template=said.template,
            version=said.version,
            rows=wish.rows,
            row_wishes=said.row_wishes(),
            wishes=said.wishes(),
            on_error=OnError(said.on_error),
            expires_in=said.expires_in,
            answer=recorded_answer_of(request, respond),
        )
        # A file has limits of its own, of which none depends on how many rows there are.
        with standing_still(request.scope):
            return respond(await container.create_batch()(command))


@router.get("", operation_id="list_batches", responses=problem_responses("bad-cursor", "not-found"))
async def list_batches(
    container: ContainerDependency,
    caller: CallerDependency,
    template: Annotated[str | None, Query(max_length=100, description="Id or slug.")] = None,
    status: Annotated[BatchStatus | None, Query()] = None,
    created_after: Annotated[Time | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> BatchListResponse:
    """List batches, newest first."""
    after = decode_id_cursor(cursor, BATCH_PREFIX)
    template_id = None if template is None else (await container.read_templates().get(caller, template)).id
    found = await container.read_batches().search(
        caller,
        BatchFilter(template_id=template_id, status=status, created_after=created_after),
        limit=limit + 1,
        after=None if after is None else BatchId(after),
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    now = container.clock().now()
    return BatchListResponse(data=[BatchResponse.of(batch, now) for batch in page], next_cursor=next_cursor)


@router.get("/{batch_id}", operation_id="get_batch", responses=problem_responses("not-found", "queue-full"))
async def get_batch(
    batch_id: str,
    request: Request,
    container: ContainerDependency,
    caller: CallerDependency,
    wait: Annotated[
        float | None,
        Query(ge=0, le=MAX_WAIT_SECONDS, description="Answer when it has ended, or after so many seconds as it is."),
    ] = None,
) -> BatchResponse:
    """Return a batch and how far it has come."""
    if wait:
        with standing_still(request.scope):
            batch = await container.await_batch()(caller, batch_id, wait)
    else:
        batch = await container.read_batches().get(caller, batch_id)
    return BatchResponse.of(batch, container.clock().now())


@router.get(
    "/{batch_id}/items",
    operation_id="list_batch_items",
    responses=problem_responses("bad-cursor", "not-found", "expired"),
)
async def list_batch_items(
    batch_id: str,
    container: ContainerDependency,
    caller: CallerDependency,
    status: Annotated[ItemStatus | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> BatchItemListResponse:
    """List the rows of a batch in their order, with their documents or the reasons why there are none."""
    after = decode_number_cursor(cursor) or 0
    found = await container.read_batches().items(caller, batch_id, status, limit=limit + 1, after=after)
    page, next_cursor = page_of(found, limit, lambda each: str(each.number))
    return BatchItemListResponse(data=[BatchItemResponse.of(item) for item in page], next_cursor=next_cursor)


@router.get(
    "/{batch_id}/archive",
    operation_id="get_batch_archive",
    response_class=Response,
    responses={
        200: {"description": "The documents", "content": content_docs(_ZIP)},
        **problem_responses("not-found", "conflict", "expired"),
    },
)
async def get_batch_archive(batch_id: str, container: ContainerDependency, caller: CallerDependency) -> Response:
    """Return a zip with all documents of a batch that has ended, in the order of their rows.

    It is made while it is sent. Names that come twice get a number; documents that were deleted are not in it.
    """
    archive = await container.archive_batch()(caller.workspace_id, batch_id)
    headers = {"Content-Disposition": content_disposition(archive.file_name)}
    return StreamingResponse(await begun(archive.pieces), media_type=_ZIP, headers=headers)


@router.post(
    "/{batch_id}/pause",
    status_code=202,
    operation_id="pause_batch",
    response_model=BatchResponse,
    responses=_CHANGE_RESPONSES,
)
async def pause_batch(
    batch_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Begin no other row until the batch is resumed; what workers have in hand is finished."""
    respond = _Answer(container)
    return respond(await container.change_batch().pause(caller, batch_id, recorded_answer_of(request, respond)))


@router.post(
    "/{batch_id}/resume",
    status_code=202,
    operation_id="resume_batch",
    response_model=BatchResponse,
    responses=_CHANGE_RESPONSES,
)
async def resume_batch(
    batch_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Go on with a batch that is paused."""
    respond = _Answer(container)
    return respond(await container.change_batch().resume(caller, batch_id, recorded_answer_of(request, respond)))


@router.post(
    "/{batch_id}/cancel",
    status_code=202,
    operation_id="cancel_batch",
    response_model=BatchResponse,
    responses=_CHANGE_RESPONSES,
)
async def cancel_batch(
    batch_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Call a batch off: no other document is made, those that are made stay."""
    respond = _Answer(container)
    return respond(await container.change_batch().cancel(caller, batch_id, recorded_answer_of(request, respond)))


@router.post(
    "/{batch_id}/retry-failed",
    status_code=202,
    operation_id="retry_failed_rows",
    response_model=BatchResponse,
    responses=_CHANGE_RESPONSES,
)
async def retry_failed_rows(
    batch_id: str, request: Request, container: ContainerDependency, caller: CallerDependency
) -> Response:
    """Try the rows of a batch that has ended again which have no document, with the same data, options and version.

    Rows that could not be read stay as they are: correct them, and send them as a new batch.
    """
    respond = _Answer(container)
    return respond(await container.change_batch().retry_failed(caller, batch_id, recorded_answer_of(request, respond)))


@router.delete(
    "/{batch_id}",
    status_code=204,
    response_class=Response,
    operation_id="delete_batch",
    responses=_CHANGE_RESPONSES,
)
async def delete_batch(batch_id: str, container: ContainerDependency, caller: CallerDependency) -> None:
    """Erase the rows and documents of a batch that has ended; its record stays, with counts and times."""
    await container.change_batch().erase(caller, batch_id)
