"""What the kernel and the file system of a folder are known to promise. Standard library alone: see `writer`."""

import os
import platform
import re
import sys
from pathlib import Path
from typing import Final

# They are on a disk of this machine, and keep what the manual pages of Linux say.
_KNOWN: Final = frozenset({"ext4", "xfs", "btrfs"})
_MOUNTS: Final = Path("/proc/self/mountinfo")


def is_known_disk(directory: str, *, since: tuple[int, int]) -> bool:
    """Tell whether a folder is on a file system that we know, and the kernel a Linux of this version or later."""
    if sys.platform != "linux" or _kernel() < since:
        return False
    device = Path(directory).stat().st_dev
    name = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    # proc_pid_mountinfo(5): the third field is the device, the first one behind the hyphen the file system.
    found = [line.split(" - ")[1].split(" ")[0] for line in mounts if line.split(" ")[2] == name]
    return bool(found) and _KNOWN.issuperset(found)


def _kernel() -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return (int(found[1]), int(found[2])) if found else (0, 0)
