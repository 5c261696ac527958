"""Who asks."""

from dataclasses import dataclass

from domain.identifiers import WorkspaceId


@dataclass(frozen=True, slots=True)
class Caller:
    """The workspace a command works in, and the name of the person or key that is recorded as its author."""

    workspace_id: WorkspaceId
    actor: str
