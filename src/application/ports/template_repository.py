"""The collection of templates of one workspace."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.formats import TemplateFormat
from domain.identifiers import TemplateId
from domain.template import Template, TemplateVersion


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Which templates to list: all criteria must hold, None means any.

    Each word of `text` has to be a part of name, slug, description or tags, case and accents aside (domain.search);
    `archived` None lists both.
    """

    text: str | None = None
    tag: str | None = None
    format: TemplateFormat | None = None
    archived: bool | None = False


class TemplateRepository(Protocol):
    """Templates and their versions, those of one workspace alone.

    Whatever takes a text raises InvalidRequestError for one that cannot be kept or looked for: with a NUL character,
    or half of a surrogate pair. References to nothing are merely not found, whatever they hold.
    """

    @abstractmethod
    async def add(self, template: Template, first_version: TemplateVersion) -> None:
        """Add a template with its first version.

        Raises:
            SlugTakenError: another template of the workspace, archived ones included, has its slug.
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def get(self, reference: str, *, for_change: bool = False) -> Template:
        """Return the template with this id or slug; `for_change` keeps other writers out until the commit.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def update(self, template: Template) -> None:
        """Store a changed template, whose `revision` is one above the stored one.

        Raises:
            PreconditionFailedError: somebody else changed it since it was read.
            SlugTakenError: another template has its new slug.
        """

    @abstractmethod
    async def delete(self, template_id: TemplateId) -> list[str]:
        """Remove a template with its versions, and return the SHA-256s of their files; renders of it stay.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def search(self, criteria: TemplateFilter, *, limit: int, after: TemplateId | None = None) -> list[Template]:
        """Return up to `limit` templates, newest first, those behind `after` where it is given."""

    @abstractmethod
    async def add_version(self, version: TemplateVersion) -> None:
        """Add a version to a template that was read with `for_change`.

        Raises:
            ConflictError: it has a version of this number or with these bytes, because it was not.
            NotFoundError: there is no such template.
        """

    @abstractmethod
    async def get_version(self, template_id: TemplateId, number: int) -> TemplateVersion:
        """Return one version.

        Raises:
            NotFoundError: there is none of this number.
        """

    @abstractmethod
    async def set_refinements(self, template_id: TemplateId, number: int, refinements: str | None) -> None:
        """Keep what the author says about a version's data, in the place of what was said before.

        Raises:
            NotFoundError: there is no such version.
        """

    @abstractmethod
    async def find_version(self, template_id: TemplateId, sha256: str) -> TemplateVersion | None:
        """Return the version with these bytes, or None."""

    @abstractmethod
    async def list_versions(
        self, template_id: TemplateId, *, limit: int, before: int | None = None
    ) -> list[TemplateVersion]:
        """Return up to `limit` versions, the newest first, those numbered below `before` where it is given."""
