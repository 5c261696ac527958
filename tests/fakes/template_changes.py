"""Changes of templates in memory."""

from typing_extensions import override

from application.ports.template_changes import TemplateChanges
from domain.identifiers import WorkspaceId
from tests.fakes.units_of_work import InMemoryUnitsOfWork


class InMemoryTemplateChanges(TemplateChanges):
    """Takes every commit for a change of every workspace; knows nothing while the database is down."""

    def __init__(self, units_of_work: InMemoryUnitsOfWork) -> None:
        self._database = units_of_work.database

    @override
    def generation(self, workspace_id: WorkspaceId) -> int | None:
        return None if self._database.down else self._database.commits
