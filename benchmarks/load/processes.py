"""What the processes of a service take: their memory, by what they do."""

from collections.abc import Mapping
from typing import Final

import psutil

_MEGABYTE: Final = 1_000_000
# What stands in the command line of a process, the first that fits; the others are the database's, or the parent's.
_ROLES: Final[Mapping[str, str]] = {"writer_process": "blob writer", "spawn_main": "HTTP", "zygote": "zygote"}


def memory_of(pid: int) -> dict[str, float]:
    """Return the memory (PSS, megabytes) of the processes that a service's first process has started, by their role.

    Each role has the sum of its processes; a worker is a child of a zygote.
    """
    found: dict[str, float] = {}
    for process in psutil.Process(pid).children(recursive=True):
        try:
            role = _role_of(process)
            if role is not None:
                found[role] = found.get(role, 0.0) + process.memory_full_info().pss / _MEGABYTE
        except psutil.NoSuchProcess:  # a worker that has just been replaced
            continue
    return found


def _role_of(process: psutil.Process) -> str | None:
    role = next((name for mark, name in _ROLES.items() if mark in " ".join(process.cmdline())), None)
    # A worker is forked from the zygote, and has its command line.
    parent = process.parent() if role == "zygote" else None
    return "worker" if parent is not None and _is_zygote(parent) else role


def _is_zygote(process: psutil.Process) -> bool:
    return "zygote" in " ".join(process.cmdline())
