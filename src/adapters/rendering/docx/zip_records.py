"""Zip structures as bytes (PKWARE APPNOTE 6.3): the few that an Open Packaging file may have."""

import struct
from dataclasses import dataclass

STORED = 0
DEFLATED = 8

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
UTF8_FLAG = 0x0800
ZIP64_SENTINEL = 0xFFFFFFFF

_VERSION = 20
# 1980-01-01 00:00, the first time that a zip can hold: no clock may change the bytes of a document.
_FIXED_TIME = 0
_FIXED_DATE = 0x0021


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip: its name, and its data as it lies in the archive."""

    name: str
    method: int
    crc: int
    size: int
    packed: bytes


def local_header(member: Member) -> bytes:
    """Return the record that stands before the member's packed bytes."""
    name, flags = _name(member.name)
    fixed = LOCAL.pack(
        LOCAL_SIGNATURE, _VERSION, flags, member.method, _FIXED_TIME, _FIXED_DATE,
        member.crc, len(member.packed), member.size, len(name), 0,
    )  # fmt: skip
    return fixed + name


def central_header(member: Member, offset: int) -> bytes:
    """Return the member's entry in the central directory; `offset` is where its local header begins."""
    name, flags = _name(member.name)
    fixed = CENTRAL.pack(
        CENTRAL_SIGNATURE, _VERSION, _VERSION, flags, member.method, _FIXED_TIME, _FIXED_DATE,
        member.crc, len(member.packed), member.size, len(name), 0, 0, 0, 0, 0, offset,
    )  # fmt: skip
    return fixed + name


def end_record(count: int, directory_size: int, directory_offset: int) -> bytes:
    """Return the record that ends a zip."""
    return END.pack(END_SIGNATURE, 0, 0, count, count, directory_size, directory_offset, 0)


def _name(name: str) -> tuple[bytes, int]:
    encoded = name.encode("utf-8")
    return encoded, 0 if name.isascii() else UTF8_FLAG
