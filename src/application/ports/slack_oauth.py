"""How the app is installed in a Slack workspace, and how its tokens are renewed."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BotTokens:
    """A bot's token; those that Slack rotates have one to renew it with, and an end."""

    token: str
    refresh_token: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GrantedInstallation:
    """What somebody has allowed: where, and what the bot is there."""

    place: str
    name: str
    app_id: str
    bot_user_id: str
    scopes: tuple[str, ...]
    installed_by: str
    tokens: BotTokens


class SlackOAuth(Protocol):
    """Slack's side of OAuth 2.0."""

    @abstractmethod
    def authorize_url(self, state: str) -> str:
        """Return the page of Slack where somebody allows the app, and which sends them back with this state."""

    @abstractmethod
    async def exchange(self, code: str) -> GrantedInstallation:
        """Return what was allowed, for the code that somebody was sent back with.

        Raises:
            SlackError: Slack does not give it.
        """

    @abstractmethod
    async def renew(self, tokens: BotTokens) -> BotTokens:
        """Return new tokens in place of those that end soon.

        Raises:
            SlackError: Slack does not give them.
        """
