"""Installations, intents, drafts and deliveries of Slack in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from application.ports.slack_deliveries import SlackDeliveryRepository
from application.ports.slack_drafts import SlackDraftRepository
from application.ports.slack_installations import (
    KnownInstallation,
    SlackInstallationDirectory,
    SlackInstallationRepository,
)
from application.ports.slack_intents import SlackIntentRepository, Taken
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import SlackDraftId, WorkspaceId
from domain.search import words_of
from domain.slack_delivery import SlackDelivery
from domain.slack_draft import SlackDraft
from domain.slack_installation import SlackInstallation
from domain.slack_intent import DOUBLE_CLICK, SlackIntent
from domain.template import Template, TemplateStatus
from tests.fakes.database import Database, View


class InMemorySlackInstallationDirectory(SlackInstallationDirectory):
    """The committed installations of all workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def find(self, places: Sequence[str]) -> KnownInstallation | None:
        await View(self._database).query()
        slugs = {workspace.id: workspace.slug for workspace in self._database.workspaces.values()}
        by_place = {each.place: each for each in self._database.slack_installations.values()}
        found = next((by_place[place] for place in places if place in by_place), None)
        return None if found is None else KnownInstallation(found, slugs[found.workspace_id])


class _OfWorkspace:
    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    def _require_workspace(self) -> None:
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)


class InMemorySlackInstallationRepository(_OfWorkspace, SlackInstallationRepository):
    """The installations of one workspace."""

    @override
    async def put(self, installation: SlackInstallation) -> None:
        await self._view.query()
        self._require_workspace()
        for each in self._view.slack_installations.rows():
            if each.place == installation.place and each.workspace_id != self._workspace_id:
                raise ConflictError("In this place the app works for another workspace.")
        self._view.slack_installations.put((self._workspace_id, installation.place), installation)

    @override
    async def get(self, place: str, *, for_change: bool = False) -> SlackInstallation:
        if for_change:
            await self._view.lock(("slack", place))
        await self._view.query()
        found = self._view.slack_installations.get((self._workspace_id, place))
        if found is None:
            raise NotFoundError("Slack installation", place)
        return found

    @override
    async def all(self) -> list[SlackInstallation]:
        await self._view.query()
        mine = [each for each in self._view.slack_installations.rows() if each.workspace_id == self._workspace_id]
        return sorted(mine, key=lambda each: each.place)

    @override
    async def remove(self, place: str) -> None:
        await self._view.query()
        self._view.slack_installations.remove((self._workspace_id, place))
        self._view.slack_authors.remove((self._workspace_id, place))
        for draft in self._view.slack_drafts.rows():
            if (draft.workspace_id, draft.origin.place) == (self._workspace_id, place):
                self._view.slack_drafts.remove((self._workspace_id, draft.id))
        for intent in self._view.slack_intents.rows():
            if (intent.workspace_id, intent.place) == (self._workspace_id, place):
                self._view.slack_intents.remove((self._workspace_id, intent.id))

    @override
    async def authors(self, place: str) -> tuple[str, ...]:
        await self._view.query()
        return self._view.slack_authors.get((self._workspace_id, place)) or ()

    @override
    async def set_authors(self, place: str, user_ids: Sequence[str]) -> None:
        await self.get(place)
        self._view.slack_authors.put((self._workspace_id, place), tuple(sorted(set(user_ids))))

    @override
    async def expect(self, state_sha256: str, expires_at: datetime) -> None:
        await self._view.query()
        self._require_workspace()
        self._view.slack_states.put((self._workspace_id, state_sha256), expires_at)

    @override
    async def is_expected(self, state_sha256: str, *, at: datetime) -> bool:
        await self._view.query()
        expires_at = self._view.slack_states.get((self._workspace_id, state_sha256))
        return expires_at is not None and expires_at > at

    @override
    async def take_expected(self, state_sha256: str, *, at: datetime) -> bool:
        await self._view.lock(("slack state", state_sha256))
        expected = await self.is_expected(state_sha256, at=at)
        self._view.slack_states.remove((self._workspace_id, state_sha256))
        return expected


class InMemorySlackIntentRepository(_OfWorkspace, SlackIntentRepository):
    """The intents of one workspace."""

    @override
    async def take(self, intent: SlackIntent) -> Taken:
        await self._view.lock(("slack click", self._workspace_id, intent.click or intent.key))
        await self._view.query()
        self._require_workspace()
        mine = [each for each in self._view.slack_intents.rows() if each.workspace_id == self._workspace_id]
        just_now = intent.received_at - DOUBLE_CLICK
        if intent.click and any(each.click == intent.click and each.received_at > just_now for each in mine):
            return Taken.KNOWN
        for each in mine:
            if each.key == intent.key:
                return Taken.REPLAYED if each.signature == intent.signature else Taken.KNOWN
        self._view.slack_intents.put((self._workspace_id, intent.id), intent)
        return Taken.NEW

    @override
    async def get(self, intent_id: str, *, for_change: bool = False) -> SlackIntent:
        if for_change:
            await self._view.lock(intent_id)
        await self._view.query()
        found = next((each for each in self._view.slack_intents.rows() if each.id == intent_id), None)
        if found is None or found.workspace_id != self._workspace_id:
            raise NotFoundError("intent", intent_id)
        return found

    @override
    async def update(self, intent: SlackIntent) -> None:
        kept = await self.get(intent.id, for_change=True)
        changed = replace(kept, starts=intent.starts, payload=intent.payload, finished_at=intent.finished_at)
        self._view.slack_intents.put((self._workspace_id, intent.id), changed)

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        await self._view.query()
        mine = [each for each in self._view.slack_intents.rows() if each.workspace_id == self._workspace_id]
        over = [each for each in mine if each.received_at < before][:limit]
        for each in over:
            self._view.slack_intents.remove((self._workspace_id, each.id))
        return len(over)


class InMemorySlackDraftRepository(_OfWorkspace, SlackDraftRepository):
    """The drafts of one workspace."""

    @override
    async def put(self, draft: SlackDraft) -> None:
        await self._view.query()
        self._require_workspace()
        if draft.template_id and self._view.templates.get((self._workspace_id, draft.template_id)) is None:
            raise NotFoundError("template", draft.template_id)
        self._view.slack_drafts.put((self._workspace_id, draft.id), draft)

    @override
    async def get(self, draft_id: str, *, for_change: bool = False) -> SlackDraft:
        if for_change:
            await self._view.lock(draft_id)
        await self._view.query()
        found = self._view.slack_drafts.get((self._workspace_id, SlackDraftId(draft_id)))
        if found is None or self._is_without_template(found):
            raise NotFoundError("draft", draft_id)
        return found

    @override
    async def remove(self, draft_id: SlackDraftId) -> None:
        await self._view.query()
        self._view.slack_drafts.remove((self._workspace_id, draft_id))

    @override
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDraft]:
        await self._view.query()
        mine = [
            each
            for each in self._view.slack_drafts.rows()
            if (each.workspace_id, each.origin.place, each.origin.user_id) == (self._workspace_id, place, user_id)
            and each.template_id is not None
            and not self._is_without_template(each)
        ]
        return sorted(mine, key=lambda each: (each.updated_at, each.id), reverse=True)[:limit]

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        await self._view.query()
        mine = [each for each in self._view.slack_drafts.rows() if each.workspace_id == self._workspace_id]
        over = [each for each in mine if each.updated_at < before][:limit]
        for each in over:
            self._view.slack_drafts.remove((self._workspace_id, each.id))
        return len(over)

    def _is_without_template(self, draft: SlackDraft) -> bool:
        chosen = draft.template_id
        return chosen is not None and self._view.templates.get((self._workspace_id, chosen)) is None


class InMemorySlackDeliveryRepository(_OfWorkspace, SlackDeliveryRepository):
    """The deliveries of one workspace."""

    @override
    async def add(self, delivery: SlackDelivery) -> bool:
        await self._view.lock(delivery.id)
        await self._view.query()
        self._require_workspace()
        if any(delivery.id == each.id or delivery.render_id == each.render_id for each in self._mine()):
            return False
        self._view.slack_deliveries.put((self._workspace_id, delivery.id), delivery)
        return True

    @override
    async def get(self, delivery_id: str, *, for_change: bool = False) -> SlackDelivery:
        if for_change:
            await self._view.lock(delivery_id)
        await self._view.query()
        found = next((each for each in self._mine() if each.id == delivery_id), None)
        if found is None:
            raise NotFoundError("delivery", delivery_id)
        return found

    @override
    async def update(self, delivery: SlackDelivery) -> None:
        await self.get(delivery.id, for_change=True)
        self._view.slack_deliveries.put((self._workspace_id, delivery.id), delivery)

    @override
    async def of_render(self, render_id: str) -> SlackDelivery | None:
        await self._view.query()
        return next((each for each in self._mine() if each.render_id == render_id), None)

    @override
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDelivery]:
        await self._view.query()
        return self._of_user(place, user_id)[:limit]

    @override
    async def offered(self, place: str, user_id: str, text: str, *, limit: int) -> list[Template]:
        await self._view.query()
        last: dict[str, int] = {}
        for position, delivery in enumerate(self._of_user(place, user_id)):
            last.setdefault(delivery.template_id, position)
        words = words_of(text)
        found = [
            each
            for each in self._view.templates.rows()
            if each.workspace_id == self._workspace_id
            and each.status is TemplateStatus.ACTIVE
            and each.published_version is not None
            and all(word in each.searched_text() for word in words)
        ]
        return sorted(found, key=lambda each: (last.get(each.id, len(last)), each.name.lower(), each.id))[:limit]

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        await self._view.query()
        over = [each for each in self._mine() if each.finished_at is not None and each.finished_at < before][:limit]
        for each in over:
            self._view.slack_deliveries.remove((self._workspace_id, each.id))
        return len(over)

    def _mine(self) -> list[SlackDelivery]:
        return [each for each in self._view.slack_deliveries.rows() if each.workspace_id == self._workspace_id]

    def _of_user(self, place: str, user_id: str) -> list[SlackDelivery]:
        mine = [each for each in self._mine() if (each.origin.place, each.origin.user_id) == (place, user_id)]
        return sorted(mine, key=lambda each: each.id, reverse=True)
