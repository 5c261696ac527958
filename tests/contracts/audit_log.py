"""The contract of `AuditLog`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.caller import Caller, Origin
from application.ports.audit_log import AuditFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.audit import AuditAction, AuditEntry, AuditEvent, AuditObject
from domain.errors import NotFoundError
from domain.identifiers import AUDIT_EVENT_PREFIX, AuditEventId, WorkspaceId, is_id
from domain.workspace import DEFAULT_WORKSPACE_ID, Workspace
from tests.contracts.unit_of_work import UnitsOfWorkFixtures


def an_entry(workspace_id: WorkspaceId, object_id: str = "tpl_1", actor: str = "key_1") -> AuditEntry:
    """Build an entry about a template."""
    caller = Caller(workspace_id, actor, name="Größe 💶", origin=Origin("req-1", "192.0.2.7"))
    return caller.entry(AuditAction.VERSION_PUBLISHED, AuditObject.TEMPLATE, object_id, "version 3")


async def recorded(units: UnitsOfWork, entry: AuditEntry) -> None:
    """Keep an entry."""
    async with units.of_workspace(entry.workspace_id) as unit:
        await unit.audit.record(entry)
        await unit.commit()


async def found(
    units: UnitsOfWork,
    workspace_id: WorkspaceId,
    criteria: AuditFilter | None = None,
    limit: int = 100,
    after: AuditEventId | None = None,
) -> list[AuditEvent]:
    """Search the events of a workspace."""
    async with units.of_workspace(workspace_id) as unit:
        return await unit.audit.search(criteria or AuditFilter(), limit=limit, after=after)


class AuditLogContract(UnitsOfWorkFixtures):
    """Promises of every log of audit events."""

    async def test_an_entry_is_kept_in_every_field_with_an_identifier_and_a_time(self, units: UnitsOfWork) -> None:
        entry = an_entry(DEFAULT_WORKSPACE_ID)
        await recorded(units, entry)
        (event,) = await found(units, DEFAULT_WORKSPACE_ID)
        assert event.entry == entry
        assert is_id(event.id, AUDIT_EVENT_PREFIX)
        assert event.created_at.tzinfo is not None

    async def test_an_entry_goes_with_its_transaction(self, units: UnitsOfWork) -> None:
        async with units.of_workspace(DEFAULT_WORKSPACE_ID) as unit:
            await unit.audit.record(an_entry(DEFAULT_WORKSPACE_ID))
        assert await found(units, DEFAULT_WORKSPACE_ID) == []

    async def test_events_are_listed_page_by_page(self, units: UnitsOfWork) -> None:
        for number in range(5):
            await recorded(units, an_entry(DEFAULT_WORKSPACE_ID, str(number)))
        everything = await found(units, DEFAULT_WORKSPACE_ID)
        assert [event.id for event in everything] == sorted((event.id for event in everything), reverse=True)
        assert {event.entry.object_id for event in everything} == {"0", "1", "2", "3", "4"}
        first = await found(units, DEFAULT_WORKSPACE_ID, limit=2)
        assert first + await found(units, DEFAULT_WORKSPACE_ID, after=first[-1].id) == everything

    async def test_events_are_found_by_their_criteria(self, units: UnitsOfWork) -> None:
        one, two = an_entry(DEFAULT_WORKSPACE_ID, "1", "ada"), an_entry(DEFAULT_WORKSPACE_ID, "2", "bob")
        two = replace(two, action=AuditAction.ASSET_STORED)
        for entry in (one, two):
            await recorded(units, entry)
        later = (await found(units, DEFAULT_WORKSPACE_ID))[0].created_at + timedelta(hours=1)
        for criteria, expected in (
            (AuditFilter(actor="ada"), [one]),
            (AuditFilter(object_id="2"), [two]),
            (AuditFilter(action=AuditAction.ASSET_STORED), [two]),
            (AuditFilter(actor="ada", object_id="2"), []),
            (AuditFilter(actor="a\0b"), []),
            (AuditFilter(created_after=later), []),
        ):
            assert [event.entry for event in await found(units, DEFAULT_WORKSPACE_ID, criteria)] == expected

    async def test_workspaces_have_their_own_events_alone(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        await recorded(units, an_entry(acme.id))
        assert await found(units, globex.id) == []
        assert len(await found(units, acme.id)) == 1

    async def test_the_operator_records_along_with_what_is_done(self, units: UnitsOfWork, acme: Workspace) -> None:
        async with units.of_administration() as unit:
            await unit.audit_of(acme.id).record(an_entry(acme.id))
            await unit.commit()
        assert len(await found(units, acme.id)) == 1

    async def test_what_cannot_be_kept_of_a_text_is_replaced(self, units: UnitsOfWork) -> None:
        await recorded(units, replace(an_entry(DEFAULT_WORKSPACE_ID), detail="plain"))
        assert (await found(units, DEFAULT_WORKSPACE_ID))[0].entry.detail == "plain"

    async def test_a_workspace_takes_its_events_along(self, units: UnitsOfWork, acme: Workspace) -> None:
        await recorded(units, an_entry(acme.id))
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        assert await found(units, acme.id) == []
        with pytest.raises(NotFoundError, match="workspace"):
            await recorded(units, an_entry(acme.id))
