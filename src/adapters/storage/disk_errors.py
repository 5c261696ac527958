"""What a disk complains of, in the words of the domain."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.storage.blob_names import COMPONENT
from domain.errors import ServiceUnavailableError, StorageFullError

# No room on the disk, in the quota, or below the limit for the size of a file.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors(root: Path, what: str = "storage") -> Iterator[None]:
    """Translate errors of the operating system about something that lies below a folder."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(
                f"The {what} in {root} has no room left, and nothing was stored: make room, or enlarge it."
            ) from error
        raise ServiceUnavailableError(
            COMPONENT,
            f"The {what} in {root} cannot be used ({error.strerror}): look after the disk and the rights of "
            "its directory.",
        ) from error
