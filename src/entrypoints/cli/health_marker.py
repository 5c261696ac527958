"""Whether a service was ready since it started: a file that `docgen healthcheck` leaves, and a start takes away.

Docker and Swarm end a container whose check fails. Until a service was ready once, that is what its check is for; after
that a database that is away for a minute must not end every container that waits for it.
"""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


class HealthMarker:
    """The file for the service on a port. Where there is no room for one, a service was never ready."""

    def __init__(self, port: int) -> None:
        try:
            self._path: Path | None = Path(tempfile.gettempdir(), f"docgen-{os.geteuid()}-was-ready-{port}")
        except FileNotFoundError:  # no folder that can be written to
            self._path = None

    @property
    def is_there(self) -> bool:
        """Tell whether the service was ready. Others may write into the folder: what they put there does not count."""
        if self._path is None:
            return False
        try:
            found = self._path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()

    def put(self) -> None:
        """Note that it is ready."""
        if self._path is not None:
            with suppress(OSError):
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def remove(self) -> None:
        """Note that it starts."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
