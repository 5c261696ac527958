"""Templates and their versions in PostgreSQL."""

from typing import Final

from sqlalchemy import ColumnElement, Select, any_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.failures import violations
from adapters.postgres.tables.templates import (
    TemplateRow,
    TemplateVersionRow,
    template_columns,
    template_of,
    version_columns,
    version_of,
)
from adapters.postgres.texts import is_storable, require_storable
from application.ports.template_repository import TemplateFilter, TemplateRepository
from domain.errors import ConflictError, DocGenError, NotFoundError, PreconditionFailedError, SlugTakenError
from domain.identifiers import TEMPLATE_PREFIX, TemplateId, WorkspaceId, is_id
from domain.search import words_of
from domain.template import Template, TemplateStatus, TemplateVersion

# The greatest value of PostgreSQL's type `integer`.
_MAX_INTEGER: Final = 2**31 - 1
_UNIQUE_SLUG: Final = "uq_templates_workspace_id_slug"


class PostgresTemplateRepository(TemplateRepository):
    """The templates of one workspace; `changed` tells whether something was written."""

    def __init__(self, session: AsyncSession, workspace_id: WorkspaceId) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self.changed = False

    @override
    async def add(self, template: Template, first_version: TemplateVersion) -> None:
        self.changed = True
        no_workspace = NotFoundError("workspace", self._workspace_id)
        with violations({_UNIQUE_SLUG: SlugTakenError(template.slug), "fk_templates_workspaces": no_workspace}):
            await self._session.execute(insert(TemplateRow).values(template_columns(template)))
        await self.add_version(first_version)

    @override
    async def get(self, reference: str, *, for_change: bool = False) -> Template:
        row = await self._session.scalar(self._by(reference, lock=for_change)) if is_storable(reference) else None
        if row is None:
            raise NotFoundError("template", reference)
        return template_of(row)

    @override
    async def update(self, template: Template) -> None:
        self.changed = True
        stored = update(TemplateRow).where(
            TemplateRow.workspace_id == self._workspace_id,
            TemplateRow.id == template.id,
            TemplateRow.revision == template.revision - 1,
        )
        changed = stored.values(template_columns(template)).returning(TemplateRow.id)
        with violations({_UNIQUE_SLUG: SlugTakenError(template.slug)}):
            updated = await self._session.scalar(changed.execution_options(synchronize_session=False))
        if updated is None:
            raise PreconditionFailedError(
                f"Somebody else changed the template {template.slug!r} in between: read it again, then change it."
            )

    @override
    async def delete(self, template_id: TemplateId) -> list[str]:
        self.changed = True
        # The lock keeps new versions out, whose files would not be among those returned.
        await self.get(template_id, for_change=True)
        mine = TemplateVersionRow.workspace_id == self._workspace_id
        files = select(TemplateVersionRow.sha256).where(mine, TemplateVersionRow.template_id == template_id)
        found = list(await self._session.scalars(files.order_by(TemplateVersionRow.number)))
        gone = delete(TemplateRow).where(TemplateRow.workspace_id == self._workspace_id, TemplateRow.id == template_id)
        await self._session.execute(gone.execution_options(synchronize_session=False))
        return found

    @override
    async def search(self, criteria: TemplateFilter, *, limit: int, after: TemplateId | None = None) -> list[Template]:
        query = self._templates().where(*_conditions(criteria)).order_by(TemplateRow.id.desc()).limit(limit)
        if after is not None:
            query = query.where(TemplateRow.id < after)
        return [template_of(row) for row in await self._session.scalars(query)]

    @override
    async def add_version(self, version: TemplateVersion) -> None:
        self.changed = True
        taken = ConflictError(
            f"The template has a version {version.number}, or one with these bytes, already: read it again."
        )
        errors: dict[str, DocGenError] = {
            "pk_template_versions": taken,
            "uq_template_versions_workspace_id_template_id_sha256": taken,
            "fk_template_versions_templates": NotFoundError("template", version.template_id),
        }
        columns = version_columns(version, self._workspace_id)
        with violations(errors):
            await self._session.execute(insert(TemplateVersionRow).values(columns))

    @override
    async def get_version(self, template_id: TemplateId, number: int) -> TemplateVersion:
        row = None
        if 0 < number <= _MAX_INTEGER:
            row = await self._session.scalar(self._versions(template_id).where(TemplateVersionRow.number == number))
        if row is None:
            raise NotFoundError("version", str(number))
        return version_of(row)

    @override
    async def set_refinements(self, template_id: TemplateId, number: int, refinements: str | None) -> None:
        require_storable(schema=refinements)
        self.changed = True
        version = await self.get_version(template_id, number)
        changed = update(TemplateVersionRow).where(
            TemplateVersionRow.workspace_id == self._workspace_id,
            TemplateVersionRow.template_id == template_id,
            TemplateVersionRow.number == version.number,
        )
        await self._session.execute(
            changed.values(refinements=refinements).execution_options(synchronize_session=False)
        )

    @override
    async def find_version(self, template_id: TemplateId, sha256: str) -> TemplateVersion | None:
        row = await self._session.scalar(self._versions(template_id).where(TemplateVersionRow.sha256 == sha256))
        return version_of(row) if row else None

    @override
    async def list_versions(
        self, template_id: TemplateId, *, limit: int, before: int | None = None
    ) -> list[TemplateVersion]:
        query = self._versions(template_id).order_by(TemplateVersionRow.number.desc()).limit(limit)
        if before is not None:
            query = query.where(TemplateVersionRow.number < min(before, _MAX_INTEGER))
        return [version_of(row) for row in await self._session.scalars(query)]

    def _by(self, reference: str, *, lock: bool) -> Select[TemplateRow]:
        column = TemplateRow.id if is_id(reference, TEMPLATE_PREFIX) else TemplateRow.slug
        query = self._templates().where(column == reference)
        return query.with_for_update() if lock else query

    def _templates(self) -> Select[TemplateRow]:
        mine = select(TemplateRow).where(TemplateRow.workspace_id == self._workspace_id)
        # Another transaction may have changed a row since this one read it: never answer from memory.
        return mine.execution_options(populate_existing=True)

    def _versions(self, template_id: TemplateId) -> Select[TemplateVersionRow]:
        versions = select(TemplateVersionRow).where(
            TemplateVersionRow.workspace_id == self._workspace_id, TemplateVersionRow.template_id == template_id
        )
        return versions.execution_options(populate_existing=True)


def _conditions(criteria: TemplateFilter) -> list[ColumnElement[bool]]:
    require_storable(q=criteria.text, tag=criteria.tag)
    conditions: list[ColumnElement[bool]] = []
    if criteria.text is not None:
        words = words_of(criteria.text)
        conditions.extend(TemplateRow.search.contains(word, autoescape=True) for word in words)
    if criteria.tag is not None:
        conditions.append(any_(TemplateRow.tags) == criteria.tag)
    if criteria.format is not None:
        conditions.append(TemplateRow.format == criteria.format)
    if criteria.archived is not None:
        status = TemplateStatus.ARCHIVED if criteria.archived else TemplateStatus.ACTIVE
        conditions.append(TemplateRow.status == status)
    return conditions
