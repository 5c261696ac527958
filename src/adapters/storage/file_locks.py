"""Locks of the operating system on files, flock(2): each belongs to whoever has its descriptor, and ends with it."""

import fcntl
import os
from typing import Final

_OUR_FILE: Final = 0o600


def take_lock(path: str, *, exclusive: bool = False) -> int | None:
    """Take a lock unless it is taken: return its descriptor, None where somebody has it.

    Raises:
        OSError: the directory is gone, or its file system has no locks.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OUR_FILE)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
