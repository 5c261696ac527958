"""Templates: named document skeletons with immutable, numbered versions, one of them published."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.diagnostics import Diagnostic
from domain.errors import ConflictError, InvalidRequestError, NotPublishedError
from domain.formats import TemplateFormat
from domain.identifiers import Slug, TemplateId, WorkspaceId
from domain.placeholder import Placeholder
from domain.refinement import refine, refined_placeholders
from domain.schema import JsonObject
from domain.search import searched_text

MAX_NAME_LENGTH: Final = 200
MAX_DESCRIPTION_LENGTH: Final = 4_000
MAX_TAGS: Final = 20
MAX_TAG_LENGTH: Final = 50


class TemplateStatus(StrEnum):
    """Archived templates leave the lists and cannot be published or changed, only restored."""

    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One uploaded file, immutable, identified within its template by the SHA-256 of its bytes.

    `schema` is JSON text, kept as it was written because the order of properties is the order of a form. `refinements`
    are what its author says beyond that (JSON text of `domain.refinement.Refinements`), and all that ever changes.
    """

    template_id: TemplateId
    number: int
    sha256: str
    size: int
    file_name: str
    diagnostics: tuple[Diagnostic, ...]
    placeholders: tuple[Placeholder, ...]
    schema: str
    created_at: datetime
    created_by: str
    refinements: str | None = None

    def refined_schema(self) -> JsonObject:
        """Return the schema of the data as the author has refined it."""
        return refine(json.loads(self.schema), self.said())

    def refined_placeholders(self) -> tuple[Placeholder, ...]:
        """Return the placeholders as the author has refined them."""
        return refined_placeholders(self.placeholders, self.said())

    def said(self) -> dict[str, JsonObject]:
        """Return what the author says, by path."""
        said: dict[str, JsonObject] = json.loads(self.refinements) if self.refinements else {}
        return said


@dataclass(frozen=True, slots=True)
class Template:
    """A template's own facts; its versions are kept beside it.

    `revision` counts changes from 1: two writers who read the same revision cannot both succeed.
    """

    id: TemplateId
    workspace_id: WorkspaceId
    slug: Slug
    name: str
    description: str
    tags: tuple[str, ...]
    format: TemplateFormat
    locale: str | None
    status: TemplateStatus
    published_version: int | None
    latest_version: int
    created_at: datetime
    updated_at: datetime
    revision: int = 1

    def __post_init__(self) -> None:
        """Refuse values that no template may have."""
        if not self.name.strip() or len(self.name) > MAX_NAME_LENGTH:
            raise InvalidRequestError("name", f"a name has 1 to {MAX_NAME_LENGTH} characters.")
        if len(self.description) > MAX_DESCRIPTION_LENGTH:
            raise InvalidRequestError(
                "description", f"a description has at most {MAX_DESCRIPTION_LENGTH:,} characters."
            )
        if len(self.tags) > MAX_TAGS or not all(0 < len(tag) <= MAX_TAG_LENGTH for tag in self.tags):
            raise InvalidRequestError("tags", f"at most {MAX_TAGS} tags of 1 to {MAX_TAG_LENGTH} characters each.")

    def searched_text(self) -> str:
        """Return what a search looks at: name, slug, tags and description, folded."""
        return searched_text((self.name, self.slug, *self.tags, self.description))

    def version_to_render(self, number: int | None) -> int:
        """Say which version a render takes: the one asked for, else the published one.

        Raises:
            NotPublishedError: no version was asked for, and none is published or the template is archived.
        """
        if number is not None:
            return number
        if self.status is TemplateStatus.ARCHIVED:
            raise NotPublishedError(f"The template {self.slug!r} is archived: name a version, or restore the template.")
        if self.published_version is None:
            raise NotPublishedError(
                f"The template {self.slug!r} has no published version: publish one, or name a version."
            )
        return self.published_version

    def with_new_version(self, *, publish: bool, at: datetime) -> "Template":
        """Return the template with one version more, published if asked."""
        self.require_active()
        number = self.latest_version + 1
        published = number if publish else self.published_version
        return self._changed(at, latest_version=number, published_version=published)

    def publish(self, number: int, *, at: datetime) -> "Template":
        """Return the template with this version published; the same again changes nothing."""
        self.require_active()
        return self if number == self.published_version else self._changed(at, published_version=number)

    def edit(self, at: datetime, **changes: object) -> "Template":
        """Return the template with other metadata (slug, name, description, tags, locale)."""
        self.require_active()
        return self._changed(at, **changes)

    def archive(self, at: datetime) -> "Template":
        """Return the template archived; the same again changes nothing."""
        return self if self.status is TemplateStatus.ARCHIVED else self._changed(at, status=TemplateStatus.ARCHIVED)

    def restore(self, at: datetime) -> "Template":
        """Return the template active again; the same again changes nothing."""
        return self if self.status is TemplateStatus.ACTIVE else self._changed(at, status=TemplateStatus.ACTIVE)

    def require_active(self) -> None:
        """Refuse to change an archived template.

        Raises:
            ConflictError: it is archived.
        """
        if self.status is TemplateStatus.ARCHIVED:
            raise ConflictError(f"The template {self.slug!r} is archived: restore it before you change it.")

    def _changed(self, at: datetime, **changes: object) -> "Template":
        # dataclasses.replace is typed by no checker for keywords gathered at run time.
        return replace(self, updated_at=at, revision=self.revision + 1, **changes)  # type: ignore[arg-type]  # see above
