"""A zip that is written while it is read: of its contents, one file is held at a time.

Sizes and checksums stand before each file, as every reader likes them; offsets and counts are those of ZIP64 where they
have to be (PKWARE's APPNOTE 6.3.10, sections 4.3.14 and 4.5.3). The same files in the same order give the same bytes.
"""

import io
import zipfile
from datetime import datetime
from typing import Final

from typing_extensions import override

from domain.formats import OutputFormat

# Everybody may read it, its owner may write it, in the upper half as Unix has it.
_MODE: Final = 0o644 << 16
# The others are zips themselves.
_DEFLATED: Final = frozenset({OutputFormat.MARKDOWN, OutputFormat.HTML, OutputFormat.TEXT})


class _Outgoing(io.RawIOBase):
    """A file of which what is before `_start` has gone; the rest can still be changed."""

    def __init__(self) -> None:
        self._start = 0
        self._rest = io.BytesIO()

    @override
    def writable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def write(self, data: object, /) -> int:
        return self._rest.write(data)  # type: ignore[arg-type]  # of the types of buffers, which the base class keeps to itself

    @override
    def tell(self) -> int:
        return self._start + self._rest.tell()

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET:
            offset -= self._start
        return self._start + self._rest.seek(offset, whence)

    def take(self) -> bytes:
        """Return what has not gone yet, and let it go."""
        taken = self._rest.getvalue()
        self._start += len(taken)
        self._rest = io.BytesIO()
        return taken


class ZipStream:
    """Adds documents to a zip; what `add` and `end` return, one behind the other, is the zip."""

    def __init__(self, modified: datetime) -> None:
        """Take the time that all files have; a zip keeps none before 1980, and no time zone."""
        self._time = max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
        self._outgoing = _Outgoing()
        self._zip = zipfile.ZipFile(self._outgoing, "w")  # ended by `end`

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
