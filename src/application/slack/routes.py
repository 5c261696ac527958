"""What is done for which request: by name, so that each part of DocGen in Slack adds its own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from application.caller import Caller
from application.ports.slack_api import SlackClient
from application.slack.payloads import Payload
from application.slack_forms.texts import Block
from domain.identifiers import SlackDraftId
from domain.slack_draft import SlackOrigin
from domain.slack_installation import SlackInstallation
from domain.slack_intent import SlackIntent


@dataclass(frozen=True, slots=True)
class SlackTask:
    """An intent in the hands of a worker: what was sent, by whom, and how Slack is called there.

    Views that were opened for it have `draft_id` as their `external_id`, and as their `private_metadata`.
    """

    intent: SlackIntent
    payload: Payload
    origin: SlackOrigin
    installation: SlackInstallation
    client: SlackClient
    caller: Caller

    @property
    def draft_id(self) -> SlackDraftId:
        """The draft that an intent begins, if it begins one."""
        return draft_id_of(self.intent.id)


def draft_id_of(intent_id: str) -> SlackDraftId:
    """Return the id of the draft that an intent begins: the same whenever it is asked for."""
    return SlackDraftId("sld" + intent_id[3:])


SlackHandler: TypeAlias = Callable[[SlackTask], Awaitable[None]]
# Makes the view that is opened before the answer, of the payload and the id of its draft; None opens none.
Opening: TypeAlias = Callable[[Payload, str], Block | None]
# Checks what was submitted, by the installation's workspace: an answer for Slack that keeps the view open, or None.
Submitting: TypeAlias = Callable[[SlackIntent, Payload], Awaitable[Block | None]]


@dataclass(frozen=True, slots=True)
class SlackRoute:
    """What is done after the answer, and what is opened before it."""

    handle: SlackHandler
    opens: Opening | None = None


@dataclass(frozen=True, slots=True)
class SlackRoutes:
    """Routes by name; a name stands for all that begin with it and a colon."""

    by_name: Mapping[str, SlackRoute] = field(default_factory=dict)

    def find(self, name: str) -> SlackRoute | None:
        """Return the route of a request, None where it is nobody's."""
        while name:
            if name in self.by_name:
                return self.by_name[name]
            name = name.rpartition(":")[0]
        return None
