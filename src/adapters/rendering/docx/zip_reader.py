"""Reading an uploaded zip that anybody may have built: nothing is believed before it was checked.

Sizes are counted while inflating and never taken from a header, every byte belongs to at most one member, and only
what Open Packaging (ECMA-376 part 2, annex B) allows is read: stored and deflated members with plain names.
"""

import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from adapters.rendering.docx.findings import UnusableFileError, unusable
from adapters.rendering.docx.zip_records import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    DEFLATED,
    ENCRYPTED_FLAGS,
    END,
    END_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    STORED,
    UTF8_FLAG,
    ZIP64_SENTINEL,
    Member,
)

INFLATED_BYTES = 100_000_000
MEMBERS = 2_000
_NAME_CHARACTERS = 255
_SYMLINK = 0xA000
_FILE_TYPE = 0xF000

_SAVE_AGAIN = "Open the file in Word and save it as .docx again."
# What people upload in place of a .docx, by its first bytes.
_KNOWN_STARTS = (
    (b"%PDF", "This is not a Word document: it is a PDF.", "Upload the Word file it was made from."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is not a .docx file: it is an old Word document (.doc), or one that a password protects.",
        "Open it in Word, remove the password where it has one, and save it as .docx.",
    ),
    (b"{\\rtf", "This is not a Word document: it is a rich text file (.rtf).", "Open it in Word and save it as .docx."),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table of contents says of a member."""

    name: str
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int
    raw_name: bytes
    flags: int


def read_members(file: bytes, max_bytes: int) -> list[tuple[Member, bytes]]:
    """Return every member of the zip with its contents, in the order of the central directory.

    Raises:
        UnusableFileError: the file is no zip, broken, too large, or built in a way that no office program does.
    """
    budget = INFLATED_BYTES
    members: list[tuple[Member, bytes]] = []
    for entry, start in read_entries(file, max_bytes):
        packed = file[start : start + entry.packed_size]
        contents = _inflate(entry, packed, budget)
        budget -= len(contents)
        members.append((Member(entry.name, entry.method, entry.crc, entry.size, packed), contents))
    return members


def read_entries(file: bytes, max_bytes: int) -> list[tuple[Entry, int]]:
    """Return what the zip holds, and where the packed bytes of each member begin; nothing is unpacked.

    Raises:
        UnusableFileError: see read_members.
    """
    _check_start(file, max_bytes)
    entries = list(_entries(file))
    _check_names(entries)
    starts = _data_starts(file, entries, _end_of_directory(file)[2])
    return list(zip(entries, starts, strict=True))


def _broken(what: str) -> UnusableFileError:
    return unusable("broken-zip", f"This Word file is damaged: {what}.", f"{_SAVE_AGAIN} Then upload it again.")


def _check_start(file: bytes, max_bytes: int) -> None:
    if not file:
        raise unusable("not-a-word-document", "This is not a Word document: the file is empty.")
    if len(file) > max_bytes:
        raise unusable("file-too-large", f"The file is larger than {max_bytes:,} bytes.", "Make its pictures smaller.")
    for start, message, suggestion in _KNOWN_STARTS:
        if file.startswith(start):
            raise unusable("not-a-word-document", message, suggestion)
    if not file.startswith(LOCAL_SIGNATURE):
        if END_SIGNATURE in file:
            raise _broken("other data stands before its contents")
        raise unusable("not-a-word-document", "This is not a Word document: a .docx file is a zip, and this is none.")


def _end_of_directory(file: bytes) -> tuple[int, int, int]:
    """Return where the end record stands, and count and offset of the central directory."""
    at = file.rfind(END_SIGNATURE, max(0, len(file) - END.size - 0xFFFF))
    if at < 0 or at + END.size > len(file):
        raise _broken("its end is missing, perhaps the upload was cut off")
    _, disk, first_disk, here, count, size, offset, comment = END.unpack_from(file, at)
    if at + END.size + comment != len(file) or disk or first_disk or here != count:
        raise _broken("its end record is wrong")
    if ZIP64_SENTINEL in (size, offset) or offset + size != at:
        raise _broken("its table of contents is not where it should be")
    if count > MEMBERS:
        raise unusable("too-many-parts", f"The file has {count:,} parts; the limit is {MEMBERS:,}.")
    return at, count, offset


def _entries(file: bytes) -> Iterator[Entry]:
    end, count, position = _end_of_directory(file)
    for _ in range(count):
        try:
            fields = CENTRAL.unpack_from(file, position)
        except struct.error:
            raise _broken("its table of contents is cut off") from None
        _, _, _, flags, method, _, _, crc, packed, size, name_size, extra, comment, disk, _, attributes, offset = fields
        raw = file[position + CENTRAL.size : position + CENTRAL.size + name_size]
        position += CENTRAL.size + name_size + extra + comment
        if fields[0] != CENTRAL_SIGNATURE or position > end or disk:
            raise _broken("its table of contents is wrong")
        if flags & ENCRYPTED_FLAGS:
            raise unusable("encrypted", "The file is encrypted.", "Remove the password in Word and save it again.")
        if method not in (STORED, DEFLATED):
            raise unusable("bad-compression", "The file is packed in a way that Word does not use.", _SAVE_AGAIN)
        if ZIP64_SENTINEL in (packed, size, offset):
            raise _broken("a part claims to be larger than any part may be")
        if (attributes >> 16) & _FILE_TYPE == _SYMLINK:
            raise unusable("bad-part-name", "A part of the file is a symbolic link.", _SAVE_AGAIN)
        name = _decode(raw, flags)
        _check_other_name(name, file[position - extra - comment : position - comment])
        yield Entry(name, method, crc, packed, size, offset, raw, flags)
    if position != end:
        raise _broken("its table of contents is wrong")


def _check_other_name(name: str, extra: bytes) -> None:
    """Refuse a second name in the extra field (APPNOTE 4.6.9), which some programs read in place of the first."""
    while len(extra) >= _EXTRA.size:
        kind, size = _EXTRA.unpack_from(extra)
        if kind == _UNICODE_PATH and extra[_EXTRA.size + 5 : _EXTRA.size + size] != name.encode():
            raise unusable("bad-part-name", f"The file has a part with two names: {name[:60]!r}.", _SAVE_AGAIN)
        extra = extra[_EXTRA.size + size :]


_EXTRA = struct.Struct("<2H")
_UNICODE_PATH = 0x7075


def _decode(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & UTF8_FLAG else "cp437")
    except UnicodeDecodeError:
        raise unusable("bad-part-name", "A part of the file has a name that cannot be read.", _SAVE_AGAIN) from None


def _check_names(entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.name
        # Names in a package are parts of addresses: %2e is a dot there.
        plain = unquote(name)
        if _is_wrong(name) or _is_wrong(plain):
            shown = "".join(character if character.isprintable() else "?" for character in name[:60])
            raise unusable("bad-part-name", f"The file has a part with a forbidden name: {shown!r}.", _SAVE_AGAIN)
        key = unicodedata.normalize("NFC", plain.casefold())
        if key in seen:
            raise unusable("bad-part-name", f"The file has two parts named {name!r}.", _SAVE_AGAIN)
        seen.add(key)


def _is_wrong(name: str) -> bool:
    return (
        not name
        or len(name) > _NAME_CHARACTERS
        or name.startswith("/")
        or any(character in '\\:*?"<>|' or not character.isprintable() for character in name)
        # A name that ends with a dot is another one on Windows.
        or any(not piece or piece.endswith(".") for piece in name.removesuffix("/").split("/"))
    )


def _check_same(entry: Entry, header: tuple[int, ...]) -> None:
    """Refuse a member whose own header says something else than the table of contents: programs read either."""
    _, _, flags, method, _, _, crc, packed, size, _, _ = header
    said = (crc, packed, size)
    # With a data descriptor the numbers follow the data, and the header may have zeros.
    later = flags & _DESCRIPTOR_FLAG and all(value in (0, ZIP64_SENTINEL) for value in said)
    if method != entry.method or flags & ENCRYPTED_FLAGS or (flags ^ entry.flags) & _DESCRIPTOR_FLAG:
        raise _broken(f"the part {entry.name!r} is described in two ways")
    if not later and said != (entry.crc, entry.packed_size, entry.size):
        raise _broken(f"the part {entry.name!r} is described in two ways")


_DESCRIPTOR_FLAG = 0x0008
# Signature, checksum and two sizes of 8 bytes.
_LONGEST_DESCRIPTOR = 24


def _data_starts(file: bytes, entries: list[Entry], directory: int) -> list[int]:
    """Return where each member's packed bytes begin; no two members may share a byte.

    `directory` is where the table of contents begins; nothing but members lies before it.
    """
    starts: dict[int, int] = {}
    end = 0
    for index in sorted(range(len(entries)), key=lambda index: entries[index].offset):
        entry = entries[index]
        if entry.offset < end:
            raise unusable("broken-zip", "Parts of the file overlap each other.", _SAVE_AGAIN)
        if entry.offset > end + _LONGEST_DESCRIPTOR:
            raise _broken("it holds data that its table of contents does not name")
        try:
            header = LOCAL.unpack_from(file, entry.offset)
        except struct.error:
            raise _broken("a part lies beyond its end") from None
        signature, *_, name_size, extra = header
        name_at = entry.offset + LOCAL.size
        start = name_at + name_size + extra
        end = start + entry.packed_size
        if signature != LOCAL_SIGNATURE or file[name_at : name_at + name_size] != entry.raw_name or end > len(file):
            raise _broken("a part is not where the table of contents says")
        _check_same(entry, header)
        starts[index] = start
    first = min((entry.offset for entry in entries), default=0)
    if first:
        raise _broken("other data stands before its contents")
    if directory < end or directory > end + _LONGEST_DESCRIPTOR:
        raise _broken("it holds data that its table of contents does not name")
    return [starts[index] for index in range(len(entries))]


def _inflate(entry: Entry, packed: bytes, budget: int) -> bytes:
    if entry.method == STORED:
        contents = packed
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than allowed tells "too large" from "just fits"; an honest size saves growing the buffer.
            contents = inflater.decompress(packed, min(budget, entry.size) + 1)
        except zlib.error:
            raise _broken(f"the part {entry.name!r} cannot be unpacked") from None
        if len(contents) <= min(budget, entry.size) and (not inflater.eof or inflater.unused_data):
            raise _broken(f"the part {entry.name!r} is cut off")
    if len(contents) > budget:
        raise unusable("file-too-large", f"The file unpacks to more than {INFLATED_BYTES:,} bytes.")
    if len(contents) != entry.size or zlib.crc32(contents) != entry.crc:
        raise _broken(f"the part {entry.name!r} is not what its checksum says")
    return contents
