"""Keep a file as an asset."""

import hashlib
from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.template_renderer import TemplateRenderer, TemplateSource
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import NO_CONDITION, AssetCondition
from domain.asset import Asset, check_asset, max_bytes_of
from domain.audit import AuditAction, AuditObject
from domain.errors import InvalidRequestError, PayloadTooLargeError
from domain.formats import OutputFormat, TemplateFormat


@dataclass(frozen=True, slots=True)
class KeepAssetCommand:
    """A file and the name it is to have."""

    caller: Caller
    name: str
    content: bytes
    condition: AssetCondition = NO_CONDITION


@dataclass(frozen=True, slots=True)
class KeptAsset:
    """An asset as it is kept; `created` tells that there was none of this name."""

    asset: Asset
    created: bool


class KeepAsset:
    """A name has one file: a new one takes the place of the old one, and documents made from now on have it.

    A Word file passes the gate that templates pass. The contents are stored before the row that names them.
    """

    def __init__(
        self, storage: DocumentStorage, units_of_work: UnitsOfWork, clock: Clock, renderer: TemplateRenderer
    ) -> None:
        self._renderer = renderer
        self._storage = storage
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, command: KeepAssetCommand) -> KeptAsset:
        """Keep the asset.

        Raises:
            PayloadTooLargeError, UnsupportedMediaTypeError, InvalidRequestError: it cannot be one.
            PreconditionFailedError: what is kept under its name is not as expected.
            QueueFullError, OverloadedError: it could not be looked into.
            StorageFullError: there is no room.
        """
        limit = max_bytes_of(command.name)
        if len(command.content) > limit:
            raise PayloadTooLargeError(f"The asset {command.name!r}", limit)
        media_type = check_asset(command.name, command.content)
        sha256 = hashlib.sha256(command.content).hexdigest()
        workspace_id, now = command.caller.workspace_id, self._clock.now()
        if media_type == OutputFormat.DOCX.media_type:
            await self._check_word_file(command, sha256)
        asset = Asset(
            workspace_id, command.name, media_type, len(command.content), sha256, now, now, command.caller.actor
        )
        async with (
            self._storage.storing(BlobKey(workspace_id, sha256), command.content),
            self._units_of_work.of_workspace(workspace_id) as unit,
        ):
            old = await unit.assets.lock(asset.name)
            command.condition.check(asset.name, old)
            if old is None and command.condition.refused and not await unit.assets.add(asset):
                command.condition.check(asset.name, await unit.assets.lock(asset.name))
            kept = await unit.assets.put(asset)
            entry = command.caller.entry(AuditAction.ASSET_STORED, AuditObject.ASSET, asset.name, f"SHA-256 {sha256}")
            await unit.audit.record(entry)
            await unit.commit()
        return KeptAsset(kept, old is None)

    async def _check_word_file(self, command: KeepAssetCommand, sha256: str) -> None:
        async def load() -> bytes:
            return command.content

        source = TemplateSource(TemplateFormat.DOCX, sha256, load, command.caller.workspace_id)
        found = await self._renderer.check_piece(source)
        if found:
            problem = InvalidRequestError("file", found[0].message)
            problem.diagnostics = found
            raise problem
