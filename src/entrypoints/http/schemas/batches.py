"""Bodies about batches."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field
from typing_extensions import override

from application.defaults import RenderWishes
from domain.batch import ENDED, Batch, BatchItem, BatchStatus, ItemStatus, OnError
from domain.formats import OutputFormat
from domain.render_request import MissingPolicy
from domain.rows import RowFormat, RowWishes
from entrypoints.http.schemas.problem import DiagnosticBody
from entrypoints.http.schemas.renders import RenderError, TemplateReference
from entrypoints.http.schemas.request_body import RequestBody
from entrypoints.http.schemas.times import Time


class BatchEnvelope(RequestBody):
    """Everything of a batch's request but its rows."""

    template: Annotated[str, Field(min_length=1, max_length=100, description="Id or slug of the template.")]
    version: Annotated[
        int | None, Field(ge=1, le=2_147_483_647, strict=True, description="Default: the published one.")
    ] = None
    output: Annotated[str | None, Field(max_length=20, description="Default: the template's own format.")] = None
    locale: str | None = None
    timezone: str | None = None
    now: Annotated[Time | None, Field(description="What `now` and `today` mean. Default: the present.")] = None
    missing: Annotated[Literal["error", "empty", "keep"], Field(description="What a missing value does.")] = "error"
    mapping: Annotated[
        dict[str, str | None] | None,
        Field(description="Paths of the data by column: `customer.name`, `items[0].price`; null leaves one out."),
    ] = None
    key: Annotated[
        str | None,
        Field(max_length=200, description="Column that tells rows apart: the same key and data make one document."),
    ] = None
    file_name: Annotated[
        str | None, Field(max_length=1000, description="May hold tags and the row: `{{ name }}-{{ row }}`.")
    ] = None
    on_error: Annotated[
        Literal["stop", "continue"],
        Field(description="`stop`: no document is made if a row cannot be, and none after a row that fails."),
    ] = "stop"
    unknown_columns: Annotated[
        Literal["error", "ignore"], Field(description="What becomes of columns that the template does not use.")
    ] = "error"
    expires_in: Annotated[
        int | None, Field(ge=1, strict=True, description="Seconds that rows and documents are kept.")
    ] = None

    @override
    @classmethod
    def known_names(cls) -> frozenset[str]:
        """Return the names that the body may have; its rows are read apart."""
        return super().known_names() | {"items", "rows"}

    def row_wishes(self) -> RowWishes:
        """Return what is said about the rows."""
        return RowWishes(self.mapping or {}, self.key, self.unknown_columns == "ignore")

    def wishes(self) -> RenderWishes:
        """Return what is said about the documents."""
        return RenderWishes(
            output=self.output,
            locale=self.locale,
            timezone=self.timezone,
            now=self.now,
            missing=MissingPolicy(self.missing),
            file_name=self.file_name,
        )


class BatchBody(BatchEnvelope):
    """A wish for a document from each item."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, description="The rows, an object each.")]


class BatchFormFields(BatchEnvelope):
    """What is said beside a file of rows."""

    sheet: Annotated[str | None, Field(description="Of a workbook. Default: its only one with rows.")] = None
    encoding: Annotated[str | None, Field(max_length=40, description="Of CSV. Default: what it looks like.")] = None
    delimiter: Annotated[str | None, Field(max_length=10, description="Of CSV. Default: what it looks like.")] = None

    @override
    def row_wishes(self) -> RowWishes:
        """Return what is said about the rows."""
        ignore = self.unknown_columns == "ignore"
        return RowWishes(self.mapping or {}, self.key, ignore, self.sheet, self.encoding, self.delimiter)


class BatchCounts(BaseModel):
    """How many rows there are, by what became of them."""

    total: int
    succeeded: int
    failed: int
    pending: int


class RowsReadBody(BaseModel):
    """How the rows were read."""

    format: RowFormat
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    columns: Annotated[dict[str, str], Field(description="Which path of the data each column leads to.")]
    ignored: Annotated[list[str], Field(description="Columns that lead nowhere.")]
    repeated: Annotated[int, Field(description="Rows with the key and the data of an earlier one; they count as it.")]


class BatchResponse(BaseModel):
    """A batch and how far it has come."""

    id: str
    status: BatchStatus
    template: TemplateReference
    output: OutputFormat
    on_error: OnError
    counts: BatchCounts
    rate: Annotated[float | None, Field(description="Rows in a second.")]
    remaining_seconds: float | None
    rows: RowsReadBody
    error: RenderError | None
    created_at: datetime
    created_by: Annotated[str, Field(description="The key's id, or the owner of the token.")]
    finished_at: datetime | None
    expires_at: datetime
    erased_at: datetime | None
    links: dict[str, str]

    @classmethod
    def of(cls, batch: Batch, at: datetime) -> Self:
        """Show a batch as it is at a time."""
        rate, remaining, read, failure = batch.rate(at), batch.remaining_seconds(at), batch.read, batch.failure
        links = {"self": f"/v1/batches/{batch.id}"}
        if batch.erased_at is None:
            links["items"] = f"{links['self']}/items"
        if batch.erased_at is None and batch.status in ENDED:
            links["archive"] = f"{links['self']}/archive"
        return cls(
            id=batch.id,
            status=batch.status,
            template=TemplateReference(id=batch.template_id, slug=batch.template_slug, version=batch.template_version),
            output=batch.options.output,
            on_error=batch.on_error,
            counts=BatchCounts(
                total=batch.total, succeeded=batch.succeeded, failed=batch.failed, pending=batch.pending
            ),
            rate=None if rate is None else round(rate, 1),
            remaining_seconds=None if remaining is None else round(remaining, 1),
            rows=RowsReadBody(
                format=read.format,
                encoding=read.encoding,
                delimiter=read.delimiter,
                sheet=read.sheet,
                columns=dict(read.columns),
                ignored=list(read.ignored),
                repeated=read.repeated,
            ),
            error=RenderError(code=failure.code, detail=failure.message) if failure else None,
            created_at=batch.created_at,
            created_by=batch.created_by,
            finished_at=batch.finished_at,
            expires_at=batch.expires_at,
            erased_at=batch.erased_at,
            links=links,
        )


class BatchListResponse(BaseModel):
    """A page of batches, the newest first."""

    data: list[BatchResponse]
    next_cursor: str | None


class BatchItemResponse(BaseModel):
    """A row of a batch, and what became of it."""

    row: Annotated[int, Field(description="As spreadsheet programs count; lines of JSONL and items count from 1.")]
    key: str | None
    status: ItemStatus
    render_id: str | None
    file_name: str | None
    bytes: int | None
    sha256: str | None
    data_sha256: str
    error: RenderError | None
    diagnostics: list[DiagnosticBody]
    links: dict[str, str]

    @classmethod
    def of(cls, item: BatchItem) -> Self:
        """Show a row."""
        document, failure = item.document, item.failure
        links = {"render": f"/v1/renders/{item.render_id}"} if item.render_id else {}
        if document is not None:
            links["document"] = f"/v1/renders/{item.render_id}/document"
        return cls(
            row=item.row,
            key=item.key,
            status=item.status,
            render_id=item.render_id,
            file_name=document.file_name if document else None,
            bytes=document.size if document else None,
            sha256=document.sha256 if document else None,
            data_sha256=item.data_sha256,
            error=RenderError(code=failure.code, detail=failure.message) if failure else None,
            diagnostics=[DiagnosticBody.of(diagnostic) for diagnostic in item.diagnostics],
            links=links,
        )


class BatchItemListResponse(BaseModel):
    """A page of rows, in their order."""

    data: list[BatchItemResponse]
    next_cursor: str | None
