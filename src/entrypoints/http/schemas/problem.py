"""Problem details and diagnostics."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from domain.compatibility import ChangeKind, SchemaChange
from domain.diagnostics import Diagnostic, Location, Severity
from domain.rows import RowProblem


class LocationBody(BaseModel):
    """A place in a template; every number counts from 1."""

    part: str
    number: int | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    cell: int | None = None
    line: int | None = None
    column: int | None = None

    @classmethod
    def of(cls, location: Location) -> Self:
        """Show a location."""
        return cls(**{name: getattr(location, name) for name in cls.model_fields})


class DiagnosticBody(BaseModel):
    """One finding about a template or its data."""

    severity: Severity
    code: str
    message: str
    suggestion: str | None = None
    location: LocationBody | None = None
    snippet: str | None = None
    pointer: str | None = None

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Self:
        """Show a diagnostic."""
        return cls(
            severity=diagnostic.severity,
            code=diagnostic.code,
            message=diagnostic.message,
            suggestion=diagnostic.suggestion,
            location=LocationBody.of(diagnostic.location) if diagnostic.location else None,
            snippet=diagnostic.snippet,
            pointer=diagnostic.pointer,
        )


class SchemaChangeBody(BaseModel):
    """What a version would break for callers of the published one."""

    path: str
    change: ChangeKind
    message: str
    suggestion: str | None

    @classmethod
    def of(cls, change: SchemaChange) -> Self:
        """Show a change."""
        return cls(path=change.path, change=change.change, message=change.message, suggestion=change.suggestion)


class RowProblemBody(BaseModel):
    """What is wrong with a row of a batch; rows count as spreadsheet programs do, lines and items from 1."""

    row: int
    column: str | None
    value_type: str | None
    code: str
    message: str
    suggestion: str | None
    pointer: str | None

    @classmethod
    def of(cls, problem: RowProblem) -> Self:
        """Show a problem."""
        return cls(**{name: getattr(problem, name) for name in cls.model_fields})


class FieldError(BaseModel):
    """A field of the request, and what is wrong with it."""

    field: str
    message: str
    pointer: Annotated[str | None, Field(description="Where it stands in a JSON body (RFC 6901).")] = None


class Problem(BaseModel):
    """Problem details (RFC 9457); `code` is the stable name to branch on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    diagnostics: list[DiagnosticBody] | None = None
    errors: list[FieldError] | None = None
    breaking_changes: list[SchemaChangeBody] | None = None
    rows: list[RowProblemBody] | None = None
    more_rows: int | None = None
    render_id: str | None = None
    component: str | None = None
