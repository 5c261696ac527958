"""Install the app in Slack workspaces, keep its tokens alive, and forget what was removed."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.random_source import RandomSource
from application.ports.secret_box import SealBrokenError, SecretBox
from application.ports.slack_api import SlackError, SlackRefusedError
from application.ports.slack_oauth import BotTokens, SlackOAuth
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from application.slack.routes import SlackRoute, SlackTask
from application.use_cases.keep_house import in_each
from domain.audit import AuditAction, AuditEntry, AuditObject
from domain.errors import ConflictError, UnknownLinkError
from domain.identifiers import WORKSPACE_PREFIX, WorkspaceId, is_id
from domain.slack_installation import SlackInstallation

logger = logging.getLogger("docgen.slack")

LINK_LASTS: Final = timedelta(days=1)
_ENTROPY_BYTES: Final = 32
# Slack's tokens last for twelve hours; a worker that was away for a while still finds them alive.
_RENEWED_BEFORE: Final = timedelta(hours=2)
_ACTOR: Final = "slack"


@dataclass(frozen=True, slots=True)
class InstallLink:
    """An address where somebody may install the app once, for one workspace."""

    url: str
    expires_at: datetime


class InstallSlack:
    """A link names the workspace by a state that works once, and only in the browser that has followed it.

    Whoever has the link may install the app in a Slack workspace that they may do so in: people there then work in this
    workspace of DocGen.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        oauth: SlackOAuth,
        box: SecretBox,
        clock: Clock,
        randomness: RandomSource,
        public_url: str,
    ) -> None:
        self._units_of_work = units_of_work
        self._oauth = oauth
        self._box = box
        self._clock = clock
        self._randomness = randomness
        self._public_url = public_url

    async def link(self, caller: Caller) -> InstallLink:
        """Make a link for the caller's workspace."""
        state = f"{caller.workspace_id}.{self._randomness.random_bytes(_ENTROPY_BYTES).hex()}"
        expires_at = self._clock.now() + LINK_LASTS
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.slack_installations.expect(digest(state), expires_at)
            entry = caller.entry(
                AuditAction.SLACK_LINKED, AuditObject.SLACK_INSTALLATION, "", f"until {expires_at.isoformat()}"
            )
            await unit.audit.record(entry)
            await unit.commit()
        return InstallLink(f"{self._public_url}/slack/install?state={state}", expires_at)

    async def begin(self, state: str) -> str:
        """Return the page of Slack that a link leads to.

        Raises:
            UnknownLinkError: the link was used, has expired, or is none of ours.
        """
        async with self._units_of_work.of_workspace(_workspace_of(state)) as unit:
            if not await unit.slack_installations.is_expected(digest(state), at=self._clock.now()):
                raise UnknownLinkError
        return self._oauth.authorize_url(state)

    async def finish(self, state: str, code: str) -> SlackInstallation:
        """Keep the installation that somebody was sent back from.

        Raises:
            UnknownLinkError: the link was used, has expired, or is none of ours.
            ConflictError: the app works there for another workspace.
            SlackError: Slack does not give the token.
        """
        workspace_id = _workspace_of(state)
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            if not await unit.slack_installations.take_expected(digest(state), at=self._clock.now()):
                raise UnknownLinkError
            await unit.commit()
        granted = await self._oauth.exchange(code)
        installation = SlackInstallation(
            place=granted.place,
            workspace_id=workspace_id,
            name=granted.name,
            app_id=granted.app_id,
            bot_user_id=granted.bot_user_id,
            bot_token=b"",
            scopes=granted.scopes,
            installed_by=granted.installed_by,
            installed_at=self._clock.now(),
        )
        installation = sealed(installation, granted.tokens, self._box)
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            await unit.slack_installations.put(installation)
            await unit.audit.record(_entry(installation, AuditAction.SLACK_INSTALLED, granted.installed_by))
            await unit.commit()
        return installation


class ForgetSlack:
    """Where the app was removed, its tokens and what people had begun there are erased."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def routes(self) -> dict[str, SlackRoute]:
        """Return what is done for each request."""
        return {"event:app_uninstalled": SlackRoute(self.remove), "event:tokens_revoked": SlackRoute(self.revoke)}

    async def remove(self, task: SlackTask) -> None:
        """Forget the installation, unless the app was installed again since."""
        happened = datetime.fromtimestamp(float(task.payload.get("event_time", 0)), UTC)
        if happened < task.installation.installed_at.replace(microsecond=0):
            return
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            await unit.slack_installations.remove(task.installation.place)
            await unit.audit.record(_entry(task.installation, AuditAction.SLACK_REMOVED, _ACTOR))
            await unit.commit()
        logger.info("The app was removed from %s (%s)", task.installation.name, task.installation.place)

    async def revoke(self, task: SlackTask) -> None:
        """Forget the installation where its bot's token is among those that were revoked."""
        if task.payload.get("event", {}).get("tokens", {}).get("bot"):
            await self.remove(task)


class RenewSlackTokens:
    """Tokens that end soon are renewed, by one worker at a time; Slack takes each refresh token once."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        oauth: SlackOAuth,
        box: SecretBox,
        clock: Clock,
        workspaces: WorkspaceDirectory,
    ) -> None:
        self._units_of_work = units_of_work
        self._oauth = oauth
        self._box = box
        self._clock = clock
        self._workspaces = workspaces

    async def __call__(self) -> None:
        """Renew those that need it."""
        await in_each(self._workspaces, self._some)

    async def _some(self, workspace_id: WorkspaceId, _: int) -> int:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            found = await unit.slack_installations.all()
        for installation in self._ending(found):
            try:
                await self._renew(installation)
            except (SlackError, SealBrokenError) as failure:
                logger.warning("The token for Slack in %s was not renewed: %s", installation.place, failure)
        return 0

    def _ending(self, found: Sequence[SlackInstallation]) -> list[SlackInstallation]:
        soon = self._clock.now() + _RENEWED_BEFORE
        return [each for each in found if each.token_expires_at is not None and each.token_expires_at < soon]

    async def _renew(self, installation: SlackInstallation) -> None:
        owner = installation.owner
        if installation.refresh_token is None:
            raise SlackRefusedError("oauth.v2.access", "no_refresh_token")
        old = BotTokens(
            self._box.open(installation.bot_token, owner).decode(),
            self._box.open(installation.refresh_token, owner).decode(),
            installation.token_expires_at,
        )
        renewed = sealed(installation, await self._oauth.renew(old), self._box)
        async with self._units_of_work.of_workspace(installation.workspace_id) as unit:
            await unit.slack_installations.put(renewed)
            await unit.commit()


def sealed(installation: SlackInstallation, tokens: BotTokens, box: SecretBox) -> SlackInstallation:
    """Return an installation with these tokens."""
    refresh = None if tokens.refresh_token is None else box.seal(tokens.refresh_token.encode(), installation.owner)
    return replace(
        installation,
        bot_token=box.seal(tokens.token.encode(), installation.owner),
        refresh_token=refresh,
        token_expires_at=tokens.expires_at,
    )


def digest(state: str) -> str:
    """Return what is kept of a state."""
    return hashlib.sha256(state.encode()).hexdigest()


def _workspace_of(state: str) -> WorkspaceId:
    workspace_id = state.partition(".")[0]
    if not is_id(workspace_id, WORKSPACE_PREFIX):
        raise UnknownLinkError
    return WorkspaceId(workspace_id)


def _entry(installation: SlackInstallation, action: AuditAction, user: str) -> AuditEntry:
    return AuditEntry(
        workspace_id=installation.workspace_id,
        actor=f"slack:{installation.place}:{user}",
        actor_name=user,
        action=action,
        object_kind=AuditObject.SLACK_INSTALLATION,
        object_id=installation.place,
        detail="",
        request_id=None,
        address=None,
    )


def no_oauth() -> ConflictError:
    """Say that there are no links where the app is in one Slack workspace, or in none."""
    return ConflictError(
        "Links install a Slack app that has a Client ID: set DOCGEN_SLACK__CLIENT_ID, DOCGEN_SLACK__CLIENT_SECRET, "
        "DOCGEN_SLACK__SIGNING_SECRET and DOCGEN_HTTP__PUBLIC_URL."
    )
