"""What Slack needs in PostgreSQL: installations, intents, drafts and deliveries."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import CursorResult, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import violations
from adapters.postgres.tables.base import Row
from adapters.postgres.tables.slack import (
    SlackAuthorRow,
    SlackDeliveryRow,
    SlackDraftRow,
    SlackInstallationRow,
    SlackInstallStateRow,
    SlackIntentRow,
)
from adapters.postgres.tables.templates import TemplateRow, template_of
from adapters.postgres.texts import from_json, is_storable, storable, to_json
from application.ports.slack_deliveries import SlackDeliveryRepository
from application.ports.slack_drafts import SlackDraftRepository
from application.ports.slack_installations import (
    KnownInstallation,
    SlackInstallationDirectory,
    SlackInstallationRepository,
)
from application.ports.slack_intents import SlackIntentRepository, Taken
from domain.errors import ConflictError, NotFoundError
from domain.identifiers import (
    SLACK_DELIVERY_PREFIX,
    SLACK_DRAFT_PREFIX,
    SLACK_INTENT_PREFIX,
    SlackDraftId,
    Slug,
    WorkspaceId,
    is_id,
)
from domain.search import words_of
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.slack_installation import SlackInstallation
from domain.slack_intent import DOUBLE_CLICK, SlackIntent, SlackIntentKind
from domain.template import Template, TemplateStatus

R = TypeVar("R", bound=Row)

_NO_SYNC: Final = {"synchronize_session": False}
# Another transaction may have changed the row since this one read it: never answer from memory.
_FRESH: Final = {"populate_existing": True}
# The function shows the policies of row-level security which place is meant, and reads it (see its migration).
_FIND: Final = "SELECT * FROM find_slack_installation($1)"


class PostgresSlackInstallationDirectory(SlackInstallationDirectory):
    """Looks an installation up by one statement, which is a transaction of its own: one round trip."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @override
    async def find(self, places: Sequence[str]) -> KnownInstallation | None:
        named = [place for place in places if is_storable(place)]
        async with self._database.single_statements() as connection:
            record = await connection.fetchrow(_FIND, named)
        if record is None:
            return None
        values = {field.name: record[field.name] for field in fields(SlackInstallation)}
        installation = SlackInstallation(**{**values, "scopes": tuple(values["scopes"])})
        return KnownInstallation(installation, Slug(record["workspace"]))


class _OfWorkspace:
    """What the tables of a workspace have in common."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def _write(self, statement: Any) -> int:
        result = await self._session.execute(statement.execution_options(**_NO_SYNC))
        return cast("CursorResult[Any]", result).rowcount

    def _gone(self) -> dict[str, Any]:
        gone = NotFoundError("workspace", self._workspace_id)
        tables = ("slack_installations", "slack_install_states", "slack_intents", "slack_drafts", "slack_deliveries")
        return {f"fk_{table}_workspaces": gone for table in tables}

    def _of(self, row: type[R]) -> Select[R]:
        mine = select(row).where(row.workspace_id == self._workspace_id)  # type: ignore[attr-defined]  # each has it
        return mine.execution_options(**_FRESH)

    async def _sweep(self, row: Any, time: Any, before: datetime, limit: int) -> int:
        over = select(row.id).where(row.workspace_id == self._workspace_id, time < before).limit(limit)
        return await self._write(delete(row).where(row.workspace_id == self._workspace_id, row.id.in_(over)))


class PostgresSlackInstallationRepository(_OfWorkspace, SlackInstallationRepository):
    """The installations of one workspace."""

    @override
    async def put(self, installation: SlackInstallation) -> None:
        columns = {field.name: getattr(installation, field.name) for field in fields(installation)}
        columns |= {"scopes": list(installation.scopes), "name": storable(installation.name)}
        new = upsert(SlackInstallationRow).values(columns)
        taken = ConflictError(
            f"In {installation.place} the app works for another workspace of DocGen: remove it from Slack there first."
        )
        with violations({**self._gone(), "uq_slack_installations_place": taken}):
            await self._session.execute(new.on_conflict_do_update(constraint="pk_slack_installations", set_=columns))

    @override
    async def get(self, place: str, *, for_change: bool = False) -> SlackInstallation:
        row = None
        if is_storable(place):
            query = self._of(SlackInstallationRow).where(SlackInstallationRow.place == place)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("Slack installation", place)
        return _installation_of(row)

    @override
    async def all(self) -> list[SlackInstallation]:
        query = self._of(SlackInstallationRow).order_by(SlackInstallationRow.place)
        return [_installation_of(row) for row in await self._session.scalars(query)]

    @override
    async def remove(self, place: str) -> None:
        if is_storable(place):
            for row in (SlackInstallationRow, SlackDraftRow, SlackIntentRow):
                mine = delete(row).where(row.workspace_id == self._workspace_id, row.place == place)
                await self._write(mine)

    @override
    async def authors(self, place: str) -> tuple[str, ...]:
        if not is_storable(place):
            return ()
        row = SlackAuthorRow
        query = select(row.user_id).where(row.workspace_id == self._workspace_id, row.place == place)
        return tuple(await self._session.scalars(query.order_by(row.user_id)))

    @override
    async def set_authors(self, place: str, user_ids: Sequence[str]) -> None:
        gone = NotFoundError("Slack installation", place)
        if not is_storable(place):
            raise gone
        row = SlackAuthorRow
        await self._write(delete(row).where(row.workspace_id == self._workspace_id, row.place == place))
        new = [{"workspace_id": self._workspace_id, "place": place, "user_id": each} for each in sorted(set(user_ids))]
        if new:
            with violations({"fk_slack_authors_slack_installations": gone}):
                await self._session.execute(insert(row).values(new))

    @override
    async def expect(self, state_sha256: str, expires_at: datetime) -> None:
        values = {"workspace_id": self._workspace_id, "sha256": state_sha256, "expires_at": expires_at}
        with violations(self._gone()):
            await self._session.execute(insert(SlackInstallStateRow).values(values))

    @override
    async def is_expected(self, state_sha256: str, *, at: datetime) -> bool:
        query = select(SlackInstallStateRow.sha256).where(*self._expected(state_sha256, at))
        return await self._session.scalar(query) is not None

    @override
    async def take_expected(self, state_sha256: str, *, at: datetime) -> bool:
        taken = await self._write(delete(SlackInstallStateRow).where(*self._expected(state_sha256, at)))
        over = SlackInstallStateRow.workspace_id == self._workspace_id, SlackInstallStateRow.expires_at <= at
        await self._write(delete(SlackInstallStateRow).where(*over))
        return taken == 1

    def _expected(self, state_sha256: str, at: datetime) -> tuple[Any, ...]:
        row = SlackInstallStateRow
        return row.workspace_id == self._workspace_id, row.sha256 == state_sha256, row.expires_at > at


class PostgresSlackIntentRepository(_OfWorkspace, SlackIntentRepository):
    """The intents of one workspace."""

    @override
    async def take(self, intent: SlackIntent) -> Taken:
        values = {field.name: getattr(intent, field.name) for field in fields(intent)}
        row = SlackIntentRow
        if intent.click is not None:
            # Whoever clicks at the same time waits here, so that the one sees the other.
            name = f"slack click {self._workspace_id} {intent.click}"
            await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
            just_now = select(row.id).where(
                row.workspace_id == self._workspace_id,
                row.click == intent.click,
                row.received_at > intent.received_at - DOUBLE_CLICK,
            )
            if await self._session.scalar(just_now.limit(1)) is not None:
                return Taken.KNOWN
        new = upsert(row).values(values).on_conflict_do_nothing(constraint="uq_slack_intents_workspace_id_key")
        with violations(self._gone()):
            if await self._write(new):
                return Taken.NEW
        known = select(row.signature).where(row.workspace_id == self._workspace_id, row.key == intent.key)
        return Taken.REPLAYED if await self._session.scalar(known) == intent.signature else Taken.KNOWN

    @override
    async def get(self, intent_id: str, *, for_change: bool = False) -> SlackIntent:
        row = None
        if is_id(intent_id, SLACK_INTENT_PREFIX):
            query = self._of(SlackIntentRow).where(SlackIntentRow.id == intent_id)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("intent", intent_id)
        return SlackIntent(**{**_values_of(row, SlackIntent), "kind": SlackIntentKind(row.kind)})

    @override
    async def update(self, intent: SlackIntent) -> None:
        row = SlackIntentRow
        mine = update(row).where(row.workspace_id == self._workspace_id, row.id == intent.id)
        changes = {"starts": intent.starts, "payload": intent.payload, "finished_at": intent.finished_at}
        await self._write(mine.values(changes))

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        return await self._sweep(SlackIntentRow, SlackIntentRow.received_at, before, limit)


class PostgresSlackDraftRepository(_OfWorkspace, SlackDraftRepository):
    """The drafts of one workspace."""

    @override
    async def put(self, draft: SlackDraft) -> None:
        columns = _with_origin(draft)
        new = upsert(SlackDraftRow).values(columns)
        gone = NotFoundError("template", draft.template_id or "")
        with violations({**self._gone(), "fk_slack_drafts_templates": gone}):
            await self._session.execute(new.on_conflict_do_update(constraint="pk_slack_drafts", set_=columns))

    @override
    async def get(self, draft_id: str, *, for_change: bool = False) -> SlackDraft:
        row = None
        if is_id(draft_id, SLACK_DRAFT_PREFIX):
            query = self._of(SlackDraftRow).where(SlackDraftRow.id == draft_id)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("draft", draft_id)
        return _draft_of(row)

    @override
    async def remove(self, draft_id: SlackDraftId) -> None:
        row = SlackDraftRow
        await self._write(delete(row).where(row.workspace_id == self._workspace_id, row.id == draft_id))

    @override
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDraft]:
        row = SlackDraftRow
        mine = self._of(row).where(row.place == place, row.user_id == user_id, row.template_id.is_not(None))
        last_first = mine.order_by(row.updated_at.desc(), row.id.desc()).limit(limit)
        return [_draft_of(each) for each in await self._session.scalars(last_first)]

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        return await self._sweep(SlackDraftRow, SlackDraftRow.updated_at, before, limit)


class PostgresSlackDeliveryRepository(_OfWorkspace, SlackDeliveryRepository):
    """The deliveries of one workspace."""

    @override
    async def add(self, delivery: SlackDelivery) -> bool:
        with violations(self._gone()):
            new = upsert(SlackDeliveryRow).values(_with_origin(delivery)).on_conflict_do_nothing()
            return await self._write(new) == 1

    @override
    async def get(self, delivery_id: str, *, for_change: bool = False) -> SlackDelivery:
        row = None
        if is_id(delivery_id, SLACK_DELIVERY_PREFIX):
            query = self._of(SlackDeliveryRow).where(SlackDeliveryRow.id == delivery_id)
            row = await self._session.scalar(query.with_for_update() if for_change else query)
        if row is None:
            raise NotFoundError("delivery", delivery_id)
        return _delivery_of(row)

    @override
    async def update(self, delivery: SlackDelivery) -> None:
        row = SlackDeliveryRow
        mine = update(row).where(row.workspace_id == self._workspace_id, row.id == delivery.id)
        await self._write(mine.values(_with_origin(delivery)))

    @override
    async def of_render(self, render_id: str) -> SlackDelivery | None:
        found = await self._session.scalar(self._of(SlackDeliveryRow).where(SlackDeliveryRow.render_id == render_id))
        return None if found is None else _delivery_of(found)

    @override
    async def of_user(self, place: str, user_id: str, *, limit: int) -> list[SlackDelivery]:
        row = SlackDeliveryRow
        mine = self._of(row).where(row.place == place, row.user_id == user_id)
        return [_delivery_of(each) for each in await self._session.scalars(mine.order_by(row.id.desc()).limit(limit))]

    @override
    async def offered(self, place: str, user_id: str, text: str, *, limit: int) -> list[Template]:
        template, row = TemplateRow, SlackDeliveryRow
        last = (
            select(func.max(row.id))
            .where(
                row.workspace_id == self._workspace_id,
                row.place == place,
                row.user_id == user_id,
                row.template_id == template.id,
            )
            .scalar_subquery()
        )
        words = words_of(storable(text))
        query = self._of(template).where(
            template.status == TemplateStatus.ACTIVE,
            template.published_version.is_not(None),
            *(template.search.contains(word, autoescape=True) for word in words),
        )
        in_order = query.order_by(last.desc().nulls_last(), func.lower(template.name), template.id).limit(limit)
        return [template_of(each) for each in await self._session.scalars(in_order)]

    @override
    async def sweep(self, *, before: datetime, limit: int) -> int:
        return await self._sweep(SlackDeliveryRow, SlackDeliveryRow.finished_at, before, limit)


def _values_of(row: Row, kind: type[Any]) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(kind)}


def _installation_of(row: SlackInstallationRow) -> SlackInstallation:
    return SlackInstallation(**{**_values_of(row, SlackInstallation), "scopes": tuple(row.scopes)})


def _draft_of(row: SlackDraftRow) -> SlackDraft:
    return SlackDraft(**{**_values_of(row, SlackDraft), "origin": from_json(row.origin, SlackOrigin)})


def _delivery_of(row: SlackDeliveryRow) -> SlackDelivery:
    values = _values_of(row, SlackDelivery)
    outcome = None if row.outcome is None else SlackOutcome(row.outcome)
    return SlackDelivery(**{**values, "origin": from_json(row.origin, SlackOrigin), "outcome": outcome})


def _with_origin(each: SlackDraft | SlackDelivery) -> dict[str, Any]:
    columns = {field.name: getattr(each, field.name) for field in fields(each)}
    origin = each.origin
    return {**columns, "origin": to_json(origin), "place": origin.place, "user_id": origin.user_id}
