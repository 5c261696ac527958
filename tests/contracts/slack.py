"""The contracts of what is kept for Slack."""

import asyncio
from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.slack_installations import KnownInstallation, SlackInstallationDirectory
from application.ports.slack_intents import Taken
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import ConflictError, NotFoundError, ServiceUnavailableError
from domain.identifiers import SlackDraftId, WorkspaceId
from domain.slack_delivery import SlackDelivery, SlackOutcome
from domain.slack_draft import SlackDraft
from domain.slack_installation import SlackInstallation
from domain.slack_intent import DOUBLE_CLICK, SlackIntent
from domain.template import TemplateStatus
from domain.workspace import Workspace
from tests.builders import (
    NOW,
    SLACK_PLACE,
    SLACK_USER,
    WORKSPACE_ID,
    a_slack_delivery,
    a_slack_draft,
    a_slack_installation,
    a_slack_intent,
    a_template,
)
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

NOWHERE = ["0" * 32, "nonsense", *UNSTORABLE.values()]


async def installed(units: UnitsOfWork, installation: SlackInstallation) -> None:
    """Keep an installation."""
    async with units.of_workspace(installation.workspace_id) as unit:
        await unit.slack_installations.put(installation)
        await unit.commit()


async def taken(units: UnitsOfWork, intent: SlackIntent) -> Taken:
    """Take an intent."""
    async with units.of_workspace(intent.workspace_id) as unit:
        found = await unit.slack_intents.take(intent)
        await unit.commit()
    return found


async def drafted(units: UnitsOfWork, draft: SlackDraft) -> None:
    """Keep a draft."""
    async with units.of_workspace(draft.workspace_id) as unit:
        await unit.slack_drafts.put(draft)
        await unit.commit()


async def delivering(units: UnitsOfWork, delivery: SlackDelivery) -> bool:
    """Keep a delivery."""
    async with units.of_workspace(delivery.workspace_id) as unit:
        is_new = await unit.slack_deliveries.add(delivery)
        await unit.commit()
    return is_new


class SlackInstallationRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of installations."""

    async def test_an_installation_is_kept_and_replaced_in_every_field(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        first = a_slack_installation(workspace_id=acme.id, name="Größe 💶")
        other = replace(
            first, name="Other", bot_token=b"new", scopes=("chat:write", "files:write"), refresh_token=b"again",
            token_expires_at=NOW, installed_at=NOW + timedelta(days=1), installed_by="U2", app_id="A2",
            bot_user_id="U9",
        )  # fmt: skip
        await installed(units, first)
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_installations.get(first.place, for_change=True) == first
            await unit.slack_installations.put(other)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_installations.all() == [other]

    async def test_a_place_belongs_to_one_workspace(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        mine = a_slack_installation(workspace_id=acme.id)
        await installed(units, mine)
        with pytest.raises(ConflictError):
            await installed(units, replace(mine, workspace_id=globex.id))
        async with units.of_workspace(globex.id) as unit:
            assert await unit.slack_installations.all() == []

    async def test_an_installation_that_goes_takes_along_what_was_begun_there(self, units: UnitsOfWork) -> None:
        gone, other = a_slack_installation(), a_slack_installation(place="T2")
        draft, intent = a_slack_draft(), a_slack_intent()
        await installed(units, gone)
        await installed(units, other)
        await drafted(units, draft)
        await taken(units, intent)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            await unit.slack_installations.remove(gone.place)
            await unit.slack_installations.remove("T-unknown")
            await unit.commit()
        async with units.of_workspace(WORKSPACE_ID) as unit:
            assert await unit.slack_installations.all() == [other]
            with pytest.raises(NotFoundError):
                await unit.slack_drafts.get(draft.id)
            with pytest.raises(NotFoundError):
                await unit.slack_intents.get(intent.id)

    async def test_each_installation_has_authors_of_its_own_as_long_as_it_lasts(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        first = a_slack_installation(workspace_id=acme.id)
        second, foreign = replace(first, place="T2"), replace(first, place="T3", workspace_id=globex.id)
        for each in (first, second, foreign):
            await installed(units, each)
        async with units.of_workspace(acme.id) as unit:
            known = unit.slack_installations
            await known.set_authors(first.place, ["U2", "U1", "U2"])
            await known.set_authors(second.place, ["U3"])
            await known.put(replace(first, name="Installed again"))
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            known = unit.slack_installations
            assert [await known.authors(each) for each in ("T2", first.place, "T3")] == [("U3",), ("U1", "U2"), ()]
            await known.set_authors(second.place, [])
            await known.remove(first.place)
            await known.put(first)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            known = unit.slack_installations
            assert [await known.authors(each) for each in ("T2", first.place, *NOWHERE)] == [
                (),
                (),
                *[()] * len(NOWHERE),
            ]

    @pytest.mark.parametrize("nowhere", ["T-unknown", "T3"])
    async def test_nobody_is_an_author_where_the_app_is_not_installed(
        self, units: UnitsOfWork, acme: Workspace, globex: Workspace, nowhere: str
    ) -> None:
        await installed(units, a_slack_installation(workspace_id=globex.id, place="T3"))
        async with units.of_workspace(acme.id) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_installations.set_authors(nowhere, ["U1"])

    @pytest.mark.parametrize("nowhere", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, nowhere: str) -> None:
        async with units.of_workspace(WORKSPACE_ID) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_installations.get(nowhere)

    async def test_a_state_is_expected_once_and_until_its_time(self, units: UnitsOfWork, acme: Workspace) -> None:
        async with units.of_workspace(WORKSPACE_ID) as unit:
            await unit.slack_installations.expect("a" * 64, NOW + timedelta(hours=1))
            await unit.slack_installations.expect("b" * 64, NOW)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert not await unit.slack_installations.is_expected("a" * 64, at=NOW)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            repository = unit.slack_installations
            assert await repository.is_expected("a" * 64, at=NOW)
            assert [await repository.take_expected("a" * 64, at=NOW) for _ in range(2)] == [True, False]
            assert not await repository.take_expected("b" * 64, at=NOW)
            assert not await repository.is_expected("a" * 64, at=NOW)

    async def test_nothing_is_kept_for_a_workspace_that_is_gone(self, units: UnitsOfWork) -> None:
        gone = WorkspaceId("wsp_" + "e" * 32)
        for step in (
            installed(units, a_slack_installation(workspace_id=gone)),
            taken(units, a_slack_intent(workspace_id=gone)),
            drafted(units, a_slack_draft(workspace_id=gone)),
            delivering(units, a_slack_delivery(workspace_id=gone)),
        ):
            with pytest.raises(NotFoundError):
                await step


class SlackInstallationDirectoryContract(UnitsOfWorkFixtures):
    """Promises of everything that finds installations."""

    @pytest.fixture
    @abstractmethod
    def directory(self, units: UnitsOfWork) -> SlackInstallationDirectory:
        """Give the directory of these units."""

    @pytest.fixture
    @abstractmethod
    def directory_that_is_down(self) -> SlackInstallationDirectory:
        """Give one that cannot be reached."""

    async def test_the_first_place_that_has_one_is_found_in_whatever_workspace(
        self, directory: SlackInstallationDirectory, units: UnitsOfWork, acme: Workspace, globex: Workspace
    ) -> None:
        team = a_slack_installation(workspace_id=acme.id, place="T7", refresh_token=b"r", token_expires_at=NOW)
        organisation = a_slack_installation(workspace_id=globex.id, place="E7")
        await installed(units, team)
        await installed(units, organisation)
        assert await directory.find(["T7", "E7"]) == KnownInstallation(team, acme.slug)
        assert await directory.find(["T8", "E7"]) == KnownInstallation(organisation, globex.slug)

    async def test_nothing_is_found_where_nothing_is(self, directory: SlackInstallationDirectory) -> None:
        assert await directory.find(["T8", *NOWHERE]) is None
        assert await directory.find([]) is None

    async def test_a_database_that_is_down_is_said(self, directory_that_is_down: SlackInstallationDirectory) -> None:
        with pytest.raises(ServiceUnavailableError):
            await directory_that_is_down.find(["T1"])


class SlackIntentRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of intents."""

    async def test_an_intent_is_kept_in_every_field_and_forgets_what_it_said(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        intent = a_slack_intent(workspace_id=acme.id, click="button", payload='{"text":"ä\\u0000"}'.encode())
        assert await taken(units, intent) is Taken.NEW
        done = intent.start().finish(NOW)
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_intents.get(intent.id, for_change=True) == intent
            await unit.slack_intents.update(done)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_intents.get(intent.id) == done
            assert done.payload == b""

    async def test_what_comes_again_is_known_and_the_very_request_is_a_replay(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        intent = a_slack_intent(key="event:Ev1")
        assert await taken(units, intent) is Taken.NEW
        assert await taken(units, a_slack_intent(key="event:Ev1", signature="v0=other")) is Taken.KNOWN
        assert await taken(units, a_slack_intent(key="event:Ev1", signature=intent.signature)) is Taken.REPLAYED
        assert await taken(units, a_slack_intent(key="event:Ev1", workspace_id=acme.id)) is Taken.NEW

    async def test_of_those_that_come_at_the_same_time_one_is_new(self, units: UnitsOfWork) -> None:
        same = [a_slack_intent(key="event:Ev1", signature=f"v0={n}") for n in range(4)]
        clicks = [a_slack_intent(click="button") for _ in range(4)]
        for several in (same, clicks):
            found = await asyncio.gather(*(taken(units, each) for each in several))
            assert found.count(Taken.NEW) == 1
            assert found.count(Taken.KNOWN) == 3

    async def test_a_second_click_counts_when_it_comes_later(self, units: UnitsOfWork) -> None:
        first = a_slack_intent(click="button")
        soon = a_slack_intent(click="button", received_at=NOW + DOUBLE_CLICK / 2)
        later = a_slack_intent(click="button", received_at=NOW + DOUBLE_CLICK)
        assert [await taken(units, each) for each in (first, soon, later)] == [Taken.NEW, Taken.KNOWN, Taken.NEW]

    async def test_old_ones_are_forgotten(self, units: UnitsOfWork) -> None:
        old = [a_slack_intent(received_at=NOW - timedelta(days=2)) for _ in range(3)]
        fresh = a_slack_intent()
        for each in (*old, fresh):
            await taken(units, each)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            before = NOW - timedelta(days=1)
            assert [await unit.slack_intents.sweep(before=before, limit=2) for _ in range(3)] == [2, 1, 0]
            assert await unit.slack_intents.get(fresh.id) == fresh

    @pytest.mark.parametrize("nowhere", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, nowhere: str) -> None:
        async with units.of_workspace(WORKSPACE_ID) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_intents.get(nowhere)


class SlackDraftRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of drafts."""

    async def test_a_draft_is_kept_and_replaced_in_every_field(self, units: UnitsOfWork, acme: Workspace) -> None:
        template = await stored(units, a_template(workspace_id=acme.id))
        draft = a_slack_draft(workspace_id=acme.id)
        chosen = replace(
            draft.of_template(template.id, 1, '{"name":"Größe 💶"}'.encode(), at=NOW), page=2, revision=3, output="html"
        )
        await drafted(units, draft)
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_drafts.get(draft.id, for_change=True) == draft
            await unit.slack_drafts.put(chosen)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_drafts.get(draft.id) == chosen

    async def test_those_of_a_person_are_listed_and_removed(self, units: UnitsOfWork) -> None:
        template = await stored(units, a_template())
        early, late = [
            a_slack_draft().of_template(template.id, 1, b"{}", at=NOW + timedelta(hours=hours)) for hours in (1, 2)
        ]
        other = a_slack_draft(origin=replace(early.origin, user_id="U2"))
        for draft in (early, late, other, a_slack_draft()):
            await drafted(units, draft)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            assert await unit.slack_drafts.of_user(SLACK_PLACE, SLACK_USER, limit=5) == [late, early]
            assert await unit.slack_drafts.of_user(SLACK_PLACE, SLACK_USER, limit=1) == [late]
            await unit.slack_drafts.remove(late.id)
            await unit.slack_drafts.remove(SlackDraftId("sld_" + "0" * 32))
            assert await unit.slack_drafts.of_user(SLACK_PLACE, SLACK_USER, limit=5) == [early]

    async def test_a_draft_goes_with_its_template(self, units: UnitsOfWork) -> None:
        template = await stored(units, a_template())
        draft = a_slack_draft().of_template(template.id, 1, b"{}", at=NOW)
        await drafted(units, draft)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            await unit.templates.delete(template.id)
            await unit.commit()
        async with units.of_workspace(WORKSPACE_ID) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_drafts.get(draft.id)
        with pytest.raises(NotFoundError):
            await drafted(units, draft)

    async def test_old_ones_are_forgotten(self, units: UnitsOfWork) -> None:
        old, fresh = a_slack_draft(updated_at=NOW - timedelta(days=8)), a_slack_draft()
        await drafted(units, old)
        await drafted(units, fresh)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            assert await unit.slack_drafts.sweep(before=NOW - timedelta(days=7), limit=10) == 1
            assert await unit.slack_drafts.get(fresh.id) == fresh
            with pytest.raises(NotFoundError):
                await unit.slack_drafts.get(old.id)

    @pytest.mark.parametrize("nowhere", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, nowhere: str) -> None:
        async with units.of_workspace(WORKSPACE_ID) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_drafts.get(nowhere)


class SlackDeliveryRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of deliveries."""

    async def test_a_delivery_is_kept_once_and_changed_in_every_field(
        self, units: UnitsOfWork, acme: Workspace
    ) -> None:
        delivery = a_slack_delivery(workspace_id=acme.id)
        assert [await delivering(units, delivery) for _ in range(2)] == [True, False]
        changed = replace(
            delivery.posted("C1", "1.2").uploaded("F1").end(SlackOutcome.FILE, at=NOW),
            announced=True, completing=True, starts=3, origin=replace(delivery.origin, channel_id="C9"),
        )  # fmt: skip
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_deliveries.get(delivery.id, for_change=True) == delivery
            await unit.slack_deliveries.update(changed)
            await unit.commit()
        async with units.of_workspace(acme.id) as unit:
            assert await unit.slack_deliveries.get(delivery.id) == changed
            assert await unit.slack_deliveries.of_render(delivery.render_id) == changed
            assert await unit.slack_deliveries.of_render("rnd_" + "0" * 32) is None

    async def test_those_of_a_person_are_listed_newest_first(self, units: UnitsOfWork) -> None:
        first, second = a_slack_delivery(), a_slack_delivery()
        other = a_slack_delivery(origin=replace(first.origin, user_id="U2"))
        for each in (first, second, other):
            await delivering(units, each)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            assert await unit.slack_deliveries.of_user(SLACK_PLACE, SLACK_USER, limit=5) == [second, first]
            assert await unit.slack_deliveries.of_user(SLACK_PLACE, SLACK_USER, limit=1) == [second]

    async def test_templates_are_offered_recent_ones_first(self, units: UnitsOfWork, acme: Workspace) -> None:
        names = ("Invoice", "Offer letter", "Contract", "Draft", "Archived", "Letter of Größe")
        templates = {
            name: a_template(name=name, slug=f"t-{number}", description="", tags=(), published_version=1)
            for number, name in enumerate(names)
        }
        templates["Draft"] = replace(templates["Draft"], published_version=None)
        templates["Archived"] = replace(templates["Archived"], status=TemplateStatus.ARCHIVED)
        for template in templates.values():
            await stored(units, template)
        await stored(units, a_template(name="Theirs", workspace_id=acme.id))
        for name, user in (("Offer letter", SLACK_USER), ("Invoice", SLACK_USER), ("Contract", "U2")):
            delivery = a_slack_delivery(template_id=templates[name].id)
            await delivering(units, replace(delivery, origin=replace(delivery.origin, user_id=user)))
        async with units.of_workspace(WORKSPACE_ID) as unit:

            async def offered(text: str, limit: int = 100) -> list[str]:
                found = await unit.slack_deliveries.offered(SLACK_PLACE, SLACK_USER, text, limit=limit)
                return [each.name for each in found]

            assert await offered("") == ["Invoice", "Offer letter", "Contract", "Letter of Größe"]
            assert await offered("", limit=1) == ["Invoice"]
            assert await offered("letter") == ["Offer letter", "Letter of Größe"]
            assert await offered("GROSSE let") == ["Letter of Größe"]
            assert await offered("100%") == []
            for text in UNSTORABLE.values():
                assert await offered(text) == []

    async def test_old_ones_are_forgotten_and_open_ones_are_not(self, units: UnitsOfWork) -> None:
        old = a_slack_delivery().end(SlackOutcome.FILE, at=NOW - timedelta(days=100))
        still = a_slack_delivery(created_at=NOW - timedelta(days=100))
        for each in (old, still):
            await delivering(units, each)
        async with units.of_workspace(WORKSPACE_ID) as unit:
            assert await unit.slack_deliveries.sweep(before=NOW - timedelta(days=90), limit=10) == 1
            assert await unit.slack_deliveries.get(still.id) == still

    @pytest.mark.parametrize("nowhere", NOWHERE)
    async def test_what_is_not_there_is_not_found(self, units: UnitsOfWork, nowhere: str) -> None:
        async with units.of_workspace(WORKSPACE_ID) as unit:
            with pytest.raises(NotFoundError):
                await unit.slack_deliveries.get(nowhere)
