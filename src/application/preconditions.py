"""Preconditions of changes: nobody overwrites what they have not seen, or breaks who relies on what is published."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from application.ports.unit_of_work import UnitOfWork
from domain.asset import Asset
from domain.compatibility import compare_schemas
from domain.errors import BreakingChangeError, PreconditionFailedError
from domain.identifiers import TemplateId
from domain.schema import JsonObject
from domain.template import Template, TemplateVersion

# As an expected state: any at all.
ANY_CONTENTS: Final = "*"


@dataclass(frozen=True, slots=True)
class AssetCondition:
    """Which contents an asset has to have for a change, by their SHA-256, and which it must not have.

    Without `required` there may be no such asset; `ANY_CONTENTS` stands for all of them.
    """

    required: Collection[str] | None = None
    refused: Collection[str] = ()

    def check(self, name: str, present: Asset | None) -> None:
        """Refuse a change of an asset that is not as expected.

        Raises:
            PreconditionFailedError: it is not.
        """
        states = set() if present is None else {ANY_CONTENTS, present.sha256}
        if self.required is not None and not states & set(self.required):
            what = "is not there" if present is None else "was changed since you have read it"
            raise PreconditionFailedError(f"The asset {name!r} {what}: read it again, then repeat the change.")
        if states & set(self.refused):
            raise PreconditionFailedError(f"There is an asset {name!r} already: read it, or choose another name.")


NO_CONDITION: Final = AssetCondition()


@dataclass(frozen=True, slots=True)
class SeenTemplate:
    """The state of a template that a caller has read."""

    id: TemplateId
    revision: int


# Any of these states will do; None asks for no check, and no state at all is never met.
Seen = Collection[SeenTemplate] | None


def require_unchanged(template: Template, seen: Seen) -> None:
    """Refuse a change of a template that is no longer the one the caller has seen.

    Raises:
        PreconditionFailedError: it was changed since, or another template has its slug now.
    """
    if seen is not None and SeenTemplate(template.id, template.revision) not in seen:
        raise PreconditionFailedError(
            f"The template {template.slug!r} was changed since you have read it: read it again, then repeat the change."
        )


async def published_version(unit: UnitOfWork, template: Template) -> TemplateVersion | None:
    """Return the version that renders take which name none, None where nothing is published."""
    number = template.published_version
    return None if number is None else await unit.templates.get_version(template.id, number)


def require_compatible(template: Template, published: TemplateVersion | None, schema: JsonObject) -> None:
    """Refuse to publish a version whose schema breaks callers of the published one.

    Raises:
        BreakingChangeError: with all that breaks.
    """
    if published is None:
        return
    breaking = [change for change in compare_schemas(published.refined_schema(), schema) if change.breaking]
    if breaking:
        raise BreakingChangeError(template.slug, published.number, breaking)
