"""Where DocGen is installed in Slack."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.identifiers import Slug
from domain.slack_installation import SlackInstallation


@dataclass(frozen=True, slots=True)
class KnownInstallation:
    """An installation with the slug of its workspace."""

    installation: SlackInstallation
    workspace: Slug


class SlackInstallationDirectory(Protocol):
    """The installations of all workspaces, each to be found by Slack's name of its place alone."""

    @abstractmethod
    async def find(self, places: Sequence[str]) -> KnownInstallation | None:
        """Return the installation in the first of these places that has one, None where none has.

        Raises ServiceUnavailableError when the database is down.
        """


class SlackInstallationRepository(Protocol):
    """The installations of one workspace."""

    @abstractmethod
    async def put(self, installation: SlackInstallation) -> None:
        """Keep an installation, in place of the one of before.

        Raises:
            ConflictError: in this place the app works for another workspace.
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def get(self, place: str, *, for_change: bool = False) -> SlackInstallation:
        """Return the installation in a place; with `for_change` nobody else changes it before the commit.

        Raises:
            NotFoundError: there is none.
        """

    @abstractmethod
    async def all(self) -> list[SlackInstallation]:
        """Return all, in the order of their places."""

    @abstractmethod
    async def remove(self, place: str) -> None:
        """Forget an installation with its tokens, and what people have begun there; none is fine."""

    @abstractmethod
    async def authors(self, place: str) -> tuple[str, ...]:
        """Return the ids of those who may add templates from there without administering it, in order."""

    @abstractmethod
    async def set_authors(self, place: str, user_ids: Sequence[str]) -> None:
        """Let these people and nobody else add templates from there; the list goes with the installation.

        Raises:
            NotFoundError: there is no installation.
        """

    @abstractmethod
    async def expect(self, state_sha256: str, expires_at: datetime) -> None:
        """Keep what an installation that somebody is about to make will be recognised by.

        Raises:
            NotFoundError: the workspace is gone.
        """

    @abstractmethod
    async def is_expected(self, state_sha256: str, *, at: datetime) -> bool:
        """Tell whether an installation with this state is still expected."""

    @abstractmethod
    async def take_expected(self, state_sha256: str, *, at: datetime) -> bool:
        """Forget a state, and tell whether it was expected: once only."""
