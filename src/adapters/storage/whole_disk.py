"""Putting all of a file system onto its disk with one call, where that is as good as one for each file.

syncfs(2) waits for everything that was written before it, and tells of errors since the descriptor was opened
(Linux 5.8). It is used where the file system is known to keep that promise on a disk of this machine.
Standard library alone: see `writer`.
"""

import ctypes
import os
from typing import Final

from adapters.storage.file_systems import is_known_disk

_SINCE: Final = (5, 8)


def can_synchronise_whole_disk(directory: str) -> bool:
    """Tell whether `synchronise_whole_disk` does here what fsync(2) of each file and directory does."""
    return is_known_disk(directory, since=_SINCE)


def synchronise_whole_disk(descriptor: int) -> None:
    """Return when the file system of an open file is on its disk, with all that was written before.

    Raises:
        OSError: the disk did not take something.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syncfs(descriptor) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
