"""A Slack workspace (or a whole organisation of them) that DocGen is installed in."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.identifiers import WorkspaceId

_USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,30}")


@dataclass(frozen=True, slots=True)
class SlackInstallation:
    """Where the app is installed, and which workspace of DocGen people there work in.

    `place` is the id of the Slack workspace (T…), or of the organisation (E…) where it was installed for all of it.
    Tokens are sealed; those that Slack rotates have a `refresh_token`, and end at `token_expires_at`.
    """

    place: str
    workspace_id: WorkspaceId
    name: str
    app_id: str
    bot_user_id: str
    bot_token: bytes
    scopes: tuple[str, ...]
    installed_by: str
    installed_at: datetime
    refresh_token: bytes | None = None
    token_expires_at: datetime | None = None

    @property
    def owner(self) -> str:
        """What its tokens are sealed for."""
        return f"slack {self.place}"


def is_user_id(text: str) -> bool:
    """Tell whether a text looks like the id of a Slack user."""
    return _USER_ID.fullmatch(text) is not None
