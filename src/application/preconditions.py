"""Preconditions of changes: nobody overwrites what they have not seen."""

from dataclasses import dataclass

from domain.errors import PreconditionFailedError
from domain.identifiers import TemplateId
from domain.template import Template


@dataclass(frozen=True, slots=True)
class SeenTemplate:
    """The state of a template that a caller has read."""

    id: TemplateId
    revision: int


def require_unchanged(template: Template, seen: SeenTemplate | None) -> None:
    """Refuse a change of a template that is no longer the one the caller has seen; None asks for no check.

    Raises:
        PreconditionFailedError: it was changed since, or another template has its slug now.
    """
    if seen is not None and seen != SeenTemplate(template.id, template.revision):
        raise PreconditionFailedError(
            f"The template {template.slug!r} was changed since you have read it: read it again, then repeat the change."
        )
