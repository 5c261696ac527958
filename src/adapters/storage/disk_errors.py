"""What a disk complains of, in the words of the domain."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.storage.blob_names import COMPONENT
from application.full_disk import is_full_disk
from domain.errors import ServiceUnavailableError, StorageFullError


@contextmanager
def disk_errors(root: Path, what: str = "storage") -> Iterator[None]:
    """Translate errors of the operating system about something that lies below a folder."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise StorageFullError(
                f"The {what} in {root} has no room left, and nothing was stored: make room, or enlarge it."
            ) from error
        raise ServiceUnavailableError(
            COMPONENT,
            f"The {what} in {root} cannot be used ({error.strerror}): look after the disk and the rights of "
            "its directory.",
        ) from error
