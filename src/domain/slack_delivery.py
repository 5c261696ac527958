"""The handing-over of a document in Slack."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.identifiers import RenderId, SlackDeliveryId, TemplateId, WorkspaceId
from domain.slack_draft import SlackOrigin

# What Slack does not take for so long is given up.
TRIED_FOR: Final = timedelta(hours=24)


class SlackOutcome(StrEnum):
    """What became of it."""

    FILE = "file"
    LINK = "link"
    FAILED = "failed"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class SlackDelivery:
    """One document for one person, and how far its handing-over has come.

    Each step is written down: what was sent before a worker died is not sent again. `announced` is set before the
    message is posted that says "queued", `message_ts` names that message; `file_id` names the upload, `completing` is
    set before Slack is asked to show it.
    """

    id: SlackDeliveryId
    workspace_id: WorkspaceId
    origin: SlackOrigin
    request_id: str
    render_id: RenderId
    template_id: TemplateId
    template_name: str
    created_at: datetime
    announced: bool = False
    message_channel: str | None = None
    message_ts: str | None = None
    file_id: str | None = None
    completing: bool = False
    starts: int = 0
    outcome: SlackOutcome | None = None
    finished_at: datetime | None = None

    def posted(self, channel: str, ts: str) -> "SlackDelivery":
        """Return it with the message that tells of it."""
        return replace(self, message_channel=channel, message_ts=ts)

    def uploaded(self, file_id: str) -> "SlackDelivery":
        """Return it with its file at Slack, which nobody sees yet."""
        return replace(self, file_id=file_id, completing=False)

    def end(self, outcome: SlackOutcome, *, at: datetime) -> "SlackDelivery":
        """Return it ended."""
        return replace(self, outcome=outcome, finished_at=at)
