"""A form of Slack that somebody has begun to fill in: kept here, since a view has room for its identifier only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.identifiers import SlackDraftId, TemplateId, WorkspaceId

# A draft that nobody touches for so long is forgotten.
KEPT_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SlackOrigin:
    """Who asked, where, and how they are answered.

    `channel_id` None is where no conversation was open (App Home, a global shortcut). A `response_url` takes five
    answers within 30 minutes, also where the bot may not post.
    """

    place: str
    user_id: str
    channel_id: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    locale: str = "en-US"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class SlackDraft:
    """What is filled in so far: `data` is JSON text; before a template is chosen it may hold what was prefilled.
    `revision` counts how often rows of the form have moved.

    `request_id` is that of the request which began it, and what people are told when something fails.
    """

    id: SlackDraftId
    workspace_id: WorkspaceId
    origin: SlackOrigin
    request_id: str
    created_at: datetime
    updated_at: datetime
    template_id: TemplateId | None = None
    template_version: int | None = None
    data: bytes = b"{}"
    page: int = 0
    revision: int = 0
    output: str | None = None

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten."""
        return self.updated_at + KEPT_FOR

    def of_template(self, template_id: TemplateId, version: int, data: bytes, *, at: datetime) -> "SlackDraft":
        """Return it for this version, on its first page."""
        return replace(
            self, template_id=template_id, template_version=version, data=data, page=0, output=None, updated_at=at
        )

    def filled(self, data: bytes, page: int, *, at: datetime, revision: int | None = None) -> "SlackDraft":
        """Return it with other data, on another page; without a revision that stays."""
        return replace(
            self, data=data, page=page, revision=self.revision if revision is None else revision, updated_at=at
        )
