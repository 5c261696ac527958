"""Bodies about templates and versions."""

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field, WithJsonSchema

from application.use_cases.validate_template import TemplateReport
from domain.formats import TemplateFormat
from domain.placeholder import Placeholder, PlaceholderKind
from domain.slug import MAX_LENGTH as MAX_SLUG_LENGTH
from domain.template import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    Template,
    TemplateStatus,
    TemplateVersion,
)
from entrypoints.http.schemas.problem import DiagnosticBody, LocationBody
from entrypoints.http.schemas.request_body import RequestBody

# What the domain says of these values when they come, as schemas.
NAME: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": MAX_NAME_LENGTH, "pattern": r"\S"}
SLUG: Final[dict[str, Any]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_SLUG_LENGTH,
    "pattern": "^[a-z0-9]+(?:-[a-z0-9]+)*$",
}
DESCRIPTION: Final[dict[str, Any]] = {
    "type": "string",
    "maxLength": MAX_DESCRIPTION_LENGTH,
    "description": "What it is for.",
}
TAGS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": MAX_TAGS,
    "items": {"type": "string", "minLength": 1, "maxLength": MAX_TAG_LENGTH},
}
LOCALE: Final[dict[str, Any]] = {
    "type": "string",
    "minLength": 2,
    "maxLength": 30,
    "description": "A locale, such as de-DE.",
}
TIMEZONE: Final[dict[str, Any]] = {"type": "string", "description": "A time zone, such as Europe/Berlin."}


class TemplateResponse(BaseModel):
    """A template."""

    id: str
    slug: str
    name: str
    description: str
    tags: list[str]
    format: TemplateFormat
    locale: str | None
    status: TemplateStatus
    published_version: int | None
    latest_version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, template: Template) -> Self:
        """Show a template."""
        return cls.model_validate({name: getattr(template, name) for name in TemplateResponse.model_fields})


class RegisteredTemplateResponse(TemplateResponse):
    """A new template, with what was found in its first version."""

    diagnostics: list[DiagnosticBody] = []

    @classmethod
    def of_registration(cls, template: Template, version: TemplateVersion) -> Self:
        """Show a template and the findings of its first version."""
        shown = cls.of(template)
        shown.diagnostics = [DiagnosticBody.of(diagnostic) for diagnostic in version.diagnostics]
        return shown


class TemplateListResponse(BaseModel):
    """A page of templates; `next_cursor` is null on the last one."""

    data: list[TemplateResponse]
    next_cursor: str | None


def _no_default(schema: dict[str, Any]) -> None:
    """Describe no default: what is left out stays as it is, and null is no value."""
    schema.pop("default", None)


_UNSAID: Final = Field(json_schema_extra=_no_default)


class UpdateTemplateRequest(RequestBody):
    """The fields to change; those left out stay as they are."""

    slug: Annotated[str | None, WithJsonSchema(SLUG), _UNSAID] = None
    name: Annotated[str | None, WithJsonSchema(NAME), _UNSAID] = None
    description: Annotated[str | None, WithJsonSchema(DESCRIPTION), _UNSAID] = None
    tags: Annotated[list[str] | None, WithJsonSchema(TAGS), _UNSAID] = None
    locale: Annotated[str | None, WithJsonSchema({"anyOf": [LOCALE, {"type": "null"}]}), _UNSAID] = None


class PublishRequest(RequestBody):
    """Which version to publish."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647, strict=True)]
    allow_breaking: Annotated[
        bool, Field(strict=True, description="Publish also what refuses data that the published version takes.")
    ] = False


class VersionResponse(BaseModel):
    """One uploaded file of a template."""

    template_id: str
    number: int
    sha256: str
    bytes: int
    file_name: str
    diagnostics: list[DiagnosticBody]
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, version: TemplateVersion) -> Self:
        """Show a version."""
        return cls(
            template_id=version.template_id,
            number=version.number,
            sha256=version.sha256,
            bytes=version.size,
            file_name=version.file_name,
            diagnostics=[DiagnosticBody.of(diagnostic) for diagnostic in version.diagnostics],
            created_at=version.created_at,
            created_by=version.created_by,
        )


class VersionListResponse(BaseModel):
    """A page of versions, the newest first."""

    data: list[VersionResponse]
    next_cursor: str | None


class OccurrenceBody(BaseModel):
    """One use of a placeholder."""

    location: LocationBody
    snippet: str


class PlaceholderBody(BaseModel):
    """One datum that a version needs.

    Where it is needed only together with an optional value that it is a part of, `required_with` is that value's path.
    `declared` says that the template's author has named the kind: data of another kind is refused.
    """

    path: str
    kind: PlaceholderKind
    required: bool
    required_with: str | None
    declared: bool
    occurrences: list[OccurrenceBody]

    @classmethod
    def of(cls, placeholder: Placeholder) -> Self:
        """Show a placeholder."""
        return cls(
            path=placeholder.path,
            kind=placeholder.kind,
            required=placeholder.required,
            required_with=placeholder.required_with,
            declared=placeholder.declared,
            occurrences=[
                OccurrenceBody(location=LocationBody.of(occurrence.location), snippet=occurrence.snippet)
                for occurrence in placeholder.occurrences
            ],
        )


class PlaceholderListResponse(BaseModel):
    """All placeholders of a version, in the order of their first use."""

    data: list[PlaceholderBody]


class ValidationResponse(BaseModel):
    """What a template needs and what is wrong with it."""

    ok: bool
    diagnostics: list[DiagnosticBody]
    schema_: Annotated[dict[str, Any], Field(serialization_alias="schema")]
    placeholders: list[PlaceholderBody]
    sample: dict[str, Any]

    @classmethod
    def of(cls, report: TemplateReport) -> Self:
        """Show a report."""
        return cls(
            ok=report.ok,
            diagnostics=[DiagnosticBody.of(diagnostic) for diagnostic in report.diagnostics],
            schema_=report.schema,
            placeholders=[PlaceholderBody.of(placeholder) for placeholder in report.placeholders],
            sample=report.sample,
        )
