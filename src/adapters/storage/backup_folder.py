"""The files of backups in a folder of this machine."""

import asyncio
import shutil
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from typing_extensions import override

from adapters.storage.blob_files import IncomingFile, synchronise
from adapters.storage.disk_errors import disk_errors
from application.ports.backup_files import BackupFileNotFoundError, BackupFiles

_PIECE: Final = 256 * 1024
_WHAT: Final = "backup"
_ONLY_US: Final = 0o700


class LocalBackupFiles(BackupFiles):
    """Files that nobody but who makes the backup can read: there are secrets and data of all workspaces in them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @override
    async def write(self, name: str, pieces: AsyncIterable[bytes]) -> None:
        path = self._root / name
        with disk_errors(self._root, _WHAT):
            file = await asyncio.to_thread(_begin, path)
        with file:
            async for piece in pieces:
                with disk_errors(self._root, _WHAT):
                    await asyncio.to_thread(file.write, piece)
            with disk_errors(self._root, _WHAT):
                await asyncio.to_thread(_keep, file, path)

    @override
    async def read(self, name: str) -> AsyncIterator[bytes]:
        with disk_errors(self._root, _WHAT):
            try:
                file = await asyncio.to_thread((self._root / name).open, "rb")
            except FileNotFoundError:
                raise BackupFileNotFoundError(name) from None
        with file:
            while True:
                with disk_errors(self._root, _WHAT):
                    piece = await asyncio.to_thread(file.read, _PIECE)
                if not piece:
                    return
                yield piece

    @override
    async def folders(self) -> list[str]:
        with disk_errors(self._root, _WHAT):
            return await asyncio.to_thread(self._folders)

    @override
    async def remove(self, folder: str, *, first: str) -> None:
        with disk_errors(self._root, _WHAT):
            await asyncio.to_thread(_remove, self._root / folder, first)

    def _folders(self) -> list[str]:
        if not self._root.exists():
            return []
        return sorted(path.name for path in self._root.iterdir() if path.is_dir())


def _begin(path: Path) -> IncomingFile:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=_ONLY_US, parents=True, exist_ok=True)
    return IncomingFile(f"{path.parent}/.{path.name}-{uuid4().hex}")


def _remove(folder: Path, first: str) -> None:
    if folder.is_dir():
        (folder / first).unlink(missing_ok=True)
        synchronise(folder)
        shutil.rmtree(folder)


def _keep(file: IncomingFile, path: Path) -> None:
    file.keep(str(path))
    for folder in (path.parent, path.parent.parent):
        synchronise(folder)
