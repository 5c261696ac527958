"""The mark of a storage on a local disk: a file in its root."""

import asyncio
import errno
import os
import tempfile
from pathlib import Path
from typing import Final

from typing_extensions import override

from adapters.storage.blob_files import INCOMING, synchronise
from adapters.storage.disk_errors import disk_errors
from application.ports.storage_mark import StorageMark

# No name of a workspace, in a bucket as on a disk.
MARK: Final = ".docgen-storage"
# What link(2) fails with where the file system has no hard links.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class LocalStorageMark(StorageMark):
    """There whole or not at all; the storage has to be entered before."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / MARK

    @property
    @override
    def place(self) -> str:
        return f"the folder {self._root}"

    @override
    async def read(self) -> str | None:
        return await asyncio.to_thread(self._read)

    @override
    async def make(self, mark: str) -> str:
        return await asyncio.to_thread(self._make, mark)

    def _read(self) -> str | None:
        with disk_errors(self._root):
            try:
                return self._path.read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                self._root.stat()  # a root that is gone is an error, and no storage without a mark
                return None

    def _make(self, mark: str) -> str:
        with disk_errors(self._root):
            descriptor, temporary = tempfile.mkstemp(dir=self._root / INCOMING)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(f"{mark}\n")
                    file.flush()
                    os.fsync(descriptor)
                self._give_name(temporary)
                synchronise(self._root)
            finally:
                Path(temporary).unlink(missing_ok=True)
        return self._read() or mark

    def _give_name(self, temporary: str) -> None:
        try:
            self._path.hardlink_to(temporary)  # which, other than a rename, takes the place of nothing
        except FileExistsError:
            pass
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if not self._path.exists():
                Path(temporary).rename(self._path)
