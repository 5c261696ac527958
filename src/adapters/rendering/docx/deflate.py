"""Deflating what a render made, with stretches that were deflated at compile time spliced in (RFC 1951).

A stretch ends with a full flush: it begins on a whole byte and refers to nothing before it, so that it can stand
between any two others. The checksum of the whole follows from those of the pieces, since CRC-32 is linear.
"""

import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from adapters.rendering.codec import CODEC, LEVEL, crc32

_RAW: Final = -15
# The empty stored block that ends a stream.
_END: Final = b"\x01\x00\x00\xff\xff"
_POLYNOMIAL: Final = 0xEDB88320
# Below this, a stored block costs less time than compressing, and hardly more space.
_STORED_BYTES: Final = 200


def deflate(data: bytes) -> bytes:
    """Deflate data in one go."""
    packed: bytes = CODEC.compress(data, LEVEL, _RAW)
    return packed


class DeflateStream:
    """Deflates pieces one after the other."""

    def __init__(self) -> None:
        self._compressor = CODEC.compressobj(LEVEL, zlib.DEFLATED, _RAW)
        self._packed: list[bytes] = []
        self._crc = self.size = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._crc = CODEC.crc32(piece, self._crc)
        self.size += len(piece)
        self._packed.append(self._compressor.compress(piece))

    def finish(self) -> tuple[bytes, int, int]:
        """Return the stream, its CRC-32 and its inflated size."""
        self._packed.append(self._compressor.flush())
        return b"".join(self._packed), self._crc, self.size


class Stretch:
    """A piece of output that is the same in every render, deflated once."""

    __slots__ = ("_tables", "crc", "packed", "size", "text")

    def __init__(self, text: str, packed: bytes, crc: int, size: int, tables: bytes) -> None:
        self.text = text
        self.packed = packed
        self.crc = crc
        self.size = size
        self._tables = memoryview(tables).cast("I")

    @classmethod
    def of(cls, text: str) -> "Stretch":
        """Deflate a text."""
        data = text.encode()
        compressor = CODEC.compressobj(LEVEL, zlib.DEFLATED, _RAW)
        packed = compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)
        return cls(text, packed, crc32(data), len(data), _shift_tables(len(data)))

    def record(self) -> tuple[str, bytes, int, int, bytes]:
        """Return what makes the same stretch."""
        return self.text, self.packed, self.crc, self.size, self._tables.tobytes()

    def after(self, crc: int) -> int:
        """Return the CRC-32 of what has the CRC-32 `crc`, followed by this stretch."""
        shifted = self._tables
        first, second = shifted[crc & 255], shifted[256 | crc >> 8 & 255]
        return first ^ second ^ shifted[512 | crc >> 16 & 255] ^ shifted[768 | crc >> 24] ^ self.crc


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
            crc = CODEC.crc32(data, crc)
            size += len(data)
            packed.append(_block(data))
    packed.append(_END)
    return b"".join(packed), crc, size


def _block(data: bytes) -> bytes:
    """Return data as whole blocks of a stream that goes on."""
    if len(data) <= _STORED_BYTES:
        return b"\x00" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    compressor = CODEC.compressobj(LEVEL, zlib.DEFLATED, _RAW)
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
        b = _times_x(b)
    return product


def _times_x(value: int) -> int:
    return value >> 1 ^ _POLYNOMIAL if value & 1 else value >> 1


def _squares() -> Iterator[int]:
    """Give x, x², x⁴ …: enough for the bits of any size."""
    square = 1 << 30
    for _ in range(64):
        yield square
        square = _multiply(square, square)


def _power_of_x(exponent: int) -> int:
    """Return x to the power, modulo the polynomial of CRC-32, bits reflected."""
    result = 1 << 31
    for bit, square in enumerate(_SQUARES):
        if exponent >> bit & 1:
            result = _multiply(square, result)
    return result


_SQUARES: Final = tuple(_squares())


def _shift_tables(size: int) -> bytes:
    """Return, for each byte of a CRC-32, what it becomes when `size` further bytes (zeros) follow: 4 times 256 numbers.

    That is the linear part of zlib's crc32_combine; 1,024 numbers make it four look-ups.
    """
    # What the highest bit becomes, which stands for 1, then each lower one: x times the one before.
    shifted = _power_of_x(8 * size)
    bits = [0] * 32
    for bit in reversed(range(32)):
        bits[bit] = shifted
        shifted = _times_x(shifted)
    tables = array("I")
    for first in range(0, 32, 8):
        table = [0]
        for bit in bits[first : first + 8]:
            table += [value ^ bit for value in table]
        tables.extend(table)
    return tables.tobytes()
