"""Locking up a process before it sees anything that a user sent.

Limits first, then Landlock for files, then the filter of system calls. Where the system lacks one of them the others
still hold.
"""

import ctypes
import logging
import os
import resource
import signal
import sys
import sysconfig
import zoneinfo
from pathlib import Path
from typing import Final

from adapters.rendering.workers.landlock import allow_reading_only
from adapters.rendering.workers.seccomp import restrict_calls
from adapters.rendering.workers.settings import JailLimits

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_OPEN_FILES: Final = 64


def end_with_parent(parent: int) -> None:
    """Let the kernel end this process when its parent, which has one thread, is gone."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before
            os._exit(0)


def lock_up(limits: JailLimits, readable: list[str]) -> list[str]:
    """Take from this process, for ever, what rendering does not need; return what this system cannot take.

    It can then read files below `readable`, use the descriptors that it has, and calculate.
    """
    _offer_to_the_oom_killer()
    _set_limits(limits)
    lacking = []
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    try:
        if not allow_reading_only(readable):
            lacking.append("Landlock")
    except OSError as error:
        lacking.append(str(error))
    # The last step: nothing of the above can be done after it.
    if not restrict_calls():
        lacking.append("seccomp")
    return lacking


def readable_paths() -> list[str]:
    """Return the folders that the running modules come from, and those of the time zones."""
    loaded = [str(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))]
    used = [path for path in sys.path if any(file.startswith(path + os.sep) for file in loaded)]
    standard = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    return sorted({str(Path(path).resolve()) for path in (*used, *standard, *zoneinfo.TZPATH) if path})


def _set_limits(limits: JailLimits) -> None:
    size = _address_space()
    wanted = {
        "RLIMIT_DATA": limits.memory_bytes,
        "RLIMIT_AS": size + limits.memory_bytes if size else None,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None or value is None:
            continue
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, limit))


def _address_space() -> int:
    """Return how large this process's address space is, in bytes; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _offer_to_the_oom_killer() -> None:
    """Where memory runs out, the kernel is to end a worker rather than the service."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        _log.debug("the kernel does not let a worker say that it may be ended first")


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    if result:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
