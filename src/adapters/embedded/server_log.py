"""What PostgreSQL's programs printed, and what a person can do about it."""

import os
from pathlib import Path
from typing import Self

from adapters.embedded.paths import open_private

_LARGEST_BYTES = 1024 * 1024
_TAIL_LINES, _TAIL_BYTES = 5, 1000
_DEFAULT_REMEDY = "Mend that and start again, or set DOCGEN_DATABASE__URL to a PostgreSQL server of your own."
# The first one whose words stand in the log.
_REMEDIES = (
    ("No space left on device", "Free some space on this disk and start again."),
    ("Disk quota exceeded", "Free some space or raise the quota, and start again."),
    ("Read-only file system", "Set DOCGEN_DATA_DIR to a directory that can be written to."),
    (
        "could not look up effective user ID",
        "Give the user that runs DocGen an entry in /etc/passwd, or set DOCGEN_DATABASE__URL to a PostgreSQL server.",
    ),
    ("Permission denied", "Give the user that runs DocGen the right to this file, or use another DOCGEN_DATA_DIR."),
    (
        "error while loading shared libraries",
        "Install this library, or install DocGen's own PostgreSQL with `pip install 'docgen[embedded]'`.",
    ),
)


class ServerLog:
    """The log file: entered to append to it, and asked for what was written since then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._start = 0

    def __enter__(self) -> Self:
        """Open the log; an old one that has grown large makes room first."""
        if self._path.exists() and self._path.stat().st_size > _LARGEST_BYTES:
            self._path.replace(self._path.with_suffix(".log.1"))
        self._descriptor = open_private(self._path, os.O_RDWR | os.O_APPEND)
        self._start = os.fstat(self._descriptor).st_size
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)
        self._descriptor = None

    @property
    def descriptor(self) -> int:
        """Where programs append to, inside the block."""
        if self._descriptor is None:
            raise ValueError("The log is not open.")
        return self._descriptor

    def explain(self, failure: str) -> str:
        """`failure` (the beginning of a sentence) with the last lines of the log and what to do about them."""
        with self._path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._start, end - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()][-_TAIL_LINES:]
        said = (
            f"the log {self._path} ends with: {' | '.join(lines)}" if lines else f"it printed nothing to {self._path}"
        )
        return f"{failure}; {said.rstrip('.')}. {remedy_for(text)}"


def remedy_for(text: str) -> str:
    """What a person can do about a failure that these words describe."""
    return next((remedy for words, remedy in _REMEDIES if words in text), _DEFAULT_REMEDY)
