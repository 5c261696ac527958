"""Preconditions of changes: nobody overwrites what they have not seen."""

from domain.errors import PreconditionFailedError
from domain.template import Template


def require_revision(template: Template, expected: int | None) -> None:
    """Refuse a change of a template that is no longer the one the caller has seen; None asks for no check.

    Raises:
        PreconditionFailedError: it was changed since.
    """
    if expected is not None and expected != template.revision:
        raise PreconditionFailedError(
            f"The template {template.slug!r} was changed since you have read it: read it again, then repeat the change."
        )
