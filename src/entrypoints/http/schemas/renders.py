"""Bodies about renders."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field
from typing_extensions import override

from application.use_cases.link_document import DEFAULT_LINK_SECONDS, MAX_LINK_SECONDS
from domain.formats import OutputFormat
from domain.render_request import RenderRequest, RenderStatus
from entrypoints.http.schemas.problem import DiagnosticBody
from entrypoints.http.schemas.request_body import RequestBody
from entrypoints.http.schemas.times import Time


class RenderDelivery(RequestBody):
    """Who is told of a render's end."""

    webhook: Annotated[str, Field(max_length=100, description="Id of a webhook, which hears of it in any case.")]


class RenderWishesBody(RequestBody):
    """What may be said about a render, whatever is rendered."""

    output: Annotated[str | None, Field(max_length=20, description="Default: the template's own format.")] = None
    locale: str | None = None
    timezone: str | None = None
    now: Annotated[Time | None, Field(description="What `now` and `today` mean. Default: the present.")] = None
    missing: Annotated[Literal["error", "empty", "keep"], Field(description="What a missing value does.")] = "error"
    file_name: Annotated[str | None, Field(max_length=1000, description="May hold tags: `{{ name }}-offer`.")] = None
    store: Annotated[bool, Field(strict=True, description="False keeps no record, no data and no document.")] = True
    expires_in: Annotated[int | None, Field(ge=1, strict=True, description="Seconds that the document is kept.")] = None
    deliver: Annotated[
        list[RenderDelivery], Field(default_factory=list, max_length=10, description="Who is told of its end.")
    ]

    @override
    @classmethod
    def known_names(cls) -> frozenset[str]:
        """Return the names that the body may have; its data is read apart."""
        return super().known_names() | {"data"}


class RenderEnvelope(RenderWishesBody):
    """Everything of a render's request but its data, which stays the JSON text it is."""

    template: Annotated[str, Field(min_length=1, max_length=100, description="Id or slug of the template.")]
    version: Annotated[
        int | None, Field(ge=1, le=2_147_483_647, strict=True, description="Default: the published one.")
    ] = None


class RenderBody(RenderEnvelope):
    """A wish for a document. Numbers are exact; the order of keys is kept."""

    data: dict[str, Any]


class FileRenderBody(RenderWishesBody):
    """A wish for a document of a file that comes with it."""

    data: dict[str, Any]


class TemplateReference(BaseModel):
    """Which version of which template was rendered."""

    id: str
    slug: str
    version: int


class RenderError(BaseModel):
    """Why a render failed."""

    code: str
    detail: str


class TimingsBody(BaseModel):
    """How long each step took, in milliseconds."""

    queued_ms: float | None
    render_ms: float | None
    store_ms: float | None


class RenderResponse(BaseModel):
    """A render and, when it succeeded, the facts of its document."""

    id: str
    status: RenderStatus
    template: Annotated[TemplateReference | None, Field(description="Null: a file that came with the request.")]
    output: OutputFormat
    file_name: str | None
    bytes: int | None
    sha256: str | None
    data_sha256: str
    diagnostics: list[DiagnosticBody]
    error: RenderError | None
    timings: TimingsBody
    created_at: datetime
    created_by: Annotated[str | None, Field(description="The key's id, or the owner of the token.")]
    finished_at: datetime | None
    expires_at: datetime | None
    erased_at: datetime | None
    links: dict[str, str]

    @classmethod
    def of(cls, request: RenderRequest) -> Self:
        """Show a render request."""
        document, failure = request.document, request.failure
        links = {"self": f"/v1/renders/{request.id}"}
        if document is not None and request.erased_at is None:
            links["document"] = f"/v1/renders/{request.id}/document"
            links["links"] = f"/v1/renders/{request.id}/links"
        return cls(
            id=request.id,
            status=request.status,
            template=_reference_of(request),
            output=request.options.output,
            file_name=document.file_name if document else None,
            bytes=document.size if document else None,
            sha256=document.sha256 if document else None,
            data_sha256=request.data_sha256,
            diagnostics=[DiagnosticBody.of(diagnostic) for diagnostic in request.diagnostics],
            error=RenderError(code=failure.code, detail=failure.message) if failure else None,
            timings=TimingsBody(
                queued_ms=_rounded(request.timings.queued_ms),
                render_ms=_rounded(request.timings.render_ms),
                store_ms=_rounded(request.timings.store_ms),
            ),
            created_at=request.created_at,
            created_by=request.created_by,
            finished_at=request.finished_at,
            expires_at=request.expires_at,
            erased_at=request.erased_at,
            links=links,
        )


def _reference_of(request: RenderRequest) -> TemplateReference | None:
    if request.template_id is None or request.template_slug is None or request.template_version is None:
        return None
    return TemplateReference(id=request.template_id, slug=request.template_slug, version=request.template_version)


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)


class CreateLinkRequest(RequestBody):
    """For how long a link is to be."""

    ttl: Annotated[int, Field(ge=1, le=MAX_LINK_SECONDS, strict=True, description="Seconds.")] = DEFAULT_LINK_SECONDS


class LinkResponse(BaseModel):
    """A link: whoever has it gets the document, until then."""

    url: str
    expires_at: datetime


class RenderListResponse(BaseModel):
    """A page of renders, the newest first."""

    data: list[RenderResponse]
    next_cursor: str | None
