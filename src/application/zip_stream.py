"""A zip that is written while it is read: of its contents, one file is held at a time.

Sizes and checksums stand before each file, as every reader likes them; offsets and counts are those of ZIP64 where they
have to be (PKWARE's APPNOTE 6.3.10, sections 4.3.14 and 4.5.3). The same files in the same order give the same bytes.
"""

import io
import zipfile
from datetime import datetime
from typing import IO, Final, cast

from domain.formats import OutputFormat

# Everybody may read it, its owner may write it, in the upper half as Unix has it.
_MODE: Final = 0o644 << 16
# The others are zips themselves.
_DEFLATED: Final = frozenset({OutputFormat.MARKDOWN, OutputFormat.HTML, OutputFormat.TEXT})


class _Outgoing:
    """A file of which what is before `_start` has gone; the rest can still be changed.

    It is no `io` class, and holds none: those close themselves before a zip that nobody ends, which then complains.
    """

    def __init__(self) -> None:
        self._start = 0
        self._rest = bytearray()
        self._place = 0

    def write(self, data: bytes) -> int:
        """Write, and return how much it was."""
        at = self._place - self._start
        self._rest[at : at + len(data)] = data
        self._place += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def seekable(self) -> bool:
        """Tell that places can be returned to."""
        return True

    def tell(self) -> int:
        """Return the present place."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place that has not gone yet, and return it."""
        bases = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._start + len(self._rest)}
        self._place = bases[whence] + offset
        return self._place

    def take(self) -> bytes:
        """Return what has not gone yet, and let it go."""
        taken = bytes(self._rest)
        self._start += len(taken)
        self._rest.clear()
        self._place = self._start
        return taken


class ZipStream:
    """Adds documents to a zip; what `add` and `end` return, one behind the other, is the zip."""

    def __init__(self, modified: datetime) -> None:
        """Take the time that all files have; a zip keeps none before 1980, and no time zone."""
        self._time = max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
        self._outgoing = _Outgoing()
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._outgoing), "w")  # ended by `end`

    def add(self, name: str, output: OutputFormat, content: bytes) -> bytes:
        """Add a document."""
        entry = zipfile.ZipInfo(name, self._time)
        entry.external_attr = _MODE
        entry.compress_type = zipfile.ZIP_DEFLATED if output in _DEFLATED else zipfile.ZIP_STORED
        self._zip.writestr(entry, content)
        return self._outgoing.take()

    def end(self) -> bytes:
        """Return the directory of the zip, which stands at its end."""
        self._zip.close()
        return self._outgoing.take()
