"""The deflate codec of this machine: ISA-L where it exists, else zlib."""

import zlib
from contextlib import suppress
from typing import Any, Final

from typing_extensions import Buffer

_isal: Any = None
with suppress(ImportError):  # on machines that ISA-L is not built for
    from isal import isal_zlib as _isal

CODEC: Final[Any] = _isal or zlib
# Levels whose output is the same on every processor of one architecture.
LEVEL: Final = 2 if _isal else 1


def crc32(data: Buffer, start: int = 0) -> int:
    """Return the CRC-32 of the data, continued from `start`."""
    return int(CODEC.crc32(data, start))
