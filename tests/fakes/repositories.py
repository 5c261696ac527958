"""The collections of an in-memory transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from typing_extensions import override

from application.ports.asset_repository import AssetRepository
from application.ports.blob_references import BlobName, BlobReferences, Namer
from application.ports.own_workspace import OwnWorkspace
from application.ports.render_repository import NewRender, RenderFilter, RenderRepository, UsageFilter, UsagePlace
from application.ports.template_repository import TemplateFilter, TemplateRepository
from application.ports.workspace_repository import WorkspaceRepository
from domain.asset import Asset
from domain.errors import ConflictError, NotFoundError, PreconditionFailedError, SlugTakenError
from domain.identifiers import RenderId, Slug, TemplateId, WorkspaceId
from domain.render_request import RenderRequest, RenderStatus
from domain.search import words_of
from domain.template import Template, TemplateStatus, TemplateVersion
from domain.usage import DailyUsage
from domain.workspace import DeletedWorkspace, Workspace, WorkspaceSettings
from tests.fakes.database import View, require_storable


class InMemoryTemplateRepository(TemplateRepository):
    """The templates of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, template: Template, first_version: TemplateVersion) -> None:
        await self._view.query()
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        await self._store(template)
        await self.add_version(first_version)

    @override
    async def get(self, reference: str, *, for_change: bool = False) -> Template:
        await self._view.query()
        template = self._find(reference)
        if for_change:
            await self._view.lock(template.id)
        return self._find(template.id)

    @override
    async def update(self, template: Template) -> None:
        await self._view.query()
        await self._view.lock(template.id)
        stored = self._view.templates.get((self._workspace_id, template.id))
        if stored is None or stored.revision != template.revision - 1:
            raise PreconditionFailedError(f"The template {template.slug!r} was changed: read it again.")
        await self._store(template)

    @override
    async def delete(self, template_id: TemplateId) -> list[str]:
        template = await self.get(template_id, for_change=True)
        versions = sorted(self._versions(template.id), key=lambda version: version.number)
        for version in versions:
            self._view.versions.remove((self._workspace_id, template.id, version.number))
        self._view.templates.remove((self._workspace_id, template.id))
        return [version.sha256 for version in versions]

    @override
    async def search(self, criteria: TemplateFilter, *, limit: int, after: TemplateId | None = None) -> list[Template]:
        await self._view.query()
        require_storable(q=criteria.text, tag=criteria.tag)
        found = [template for template in self._mine() if _matches(template, criteria)]
        behind = [template for template in found if after is None or template.id < after]
        return sorted(behind, key=lambda template: template.id, reverse=True)[:limit]

    @override
    async def add_version(self, version: TemplateVersion) -> None:
        await self._view.query()
        if self._view.templates.get((self._workspace_id, version.template_id)) is None:
            raise NotFoundError("template", version.template_id)
        require_storable(file_name=version.file_name, schema=version.schema, created_by=version.created_by)
        if any(v.number == version.number or v.sha256 == version.sha256 for v in self._versions(version.template_id)):
            raise ConflictError(
                f"The version {version.number} or its bytes are there already: read the template again."
            )
        self._view.versions.put((self._workspace_id, version.template_id, version.number), version)

    @override
    async def get_version(self, template_id: TemplateId, number: int) -> TemplateVersion:
        await self._view.query()
        version = self._view.versions.get((self._workspace_id, template_id, number))
        if version is None:
            raise NotFoundError("version", str(number))
        return version

    @override
    async def set_refinements(self, template_id: TemplateId, number: int, refinements: str | None) -> None:
        require_storable(schema=refinements)
        version = await self.get_version(template_id, number)
        self._view.versions.put((self._workspace_id, template_id, number), replace(version, refinements=refinements))

    @override
    async def find_version(self, template_id: TemplateId, sha256: str) -> TemplateVersion | None:
        await self._view.query()
        return next((version for version in self._versions(template_id) if version.sha256 == sha256), None)

    @override
    async def list_versions(
        self, template_id: TemplateId, *, limit: int, before: int | None = None
    ) -> list[TemplateVersion]:
        await self._view.query()
        older = [version for version in self._versions(template_id) if before is None or version.number < before]
        return sorted(older, key=lambda version: version.number, reverse=True)[:limit]

    def _mine(self) -> list[Template]:
        return [template for template in self._view.templates.rows() if template.workspace_id == self._workspace_id]

    def _versions(self, template_id: TemplateId) -> list[TemplateVersion]:
        if self._view.templates.get((self._workspace_id, template_id)) is None:
            return []
        return [version for version in self._view.versions.rows() if version.template_id == template_id]

    def _find(self, reference: str) -> Template:
        for template in self._mine():
            if reference in (template.id, template.slug):
                return template
        raise NotFoundError("template", reference)

    async def _store(self, template: Template) -> None:
        require_storable(
            name=template.name, description=template.description, tags="".join(template.tags), locale=template.locale
        )
        await self._view.lock((self._workspace_id, template.slug))
        if any(other.slug == template.slug and other.id != template.id for other in self._mine()):
            raise SlugTakenError(template.slug)
        self._view.templates.put((self._workspace_id, template.id), template)


def _matches(template: Template, criteria: TemplateFilter) -> bool:
    archived = template.status is TemplateStatus.ARCHIVED
    return (
        all(word in template.searched_text() for word in words_of(criteria.text or ""))
        and (criteria.tag is None or criteria.tag in template.tags)
        and (criteria.format is None or template.format is criteria.format)
        and (criteria.archived is None or archived is criteria.archived)
    )


class InMemoryRenderRepository(RenderRepository):
    """The render requests of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def add(self, request: RenderRequest, data: bytes, content: bytes | None = None) -> None:
        await self._view.query()
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        await self._view.lock(request.id)
        if self._view.renders.get((self._workspace_id, request.id)) is not None:
            raise ConflictError(f"There is a render {request.id} already.")
        self._store(request)
        self._view.data.put((self._workspace_id, request.id), data)
        if content is not None:
            self._view.contents.put((self._workspace_id, request.id), content)

    @override
    async def add_all(self, renders: Sequence[NewRender]) -> None:
        for render in renders:
            await self.add(render.request, render.data, render.content)

    @override
    async def get(self, render_id: str, *, for_change: bool = False) -> RenderRequest:
        await self._view.query()
        if for_change:
            await self._view.lock(RenderId(render_id))
        request = self._view.renders.get((self._workspace_id, RenderId(render_id)))
        if request is None:
            raise NotFoundError("render", render_id)
        return request

    @override
    async def data_of(self, render_id: RenderId) -> bytes:
        await self._view.query()
        data = self._view.data.get((self._workspace_id, render_id))
        if data is None:
            raise NotFoundError("render", render_id)
        return data

    @override
    async def get_with_content(self, render_id: str) -> tuple[RenderRequest, bytes | None]:
        request = await self.get(render_id)
        return request, self._view.contents.get((self._workspace_id, request.id))

    @override
    async def contents_of(self, render_ids: Collection[RenderId]) -> Mapping[RenderId, bytes]:
        await self._view.query()
        found = {each: self._view.contents.get((self._workspace_id, each)) for each in render_ids}
        return {each: content for each, content in found.items() if content is not None}

    @override
    async def update(self, request: RenderRequest, content: bytes | None = None) -> None:
        await self.get(request.id)
        self._store(request)
        if content is not None:
            self._view.contents.put((self._workspace_id, request.id), content)

    @override
    async def erase(self, request: RenderRequest) -> bool:
        await self.update(request)
        is_elsewhere = self._view.contents.get((self._workspace_id, request.id)) is None
        self._view.data.remove((self._workspace_id, request.id))
        self._view.contents.remove((self._workspace_id, request.id))
        return request.document is not None and is_elsewhere

    @override
    async def expired(self, at: datetime, *, limit: int) -> list[RenderRequest]:
        await self._view.query()
        over = [
            (request.expires_at, request)
            for request in self._view.renders.rows()
            if request.workspace_id == self._workspace_id
            and request.erased_at is None
            and request.status is not RenderStatus.RENDERING
            and request.expires_at is not None
            and request.expires_at <= at
        ]
        return [request for _, request in sorted(over, key=lambda each: each[0])[:limit]]

    @override
    async def has_waiting(self, count: int) -> bool:
        mine = await self.search(RenderFilter(status=RenderStatus.QUEUED), limit=count)
        return len(mine) >= count

    @override
    async def search(self, criteria: RenderFilter, *, limit: int, after: RenderId | None = None) -> list[RenderRequest]:
        await self._view.query()
        mine = [request for request in self._view.renders.rows() if request.workspace_id == self._workspace_id]
        found = [
            request
            for request in mine
            if (criteria.template_id is None or request.template_id == criteria.template_id)
            and (criteria.status is None or request.status is criteria.status)
            and (criteria.created_after is None or request.created_at > criteria.created_after)
            and (after is None or request.id < after)
        ]
        return sorted(found, key=lambda request: request.id, reverse=True)[:limit]

    @override
    async def usage(self, criteria: UsageFilter, *, limit: int, after: UsagePlace | None = None) -> list[DailyUsage]:
        await self._view.query()
        found: dict[UsagePlace, DailyUsage] = {}
        for request in self._view.renders.rows():
            day, template_id = request.created_at.astimezone(UTC).date(), request.template_id
            if request.workspace_id != self._workspace_id or not criteria.first <= day <= criteria.last:
                continue
            if criteria.template_id not in {None, template_id}:
                continue
            template = None if template_id is None else self._view.templates.get((self._workspace_id, template_id))
            place, slug = (day, template_id or ""), template.slug if template else None
            before = found.get(place, DailyUsage(day, template_id, slug, 0, 0, 0, 0))
            found[place] = replace(
                before,
                renders=before.renders + 1,
                succeeded=before.succeeded + (request.status is RenderStatus.SUCCEEDED),
                failed=before.failed + (request.status is RenderStatus.FAILED),
                document_bytes=before.document_bytes + (request.document.size if request.document else 0),
            )
        order = sorted(found, key=_latest_first)
        behind = [place for place in order if after is None or _latest_first(place) > _latest_first(after)]
        return [found[place] for place in behind[:limit]]

    def _store(self, request: RenderRequest) -> None:
        options = request.options
        require_storable(locale=options.locale, timezone=options.timezone, file_name=options.file_name)
        self._view.renders.put((self._workspace_id, request.id), request)


def _latest_first(place: UsagePlace) -> tuple[int, str]:
    return -place[0].toordinal(), place[1]


def _place_of(name: BlobName) -> tuple[int, str, int]:
    """Say where a row stands among all that name blobs."""
    template_id, _, number = name.id.rpartition("/") if name.namer is Namer.VERSION else (name.id, "", "0")
    return list(Namer).index(name.namer), template_id, int(number)


class InMemoryBlobReferences(BlobReferences):
    """What names a blob in one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def named(self, sha256s: Collection[str]) -> set[str]:
        await self._view.query()
        return {name.sha256 for name in self._all()} & set(sha256s)

    @override
    async def names_of(self, sha256: str, *, limit: int) -> list[BlobName]:
        await self._view.query()
        return [name for name in self._all() if name.sha256 == sha256][:limit]

    @override
    async def names(self, *, limit: int, after: BlobName | None = None) -> list[BlobName]:
        await self._view.query()
        found = self._all()
        # The row itself may be gone.
        return [name for name in found if after is None or _place_of(name) > _place_of(after)][:limit]

    def _all(self) -> list[BlobName]:
        mine = self._workspace_id
        templates = {template.id for template in self._view.templates.rows() if template.workspace_id == mine}
        names = [
            BlobName(Namer.VERSION, f"{version.template_id}/{version.number}", version.sha256, version.size)
            for version in self._view.versions.rows()
            if version.template_id in templates
        ]
        names += [
            BlobName(Namer.ASSET, asset.name, asset.sha256, asset.size)
            for asset in self._view.assets.rows()
            if asset.workspace_id == mine
        ]
        names += [
            BlobName(Namer.RENDER, render.id, render.document.sha256, render.document.size)
            for render in self._view.renders.rows()
            if render.workspace_id == mine and render.document is not None and render.erased_at is None
            if self._view.contents.get((mine, render.id)) is None
        ]
        return sorted(names, key=_place_of)

    @override
    async def since(self) -> datetime | None:
        await self._view.query()
        there = list(self._view.workspaces.rows())
        there += [deleted.workspace for deleted in self._view.deleted_workspaces.rows()]
        return next((found.created_at for found in there if found.id == self._workspace_id), None)


class InMemoryAssetRepository(AssetRepository):
    """The assets of one workspace."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def put(self, asset: Asset) -> Asset:
        await self._view.query()
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        require_storable(name=asset.name, updated_by=asset.updated_by)
        key = (self._workspace_id, asset.name)
        await self._view.lock(key)
        old = self._view.assets.get(key)
        kept = asset if old is None else replace(asset, created_at=old.created_at)
        self._view.assets.put(key, kept)
        return kept

    @override
    async def add(self, asset: Asset) -> bool:
        await self._view.query()
        if not self._view.has_workspace(self._workspace_id):
            raise NotFoundError("workspace", self._workspace_id)
        require_storable(name=asset.name, updated_by=asset.updated_by)
        key = (self._workspace_id, asset.name)
        await self._view.lock(key)
        is_new = self._view.assets.get(key) is None
        if is_new:
            self._view.assets.put(key, asset)
        return is_new

    @override
    async def lock(self, name: str) -> Asset | None:
        await self._view.query()
        key = (self._workspace_id, name)
        await self._view.lock(key)
        return self._view.assets.get(key)

    @override
    async def get(self, name: str) -> Asset:
        found = await self.find([name])
        if not found:
            raise NotFoundError("asset", name)
        return found[0]

    @override
    async def find(self, names: Collection[str]) -> list[Asset]:
        return [asset for asset in await self._all() if asset.name in names]

    @override
    async def search(self, *, limit: int, after: str | None = None) -> list[Asset]:
        return [asset for asset in await self._all() if after is None or asset.name > after][:limit]

    @override
    async def delete(self, name: str) -> None:
        asset = await self.get(name)
        self._view.assets.remove((self._workspace_id, asset.name))

    async def _all(self) -> list[Asset]:
        await self._view.query()
        mine = [asset for asset in self._view.assets.rows() if asset.workspace_id == self._workspace_id]
        return sorted(mine, key=lambda asset: asset.name)


class InMemoryOwnWorkspace(OwnWorkspace):
    """One workspace, as it sees itself."""

    def __init__(self, view: View, workspace_id: WorkspaceId) -> None:
        self._view = view
        self._workspace_id = workspace_id

    @override
    async def get(self) -> Workspace:
        await self._view.query()
        for workspace in self._view.workspaces.rows():
            if workspace.id == self._workspace_id:
                return workspace
        raise NotFoundError("workspace", self._workspace_id)

    @override
    async def settings(self, *, for_change: bool = False) -> WorkspaceSettings:
        await self._view.query()
        if for_change:
            await self.get()
            await self._view.lock((self._workspace_id, "settings"))
        return self._view.settings.get((self._workspace_id,)) or WorkspaceSettings()

    @override
    async def choose(self, settings: WorkspaceSettings) -> None:
        await self._view.query()
        require_storable(locale=settings.locale, timezone=settings.timezone)
        self._view.settings.put((self._workspace_id,), settings)


class InMemoryWorkspaceRepository(WorkspaceRepository):
    """All workspaces."""

    def __init__(self, view: View) -> None:
        self._view = view

    @override
    async def add(self, workspace: Workspace) -> None:
        await self._view.query()
        require_storable(name=workspace.name)
        await self._view.lock(workspace.slug)
        if self._view.workspaces.get(workspace.slug) is not None:
            raise SlugTakenError(workspace.slug, "workspace")
        self._view.workspaces.put(workspace.slug, workspace)

    @override
    async def get(self, slug: Slug) -> Workspace:
        await self._view.query()
        workspace = self._view.workspaces.get(slug)
        if workspace is None:
            raise NotFoundError("workspace", slug)
        return workspace

    @override
    async def all(self) -> list[Workspace]:
        await self._view.query()
        return sorted(self._view.workspaces.rows(), key=lambda workspace: workspace.slug)

    @override
    async def delete(self, slug: Slug) -> None:
        workspace = await self.get(slug)
        self._view.remove_all_of(workspace.id)
        self._view.workspaces.remove(slug)

    @override
    async def record_deletion(self, deleted: DeletedWorkspace) -> None:
        await self._view.query()
        require_storable(deleted_by=deleted.deleted_by)
        self._view.deleted_workspaces.put(deleted.workspace.id, deleted)

    @override
    async def deletions(self) -> list[DeletedWorkspace]:
        await self._view.query()
        return sorted(self._view.deleted_workspaces.rows(), key=lambda gone: gone.deleted_at, reverse=True)
