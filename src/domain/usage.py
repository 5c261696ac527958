"""Usage: how many renders a workspace had, and how many bytes they made."""

from dataclasses import dataclass
from datetime import date

from domain.identifiers import Slug, TemplateId


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """The renders of one template on one day (UTC), by when they were asked for.

    Without a template: of files that came with their requests. The slug is the present one, None where the template
    is erased. `renders` counts all, also those that have not ended or were cancelled; `document_bytes` is what was
    made, also where it has expired or was erased since.
    """

    day: date
    template_id: TemplateId | None
    template_slug: Slug | None
    renders: int
    succeeded: int
    failed: int
    document_bytes: int
