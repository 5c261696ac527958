"""Bodies about usage."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field

from domain.usage import DailyUsage


class UsedTemplate(BaseModel):
    """The template that was rendered."""

    id: str
    slug: Annotated[str | None, Field(description="Its present one; null: it was erased.")]


class DailyUsageResponse(BaseModel):
    """What was rendered of one template on one day."""

    day: Annotated[date, Field(description="In UTC; a render counts on the day on which it was asked for.")]
    template: Annotated[UsedTemplate | None, Field(description="Null: files that came with their requests.")]
    renders: Annotated[int, Field(description="All that have a record, whatever became of them.")]
    succeeded: int
    failed: int
    bytes: Annotated[int, Field(description="Of all documents that were made.")]

    @classmethod
    def of(cls, usage: DailyUsage) -> Self:
        """Show a day's usage of a template."""
        template = None
        if usage.template_id is not None:
            template = UsedTemplate(id=usage.template_id, slug=usage.template_slug)
        return cls(
            day=usage.day,
            template=template,
            renders=usage.renders,
            succeeded=usage.succeeded,
            failed=usage.failed,
            bytes=usage.document_bytes,
        )


class UsageResponse(BaseModel):
    """A page of usage by day and template, the latest day first."""

    data: list[DailyUsageResponse]
    next_cursor: str | None
