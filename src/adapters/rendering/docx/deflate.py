"""Deflating what a render made, with stretches that were deflated at compile time spliced in (RFC 1951).

A stretch ends with a full flush: it begins on a whole byte and refers to nothing before it, so that it can stand
between any two others. The checksum of the whole follows from those of the pieces, since CRC-32 is linear.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

_codec: Any = zlib
# Levels whose output is the same on every processor of one architecture.
_LEVEL = 1
try:
    from isal import isal_zlib

    _codec, _LEVEL = isal_zlib, 2
except ImportError:  # pragma: no cover  # machines that ISA-L is not built for
    pass

_RAW: Final = -15
# The empty stored block that ends a stream.
_END: Final = b"\x01\x00\x00\xff\xff"
_POLYNOMIAL: Final = 0xEDB88320
# Below this, a stored block costs less time than compressing, and hardly more space.
_STORED_BYTES: Final = 200


def crc32(data: bytes, start: int = 0) -> int:
    """Return the CRC-32 of the data, continued from `start`."""
    return int(_codec.crc32(data, start))


def deflate(data: bytes) -> bytes:
    """Deflate data in one go."""
    packed: bytes = _codec.compress(data, _LEVEL, _RAW)
    return packed


def deflate_stream(pieces: Iterable[bytes]) -> tuple[bytes, int, int]:
    """Deflate pieces one after the other; return the stream, its CRC-32 and its inflated size."""
    compressor = _codec.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    packed: list[bytes] = []
    crc = size = 0
    for piece in pieces:
        crc = _codec.crc32(piece, crc)
        size += len(piece)
        packed.append(compressor.compress(piece))
    packed.append(compressor.flush())
    return b"".join(packed), crc, size


class Stretch:
    """A piece of output that is the same in every render, deflated once."""

    __slots__ = ("_tables", "crc", "packed", "size", "text")

    def __init__(self, text: str) -> None:
        data = text.encode()
        compressor = _codec.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        self.text = text
        self.size = len(data)
        self.crc = crc32(data)
        self.packed: bytes = compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)
        self._tables = _shift_tables(self.size)

    def after(self, crc: int) -> int:
        """Return the CRC-32 of what has the CRC-32 `crc`, followed by this stretch."""
        one, two, three, four = self._tables
        return one[crc & 255] ^ two[crc >> 8 & 255] ^ three[crc >> 16 & 255] ^ four[crc >> 24] ^ self.crc


def splice(pieces: Sequence[str], stretches: Sequence[Stretch]) -> tuple[bytes, int, int]:
    """Deflate text and stretches in turn: every second piece is the number of a stretch.

    Returns the stream, its CRC-32 and its inflated size.
    """
    packed: list[bytes] = []
    crc = size = 0
    for index, piece in enumerate(pieces):
        if index & 1:
            stretch = stretches[int(piece)]
            packed.append(stretch.packed)
            crc = stretch.after(crc)
            size += stretch.size
        elif piece:
            data = piece.encode()
            crc = _codec.crc32(data, crc)
            size += len(data)
            packed.append(_block(data))
    packed.append(_END)
    return b"".join(packed), crc, size


def _block(data: bytes) -> bytes:
    """Return data as whole blocks of a stream that goes on."""
    if len(data) <= _STORED_BYTES:
        return b"\x00" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    compressor = _codec.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    packed: bytes = compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)
    return packed


def _multiply(a: int, b: int) -> int:
    """Multiply two polynomials modulo that of CRC-32, bits reflected."""
    product = 0
    mask = 1 << 31
    while mask:
        if a & mask:
            product ^= b
        mask >>= 1
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _power_of_x(exponent: int) -> int:
    """Return x to the power, modulo the polynomial of CRC-32, bits reflected."""
    result, square = 1 << 31, 1 << 30
    while exponent:
        if exponent & 1:
            result = _multiply(square, result)
        square = _multiply(square, square)
        exponent >>= 1
    return result


def _shift_tables(size: int) -> tuple[list[int], ...]:
    """Return, for each byte of a CRC-32, what it becomes when `size` further bytes (zeros) follow.

    That is the linear part of zlib's crc32_combine; 1,024 numbers make it four look-ups.
    """
    shift = _power_of_x(8 * size)
    bits = [_multiply(shift, 1 << bit) for bit in range(32)]
    tables = []
    for first in range(0, 32, 8):
        table = [0]
        for bit in bits[first : first + 8]:
            table += [value ^ bit for value in table]
        tables.append(table)
    return tuple(tables)
