"""Changes of templates, as PostgreSQL announces them: a trigger notifies, and every process of the service listens."""

from collections import defaultdict
from typing import Final

from typing_extensions import override

from adapters.postgres.notifications import Subscriber
from application.ports.template_changes import TemplateChanges
from domain.identifiers import WorkspaceId

TEMPLATES_CHANNEL: Final = "docgen_templates"


class PostgresTemplateChanges(TemplateChanges, Subscriber):
    """Counts what is announced on the channel of templates.

    While nothing is heard, nobody knows whether something has changed.
    """

    def __init__(self) -> None:
        self._listens = False
        self._generations: defaultdict[WorkspaceId, int] = defaultdict(int)

    @override
    def generation(self, workspace_id: WorkspaceId) -> int | None:
        return self._generations[workspace_id] if self._listens else None

    def note(self, workspace_id: WorkspaceId) -> None:
        """Take down that something of the workspace has changed."""
        self._generations[workspace_id] += 1

    @override
    def heard(self, payload: str) -> None:
        self.note(WorkspaceId(payload))

    @override
    def connected(self) -> None:
        for workspace_id in self._generations:
            self._generations[workspace_id] += 1
        self._listens = True

    @override
    def disconnected(self) -> None:
        self._listens = False
