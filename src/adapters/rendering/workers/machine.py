"""What this machine, or the control group that the service runs in, gives: processors and memory.

See control-group-v2.rst and cgroup-v1/memory.rst in the documentation of Linux, and sched-bwc.rst for quotas.
"""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_CGROUP_OF_PROCESS: Final = Path("/proc/self/cgroup")
_CGROUPS: Final = Path("/sys/fs/cgroup")
# A worker needs some 60 MB for itself; a large Word file takes some 400 MB while it is read.
_LEAST_MEMORY: Final = 192_000_000
_MOST_MEMORY: Final = 512_000_000


def can_fork() -> bool:
    """Tell whether this system can have workers at all; Windows cannot."""
    return hasattr(os, "fork")


def default_workers() -> int:
    """Return how many workers suit the processors of this control group; two at least, so that one can be replaced."""
    return max(2, processors())


def default_memory_bytes(workers: int, memory: int | None = None) -> int:
    """Return how much memory each of so many workers may use: half of what there is, within sensible bounds.

    `memory` is what there is; without it, what this machine or control group has.
    """
    return max(_LEAST_MEMORY, min(_MOST_MEMORY, (memory or memory_bytes()) // 2 // workers))


def processors(process: Path = _CGROUP_OF_PROCESS, cgroups: Path = _CGROUPS) -> int:
    """Return how many processors this process may keep busy at a time."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [*_quotas_v2(process, cgroups), *_quotas_v1(process, cgroups)]
    return max(1, min([usable, *map(math.ceil, quotas)]))


def memory_bytes(process: Path = _CGROUP_OF_PROCESS, cgroups: Path = _CGROUPS) -> int:
    """Return how much memory this process and all beside it in the control group may use."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for controller, name in (("", "memory.max"), ("memory", "memory.limit_in_bytes")):
        for folder in _folders(controller, process, cgroups):
            limits += _numbers(folder / name)[:1]
    return min(limits)


def _quotas_v2(process: Path, cgroups: Path) -> Iterator[float]:
    for folder in _folders("", process, cgroups):
        match _numbers(folder / "cpu.max"):
            case [quota, period] if period:
                yield quota / period


def _quotas_v1(process: Path, cgroups: Path) -> Iterator[float]:
    for folder in _folders("cpu", process, cgroups):
        match (*_numbers(folder / "cpu.cfs_quota_us"), *_numbers(folder / "cpu.cfs_period_us")):
            case (quota, period) if quota > 0 and period:
                yield quota / period


def _folders(controller: str, process: Path, cgroups: Path) -> Iterator[Path]:
    """Yield the folders of this process's group and of all above it; none of version 1 has an empty controller."""
    lines: list[str] = []
    with suppress(OSError):
        lines = process.read_text(encoding="utf-8").splitlines()
    for line in lines:
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if controller not in names.split(","):
            continue
        mounts = {cgroups} if not controller else {cgroups / controller, cgroups / names}
        for mount in sorted(mounts):
            group = mount / path.lstrip("/")
            # In a container the path is often the host's, and the mount point is the group itself.
            yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(mount))


def _numbers(path: Path) -> list[int]:
    """Return the numbers of such a file, none where it does not exist or says that there is no limit."""
    try:
        return [int(word) for word in path.read_text(encoding="utf-8").split()]
    except (OSError, ValueError):
        return []
