"""Assets of the service: rows that name blobs."""

from collections.abc import Collection

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.document_storage import BlobKey, BlobNotFoundError, DocumentStorage
from application.ports.template_renderer import Assets
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.stored_files import read_template_file
from domain.asset import Asset, template_of
from domain.diagnostics import Diagnostic, Severity
from domain.errors import LimitExceededError, NotFoundError, NotPublishedError, ServiceUnavailableError
from domain.formats import OutputFormat, outputs_of
from domain.identifiers import WorkspaceId
from domain.template import TemplateVersion


class StoredAssets(AssetSource):
    """Reads what documents need in one short transaction and from the storage, after their sizes were added up."""

    def __init__(self, units_of_work: UnitsOfWork, storage: DocumentStorage) -> None:
        self._units_of_work = units_of_work
        self._storage = storage

    @override
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        async with self._units_of_work.of_workspace(workspace_id) as unit:
            found = await unit.assets.find([name for name in names if template_of(name) is None])
            versions = {name: await _version_of(unit, name) for name in names if template_of(name) is not None}
        there = {name: version for name, version in versions.items() if version is not None}
        size = sum(asset.size for asset in found) + sum(version.size for version in there.values())
        if size > max_bytes:
            message = f"The assets of this document have {size:,} bytes, and there is room for {max_bytes:,}."
            advice = "Make them smaller, or use fewer in one document."
            raise LimitExceededError(message, [Diagnostic(Severity.ERROR, "limit-exceeded", message, advice)])
        contents = {asset.name: await read_asset(self._storage, asset) for asset in found}
        for name, version in there.items():
            contents[name] = await read_template_file(self._storage, BlobKey(workspace_id, version.sha256))
        return {name: contents.get(name) for name in names}


async def _version_of(unit: UnitOfWork, name: str) -> TemplateVersion | None:
    """Find the version that is asked for, where there is one that can become a Word document."""
    reference, number = template_of(name) or ("", None)
    try:
        template = await unit.templates.get(reference)
        version = await unit.templates.get_version(template.id, template.version_to_render(number))
    except (NotFoundError, NotPublishedError):
        return None
    return version if OutputFormat.DOCX in outputs_of(template.format) else None


async def read_asset(storage: DocumentStorage, asset: Asset) -> bytes:
    """Return the contents of an asset.

    Raises:
        ServiceUnavailableError: the storage is down, or has lost them.
    """
    try:
        return await storage.read(BlobKey(asset.workspace_id, asset.sha256))
    except BlobNotFoundError as error:
        message = f"The storage does not have the asset {asset.name!r} any more: restore it, or upload it again."
        raise ServiceUnavailableError("storage", message) from error
