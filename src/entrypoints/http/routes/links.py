"""Documents for whoever has a link to them: the one way to what a workspace has that asks for no key."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from application.content_disposition import content_disposition
from application.ports.document_links import ArchiveTicket
from entrypoints.http.dependencies import ContainerDependency
from entrypoints.http.downloads import (
    DOCUMENTS,
    DOWNLOAD_CODES,
    begun,
    content_docs,
    download_document,
    download_responses,
)
from entrypoints.http.errors import problem_responses

_ZIP: Final = "application/zip"
_RESPONSES: Final = download_responses("The document, or the archive", {**DOCUMENTS, **content_docs(_ZIP)})

router = APIRouter(prefix="/links", tags=["links"])


@router.get(
    "/{token}",
    operation_id="open_link",
    response_class=Response,
    responses={**_RESPONSES, **problem_responses("not-found", "expired", "rate-limited", *DOWNLOAD_CODES)},
)
async def open_link(token: str, request: Request, container: ContainerDependency) -> Response:
    """Return the document of a link that `POST /v1/renders/{id}/links` has made, or the archive of one from Slack."""
    links = container.open_link()
    ticket = links.ticket(token)
    if isinstance(ticket, ArchiveTicket):
        await container.rate_limiter().admit(ticket.workspace_id, f"link:{ticket.batch_id}")
        archive = await container.archive_batch()(ticket.workspace_id, ticket.batch_id)
        headers = {"Content-Disposition": content_disposition(archive.file_name)}
        return StreamingResponse(await begun(archive.pieces), media_type=_ZIP, headers=headers)
    await container.rate_limiter().admit(ticket.workspace_id, f"link:{ticket.render_id}")
    return await download_document(request, await links.document(ticket))
