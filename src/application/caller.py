"""Who asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.audit import AuditAction, AuditEntry, AuditObject
from domain.errors import ScopeMissingError
from domain.identifiers import Slug, WorkspaceId
from domain.scope import ALL_SCOPES, Scope
from domain.workspace import DEFAULT_WORKSPACE, DEFAULT_WORKSPACE_ID


class CallerKind(StrEnum):
    """How a caller became known."""

    ANONYMOUS = "anonymous"
    API_KEY = "api-key"
    TOKEN = "token"  # noqa: S105  # a kind of caller
    OPERATOR = "operator"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: its id, the network address of who sent it, and which operation it asks for."""

    request_id: str | None = None
    address: str | None = None
    operation: str | None = None


_NOWHERE: Final = Origin()


@dataclass(frozen=True, slots=True)
class Caller:
    """The workspace a command works in, who is recorded as its author, and what that one may do.

    `actor` stays the same for ever (the id of a key, the subject of a token), `name` is for people to read.
    """

    workspace_id: WorkspaceId
    actor: str
    scopes: frozenset[Scope] = frozenset()
    kind: CallerKind = CallerKind.OPERATOR
    name: str = ""
    workspace: Slug = DEFAULT_WORKSPACE
    expires_at: datetime | None = None
    origin: Origin = _NOWHERE

    def require(self, scope: Scope) -> None:
        """Let only a caller pass that has the scope.

        Raises:
            ScopeMissingError: this one has not.
        """
        if scope not in self.scopes:
            raise ScopeMissingError(scope)

    def entry(self, action: AuditAction, kind: AuditObject, object_id: str, detail: str = "") -> AuditEntry:
        """Return what is kept of something that this caller did, or tried."""
        return AuditEntry(
            workspace_id=self.workspace_id,
            actor=self.actor,
            actor_name=self.name,
            action=action,
            object_kind=kind,
            object_id=object_id,
            detail=detail,
            request_id=self.origin.request_id,
            address=self.origin.address,
        )


def anonymous(origin: Origin) -> Caller:
    """Return the caller of a service without authentication: anybody, who may do everything in `default`."""
    return Caller(DEFAULT_WORKSPACE_ID, "anonymous", ALL_SCOPES, CallerKind.ANONYMOUS, origin=origin)


def operator(workspace_id: WorkspaceId, workspace: Slug) -> Caller:
    """Return who runs the commands of the installation."""
    return Caller(workspace_id, "operator", ALL_SCOPES, workspace=workspace)
