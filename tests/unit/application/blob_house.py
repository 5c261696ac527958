"""A storage and a database, for tests of what holds the two against each other."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from application.blob_survey import BlobSurvey
from application.ports.document_storage import BlobKey
from application.use_cases.check_storage import CheckStorage, CheckStorageCommand, Fault
from application.use_cases.collect_blobs import CollectBlobs
from domain.identifiers import WorkspaceId
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.builders import an_asset
from tests.fakes.clock import FixedClock
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.units_of_work import InMemoryUnitsOfWork
from tests.fakes.workspace_directory import InMemoryWorkspaceDirectory

GRACE = timedelta(hours=24)
DAY = timedelta(days=1)


class InterruptedStorage(InMemoryDocumentStorage):
    """Lets somebody do something after the blobs were listed, and before one is erased."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        if self.meanwhile is not None:
            await self.meanwhile()
        await super().erase(key, is_named)


class BlobHouse:
    """Both stores, whose time a test moves, and who looks after them."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.storage = InterruptedStorage()
        self.units = InMemoryUnitsOfWork()
        survey = BlobSurvey(self.units, self.storage, self.clock, GRACE)
        self.collect = CollectBlobs(survey, self.storage)
        workspaces = InMemoryWorkspaceDirectory(self.units.database)
        self.check = CheckStorage(survey, self.storage, self.units, workspaces)

    async def keeps(self, content: bytes, workspace_id: WorkspaceId = DEFAULT_WORKSPACE_ID) -> BlobKey:
        """Store a blob at this moment."""
        key = BlobKey(workspace_id, hashlib.sha256(content).hexdigest())
        await self.storage.put(key, content)
        self.storage.stored_at[key] = self.clock.now()
        return key

    async def names(self, key: BlobKey, name: str | None = None) -> str:
        """Let an asset name a blob; return its name."""
        name = name or f"{key.sha256[:9]}.png"
        size = len(self.storage.blobs.get(key, b""))
        async with self.units.of_workspace(key.workspace_id) as unit:
            await unit.assets.put(an_asset(name, workspace_id=key.workspace_id, sha256=key.sha256, size=size))
            await unit.commit()
        return name

    async def faults(self, *, contents: bool = True, repair: bool = False) -> list[Fault]:
        """Check both stores."""
        return [fault async for fault in self.check(CheckStorageCommand(contents, repair))]
