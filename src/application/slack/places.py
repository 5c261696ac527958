"""Who a request of Slack is from, and how Slack is called there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from application.caller import Caller, CallerKind, Origin
from application.ports.secret_box import SecretBox
from application.ports.slack_api import SlackClient, SlackClients
from application.ports.slack_installations import KnownInstallation, SlackInstallationDirectory
from application.ports.workspace_directory import WorkspaceDirectory
from domain.errors import NotFoundError
from domain.identifiers import Slug, WorkspaceId
from domain.scope import Scope
from domain.slack_installation import SlackInstallation

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
# What anybody may who can open the form.
SCOPES: Final = frozenset({Scope.TEMPLATES_READ, Scope.RENDERS_CREATE, Scope.RENDERS_READ})


class SlackPlaces:
    """Knows the installations: those that people have made, or the one that the settings name."""

    def __init__(
        self,
        directory: SlackInstallationDirectory,
        box: SecretBox,
        clients: SlackClients,
        workspaces: WorkspaceDirectory,
        bot_token: str | None = None,
        workspace: str = "default",
    ) -> None:
        """Take the one token of the settings, if there is one, with the slug of its workspace."""
        self._directory = directory
        self._box = box
        self._clients = clients
        self._workspaces = workspaces
        self._bot_token = bot_token
        self._workspace = Slug(workspace)
        # Of a workspace that is deleted nothing is kept any more, whatever its id.
        self._workspace_id: WorkspaceId | None = None

    async def find(self, places: Sequence[str]) -> KnownInstallation | None:
        """Return the installation in the first of these places that has one.

        Raises:
            ServiceUnavailableError: the database is down.
            NotFoundError: the workspace that the settings name is not there.
        """
        if self._bot_token is None:
            return await self._directory.find(places)
        return await self._configured(places[0], self._bot_token) if places else None

    async def _configured(self, place: str, token: str) -> KnownInstallation:
        # An app that nobody can install by OAuth is in the one Slack workspace that made it.
        workspace_id = self._workspace_id or await self._workspaces.find(self._workspace)
        if workspace_id is None:
            raise NotFoundError("workspace", self._workspace)
        self._workspace_id = workspace_id
        made = SlackInstallation(place, workspace_id, "", "", "", b"", (), "", _NEVER)
        return KnownInstallation(_sealed(made, self._box, token), self._workspace)

    def client(self, installation: SlackInstallation) -> SlackClient:
        """Return the client of an installation.

        Raises:
            SealBrokenError: its token was sealed under another key.
        """
        return self._clients.of_token(self._box.open(installation.bot_token, installation.owner).decode())


def _sealed(installation: SlackInstallation, box: SecretBox, token: str) -> SlackInstallation:
    return replace(installation, bot_token=box.seal(token.encode(), installation.owner))


def caller_of(known: KnownInstallation, user_id: str, request_id: str) -> Caller:
    """Return who works: a person of Slack, as far as anybody there may."""
    actor = f"slack:{known.installation.place}:{user_id}"
    return Caller(
        known.installation.workspace_id,
        actor,
        SCOPES,
        CallerKind.SLACK,
        name=user_id,
        workspace=known.workspace,
        origin=Origin(request_id=request_id),
    )
