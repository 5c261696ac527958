"""What somebody wants from Slack, written down before Slack gets its answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.identifiers import SlackIntentId, WorkspaceId

# Two clicks on the same thing within this time are one.
DOUBLE_CLICK: Final = timedelta(seconds=3)
# Slack sends an event again for an hour or so; what it might send again is known for longer.
KEPT_FOR: Final = timedelta(days=1)


class SlackIntentKind(StrEnum):
    """How it came."""

    COMMAND = "command"
    INTERACTION = "interaction"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class SlackIntent:
    """One thing that is to be done once, however often Slack sends it.

    `key` is Slack's own name of it, unique in the workspace, `signature` that of the request which brought it. `click`
    names what was clicked, where it may be clicked again. `payload` is JSON text, and is forgotten when it is done.
    `starts` counts the workers that have begun with it.
    """

    id: SlackIntentId
    workspace_id: WorkspaceId
    place: str
    key: str
    signature: str
    kind: SlackIntentKind
    payload: bytes
    request_id: str
    received_at: datetime
    click: str | None = None
    starts: int = 0
    finished_at: datetime | None = None

    def start(self) -> "SlackIntent":
        """Return it in the hands of one worker more."""
        return replace(self, starts=self.starts + 1)

    def finish(self, at: datetime) -> "SlackIntent":
        """Return it done, without what it said."""
        return replace(self, payload=b"", finished_at=at)
