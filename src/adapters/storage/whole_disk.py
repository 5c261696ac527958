"""Putting all of a file system onto its disk with one call, where that is as good as one for each file.

syncfs(2) waits for everything that was written before it, and tells of errors since the descriptor was opened
(Linux 5.8). It is used where the file system is known to keep that promise on a disk of this machine.
Standard library alone: see `writer`.
"""

import ctypes
import os
import platform
import re
import sys
from pathlib import Path
from typing import Final

_SINCE: Final = (5, 8)
_FILE_SYSTEMS: Final = frozenset({"ext4", "xfs", "btrfs"})
_MOUNTS: Final = Path("/proc/self/mountinfo")


def can_synchronise_whole_disk(directory: str) -> bool:
    """Tell whether `synchronise_whole_disk` does here what fsync(2) of each file and directory does."""
    if sys.platform != "linux" or _kernel() < _SINCE:
        return False
    device = Path(directory).stat().st_dev
    name = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    # proc_pid_mountinfo(5): the third field is the device, the first one behind the hyphen the file system.
    found = [line.split(" - ")[1].split(" ")[0] for line in mounts if line.split(" ")[2] == name]
    return bool(found) and _FILE_SYSTEMS.issuperset(found)


def synchronise_whole_disk(descriptor: int) -> None:
    """Return when the file system of an open file is on its disk, with all that was written before.

    Raises:
        OSError: the disk did not take something.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syncfs(descriptor) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _kernel() -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return (int(found[1]), int(found[2])) if found else (0, 0)
