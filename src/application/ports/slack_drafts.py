"""Forms that people have begun to fill in."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.identifiers import SlackDraftId
from domain.slack_draft import SlackDraft


class SlackDraftRepository(Protocol):
    """The drafts of one workspace."""

    @abstractmethod
    async def put(self, draft: SlackDraft) -> None:
        """Keep a draft, in place of the one of before.

        Raises:
            NotFoundError: its template, or the workspace, is gone.
        """

    @abstractmethod
    async def get(self, draft_id: str, *, for_change: bool = False) -> SlackDraft:
        """Return a draft; with `for_change` nobody else changes it before the commit.

        Raises:
            NotFoundError: there is none: it was submitted, has expired, or its template was erased.
        """

    @abstractmethod
    async def remove(self, draft_id: SlackDraftId) -> None:
        """Forget a draft; none is fine."""

    @abstractmethod
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDraft]:
        """Return the drafts of a person that have a template, the last touched first."""

    @abstractmethod
    async def sweep(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` that nobody has touched since a time, and return how many."""
