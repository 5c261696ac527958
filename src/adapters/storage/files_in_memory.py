"""Small files that the kernel has in memory, read in a few microseconds, and never by waiting for the disk.

A trip to a thread and back takes ten times as long. Each step that could lead to the disk is told not to:

- the way to the file is looked up in memory alone (openat2(2) with RESOLVE_CACHED, Linux 5.12);
- its time of access, which would have to be written one day, stays as it is (O_NOATIME);
- it is read only when all of it is in memory (cachestat(2), Linux 6.5), and not when some of that has just gone
  (RWF_NOWAIT). The latter alone would be too little: it makes the kernel begin to read from the disk, which waits
  where the disk takes nothing more.

See include/uapi/linux/openat2.h and include/uapi/linux/mman.h of Linux.
"""

import ctypes
import os
import platform
import stat
import struct
from collections.abc import Callable
from typing import Final, Self

from adapters.storage.file_systems import is_known_disk

_SINCE: Final = (6, 5)
# Where these are the numbers of the calls.
_MACHINES: Final = frozenset({"x86_64", "aarch64"})
_OPENAT2: Final = 437
_CACHESTAT: Final = 451
_FROM_THE_WORKING_DIRECTORY: Final = -100  # AT_FDCWD
_RESOLVE_CACHED: Final = 0x20
# A pipe in the place of a file would be waited for.
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | getattr(os, "O_NOATIME", 0)
_HOW: Final = struct.pack("=3Q", _FLAGS, 0, _RESOLVE_CACHED)
_RANGE: Final = struct.Struct("=2Q")
# The first of them says how many pages are in memory.
_Counts: Final = ctypes.c_uint64 * 5
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class FilesInMemory:
    """Reads files of a size that takes less time to read than to ask a thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        libc, number = ctypes.CDLL(None), ctypes.c_long
        self._openat2: Callable[..., int] = ctypes.CFUNCTYPE(
            ctypes.c_long, number, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t
        )(("syscall", libc))
        self._cachestat: Callable[..., int] = ctypes.CFUNCTYPE(
            ctypes.c_long, number, ctypes.c_uint, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_uint
        )(("syscall", libc))

    @classmethod
    def below(cls, directory: str, max_bytes: int) -> Self | None:
        """Return what reads files below a folder, None where the kernel or the file system may not keep to the above.

        Raises:
            OSError: there is no such folder.
        """
        # Some builds of Python do not know of the flags.
        is_offered = hasattr(os, "RWF_NOWAIT") and hasattr(os, "O_NOATIME") and platform.machine() in _MACHINES
        return cls(max_bytes) if is_offered and is_known_disk(directory, since=_SINCE) else None

    def read(self, path: str) -> bytes | None:
        """Return the contents of a file; None where it is not in memory, too large, or cannot be read like this."""
        descriptor = self._openat2(_OPENAT2, _FROM_THE_WORKING_DIRECTORY, os.fsencode(path), _HOW, len(_HOW))
        if descriptor < 0:
            return None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > self._max_bytes:
                return None
            if self._pages(descriptor, found.st_size) * _PAGE < found.st_size:
                return None
            content = bytearray(found.st_size)
            whole = os.preadv(descriptor, [content], 0, os.RWF_NOWAIT) == len(content)
            return bytes(content) if whole else None
        except OSError:  # whoever reads it in a thread meets that too, and can say so
            return None
        finally:
            os.close(descriptor)

    def _pages(self, descriptor: int, size: int) -> int:
        """Return how many of the pages of a file of this size are in memory, 0 where the kernel does not say."""
        counts = _Counts()
        failed = self._cachestat(_CACHESTAT, descriptor, _RANGE.pack(0, size), ctypes.byref(counts), 0)
        return 0 if failed else counts[0]
