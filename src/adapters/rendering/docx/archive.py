"""The zip of a finished document: what no render changes is one block of bytes, made once."""

import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.rendering.docx.zip_records import (
    CENTRAL,
    DEFLATED,
    LOCAL,
    STORED,
    Member,
    central_header,
    end_record,
    local_header,
)

_CONTENT_TYPES: Final = "[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Archive:
    """The unchanged members of a document, as a zip without its end.

    Their packed bytes are those of the template; what comes after them differs from render to render.
    """

    _records: bytes
    _directory: bytes
    _count: int

    @classmethod
    def of(cls, members: Sequence[Member]) -> "Archive":
        """Lay the members out one after the other, the list of content types first, as readers like it."""
        records, directory, offset = [], [], 0
        for member in sorted(members, key=lambda member: member.name != _CONTENT_TYPES):
            record = local_header(member) + member.packed
            records.append(record)
            directory.append(central_header(member, offset))
            offset += len(record)
        return cls(b"".join(records), b"".join(directory), len(directory))

    def record(self) -> tuple[bytes, bytes, int]:
        """Return what makes the same archive."""
        return self._records, self._directory, self._count

    def members(self) -> Iterator[Member]:
        """List the unchanged members, in their order."""
        position = 0
        while position < len(self._directory):
            fields = CENTRAL.unpack_from(self._directory, position)
            method, crc, packed, size, length, offset = (*fields[4:5], *fields[7:11], fields[-1])
            position += CENTRAL.size + length
            start = offset + LOCAL.size + length
            name = self._directory[position - length : position].decode()
            yield Member(name, method, crc, size, self._records[start : start + packed])

    def without(self, names: Container[str]) -> "Archive":
        """Return this archive without the members of these names."""
        return Archive.of([member for member in self.members() if member.name not in names])

    def with_members(self, members: Sequence[Member]) -> bytes:
        """Return the whole zip: the unchanged members and these."""
        pieces = [self._records]
        directory = [self._directory]
        offset = len(self._records)
        for member in members:
            header = local_header(member)
            pieces += (header, member.packed)
            directory.append(central_header(member, offset))
            offset += len(header) + len(member.packed)
        size = sum(map(len, directory))
        pieces += directory
        pieces.append(end_record(self._count + len(members), size, offset))
        return b"".join(pieces)


def deflated(name: str, packed: bytes, crc: int, size: int) -> Member:
    """Make a member of deflated bytes."""
    return Member(name, DEFLATED, crc, size, packed)


def stored(name: str, data: bytes, crc: int) -> Member:
    """Make a member of bytes that are packed already."""
    return Member(name, STORED, crc, len(data), data)


def inflated(member: Member) -> bytes:
    """Return the contents of a member that passed the reader's checks, or that was made here."""
    return member.packed if member.method == STORED else zlib.decompress(member.packed, -zlib.MAX_WBITS)
