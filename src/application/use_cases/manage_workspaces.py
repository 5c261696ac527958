"""Create, list and delete workspaces."""

import unicodedata

from application.caller import operator
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.unit_of_work import UnitsOfWork
from domain.audit import AuditAction, AuditObject
from domain.errors import ConflictError, InvalidRequestError
from domain.identifiers import WORKSPACE_PREFIX, WorkspaceId
from domain.slug import parse_slug
from domain.template import MAX_NAME_LENGTH
from domain.workspace import DEFAULT_WORKSPACE, DeletedWorkspace, Workspace


class ManageWorkspaces:
    """Workspaces have a slug that is unique in the installation; `default` cannot be deleted."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock, ids: IdGenerator) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._ids = ids

    async def create(self, slug: str, name: str | None = None) -> Workspace:
        """Create a workspace; without a name it is called by its slug.

        Raises:
            SlugTakenError: another one has this slug.
            InvalidRequestError: the slug is not one, or the name is too long or has control characters.
        """
        parsed = parse_slug(slug)
        if name and (len(name) > MAX_NAME_LENGTH or any(unicodedata.category(c) == "Cc" for c in name)):
            raise InvalidRequestError(
                "name", f"a name has 1 to {MAX_NAME_LENGTH} characters, none of them a line break or tab."
            )
        workspace = Workspace(
            id=WorkspaceId(self._ids.new_id(WORKSPACE_PREFIX)),
            slug=parsed,
            name=name or parsed,
            created_at=self._clock.now(),
        )
        async with self._units_of_work.of_administration() as unit:
            await unit.workspaces.add(workspace)
            entry = operator(workspace.id, workspace.slug).entry(
                AuditAction.WORKSPACE_CREATED, AuditObject.WORKSPACE, workspace.id
            )
            await unit.audit_of(workspace.id).record(entry)
            await unit.commit()
        return workspace

    async def get(self, slug: str) -> Workspace:
        """Return the workspace.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_administration() as unit:
            return await unit.workspaces.get(parse_slug(slug))

    async def all(self) -> list[Workspace]:
        """Return every workspace, by slug."""
        async with self._units_of_work.of_administration() as unit:
            return await unit.workspaces.all()

    async def deletions(self) -> list[DeletedWorkspace]:
        """Return the workspaces that were deleted, the last one first."""
        async with self._units_of_work.of_administration() as unit:
            return await unit.workspaces.deletions()

    async def delete(self, slug: str, by: str) -> None:
        """Delete a workspace with everything in it, its audit events included, for good.

        What is kept is that there was one, and that `by` has deleted it now.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is the default workspace.
        """
        parsed = parse_slug(slug)
        if parsed == DEFAULT_WORKSPACE:
            raise ConflictError("The workspace 'default' is where requests without a key work; it cannot be deleted.")
        async with self._units_of_work.of_administration() as unit:
            workspace = await unit.workspaces.get(parsed)
            await unit.workspaces.delete(parsed)
            await unit.workspaces.record_deletion(DeletedWorkspace(workspace, self._clock.now(), by))
            await unit.commit()
