"""The process that reads one file of rows: ``python -I -c "from … import main; main()" FILE``.

FILE is the number of a descriptor; the order comes over standard input, frames go over standard output. Between the
order and the first byte of the file the process is locked up as a render worker is (workers/jail.py): it can read that
file, Python's own ones, and nothing else.
"""

import codecs
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO, Final

from adapters.rendering.rows.conventions import conventions_of
from adapters.rendering.rows.failed_rows import failed_rows
from adapters.rendering.rows.prepare import prepare
from adapters.rendering.rows.protocol import Ended, Failed, Message, Order, Ready, Row, Rows, Text, read_order, write
from adapters.rendering.workers.jail import end_with_parent, lock_up, readable_paths
from adapters.rendering.workers.settings import JailLimits
from domain.errors import DiagnosedError, RowsInvalidError
from domain.rows import RowFormat

_OUT: Final = 1
_ROWS_OF_FRAME: Final = 500
_BYTES_OF_FRAME: Final = 500_000
_CODECS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "ascii")


def main() -> None:
    """Do the order, and end."""
    end_with_parent(os.getppid())
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")  # openpyxl's, about what it leaves out
    logging.disable()
    with open(int(sys.argv[1]), "rb") as file:  # noqa: PTH123  # a descriptor
        order = read_order(sys.stdin.buffer.read())
        _prepare_for_jail(order)
        lacking = lock_up(JailLimits(order.limits.memory_bytes, order.limits.cpu_seconds), readable_paths())
        _send(Ready(tuple(lacking)))
        for message in _answers(file, order):
            _send(message)


def _prepare_for_jail(order: Order) -> None:
    """Load what would be loaded late."""
    for name in _CODECS:
        codecs.lookup(name)
    if order.format is RowFormat.XLSX:
        # It reads the system's list of media types. Loading it takes 0.3 s, which other formats save.
        import_module("adapters.rendering.rows.xlsx_rows")
    conventions_of(order.locale)


def _answers(file: BinaryIO, order: Order) -> Iterator[Message]:
    try:
        yield from _done(file, order)
    except DiagnosedError as error:
        yield Failed(str(error), error.diagnostics)
    except MemoryError:
        yield _failed("rows-too-large", "Reading the file takes more memory than it may.", "Split it.")
    except Exception as error:  # noqa: BLE001  # whatever the file has brought about, its reader gets a sentence
        yield _failed("unreadable-file", f"The file cannot be read ({type(error).__name__}).", None)


def _failed(code: str, message: str, suggestion: str | None) -> Failed:
    return Failed(message, RowsInvalidError.of_file(code, message, suggestion).diagnostics)


def _done(file: BinaryIO, order: Order) -> Iterator[Message]:
    if order.failed is not None:
        yield from (Text(piece) for piece in failed_rows(file, order))
    else:
        opened, rows = prepare(file, order)
        yield opened
        yield from _in_frames(rows)
    yield Ended()


def _in_frames(rows: Iterator[Row]) -> Iterator[Rows]:
    frame, size = list[Row](), 0
    for row in rows:
        frame.append(row)
        size += len(bytes(row.data)) + 200 * (len(row.problems) + len(row.doubts))
        if len(frame) == _ROWS_OF_FRAME or size > _BYTES_OF_FRAME:
            yield Rows(tuple(frame))
            frame, size = [], 0
    if frame:
        yield Rows(tuple(frame))


def _send(message: Message) -> None:
    rest = memoryview(write(message))
    while rest:
        rest = rest[os.write(_OUT, rest) :]
