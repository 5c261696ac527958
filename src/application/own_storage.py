"""Whether the storage is the one that belongs to the database, and no empty folder where its disk is not mounted."""

import logging
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from application.ports.document_storage import DocumentStorage
from application.ports.health_check import HealthCheck
from application.ports.id_generator import IdGenerator
from application.ports.storage_mark import ReplaceableMark, StorageMark
from application.ports.unit_of_work import UnitsOfWork
from application.ports.workspace_directory import WorkspaceDirectory
from domain.errors import ServiceUnavailableError, WrongStorageError

_log = logging.getLogger("docgen.storage")

_PREFIX: Final = "sto"
_ADVICE: Final = "If it was copied, restored or emptied, and is to be used, say so by 'docgen storage adopt'."


class OwnStorage(AbstractAsyncContextManager["OwnStorage"]):
    """Compares the mark of the storage with the one that the database knows; both are made at the first use.

    Who enters it is refused with another storage; stores that are down may come back, and are compared when they are
    asked for next.
    """

    def __init__(
        self,
        mark: StorageMark,
        known: ReplaceableMark,
        storage: DocumentStorage,
        units_of_work: UnitsOfWork,
        workspaces: WorkspaceDirectory,
        ids: IdGenerator,
    ) -> None:
        """Take the mark in the storage, and the one in the database."""
        self._mark = mark
        self._known = known
        self._storage = storage
        self._units_of_work = units_of_work
        self._workspaces = workspaces
        self._ids = ids

    @override
    async def __aenter__(self) -> Self:
        """Compare.

        Raises:
            WrongStorageError: it belongs to another database, or is an empty one.
        """
        try:
            await self.recognise()
        except WrongStorageError:
            raise
        except ServiceUnavailableError as error:
            _log.warning("Whether the storage is the right one will be seen later. %s", error)
        return self

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass

    async def recognise(self) -> None:
        """Return when the storage is the one that belongs to the database.

        Raises:
            WrongStorageError: it is not.
            ServiceUnavailableError: one of them is down.
        """
        try:
            await self._recognise()
        except WrongStorageError:
            # Another process may have made the marks between our two looks.
            await self._recognise()

    async def adopt(self) -> str:
        """Let the database take this storage for its own; return its mark, which is made where there is none.

        Raises:
            ServiceUnavailableError: one of them is down.
        """
        mark = await self._mark.make(self._ids.new_id(_PREFIX))
        await self._known.replace(mark)
        return mark

    async def _recognise(self) -> None:
        mark, known = await self._mark.read(), await self._known.read()
        if mark is not None and mark == known:
            return
        names = await self._names_documents()
        if known is None and names:
            # It comes from a time without marks, or from a backup, which has none.
            if mark is None and not await self._holds_anything():
                raise self._empty("the database names documents that are kept there")
            await self._known.make(await self._mark.make(self._ids.new_id(_PREFIX)))
        elif mark is not None:
            raise WrongStorageError(f"The storage in {self._mark.place} belongs to another database. {_ADVICE}")
        elif known is not None and names:
            raise self._empty(f"the database expects the mark {known}, and names documents that are kept there")
        else:
            # The database first: whoever dies in between leaves a mark that is found again.
            await self._mark.make(await self._known.make(self._ids.new_id(_PREFIX)))

    def _empty(self, why: str) -> WrongStorageError:
        return WrongStorageError(
            f"The storage in {self._mark.place} has no mark, but {why}: is its disk mounted, and is it the right one? "
            f"{_ADVICE}"
        )

    async def _names_documents(self) -> bool:
        for workspace_id in await self._workspaces.all():
            async with self._units_of_work.of_workspace(workspace_id) as unit:
                if await unit.blobs.names(limit=1):
                    return True
        return False

    async def _holds_anything(self) -> bool:
        async for workspace_id in self._storage.workspaces():
            async for _ in self._storage.stored_blobs(workspace_id):
                return True
        return False


class OwnStorageHealthCheck(HealthCheck):
    """A storage works when it does, and is the right one."""

    def __init__(self, check: HealthCheck, own: OwnStorage) -> None:
        self._check = check
        self._own = own

    @property
    @override
    def component(self) -> str:
        return self._check.component

    @override
    async def check(self) -> None:
        await self._check.check()
        try:
            await self._own.recognise()
        except ServiceUnavailableError as error:
            if error.component == self.component:  # what ails the database is told by its own check
                raise
