"""The contract of `TemplateChanges`."""

from abc import abstractmethod
from dataclasses import replace

import pytest

from application.ports.template_changes import TemplateChanges
from application.ports.unit_of_work import UnitsOfWork
from domain.workspace import Workspace
from tests.builders import a_template
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored, template_names, updated


class TemplateChangesContract(UnitsOfWorkFixtures):
    """Promises of whatever hears of changes."""

    @pytest.fixture
    @abstractmethod
    async def changes(self, units: UnitsOfWork) -> TemplateChanges:
        """Give one that hears of what the units of work commit, and knows where it stands."""

    @pytest.fixture
    @abstractmethod
    async def changes_unheard(self) -> TemplateChanges:
        """Give one that cannot hear."""

    async def test_nothing_grows_while_nothing_changes(
        self, units: UnitsOfWork, changes: TemplateChanges, acme: Workspace
    ) -> None:
        before = changes.generation(acme.id)
        await template_names(units, acme.id)
        assert before is not None
        assert changes.generation(acme.id) == before

    async def test_a_change_is_known_when_it_is_committed(
        self, units: UnitsOfWork, changes: TemplateChanges, acme: Workspace
    ) -> None:
        seen = [changes.generation(acme.id) or 0]
        template = await stored(units, a_template(workspace_id=acme.id))
        seen.append(changes.generation(acme.id) or 0)
        await updated(units, replace(template, name="Another name", revision=template.revision + 1))
        seen.append(changes.generation(acme.id) or 0)
        assert seen == sorted(set(seen))

    async def test_who_cannot_hear_does_not_pretend_to_know(
        self, changes_unheard: TemplateChanges, acme: Workspace
    ) -> None:
        assert changes_unheard.generation(acme.id) is None
