"""A worker: forked from the zygote, locked up, then one request after the other until its channel ends."""

import logging
import os
import traceback
from contextlib import suppress
from typing import Final

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.jail import end_with_parent, lock_up
from adapters.rendering.workers.jobs import Jobs, LogLines
from adapters.rendering.workers.protocol import HEADER, READY_ID, Answer, read_request, write_answer
from adapters.rendering.workers.settings import JailLimits

CHANNEL: Final = 3
_READ_BYTES: Final = 256_000
_DESCRIPTORS: Final = 65_536


def run(channel: int, zygote: int, limits: Limits, jail: JailLimits, readable: list[str]) -> None:
    """Be a worker until the service closes the channel."""
    _keep_only(channel)
    end_with_parent(zygote)
    log = LogLines()
    logging.basicConfig(handlers=[log], level=logging.INFO, force=True)
    jobs = Jobs(limits, jail.memory_bytes, log)
    try:
        lacking = lock_up(jail, readable)
    except Exception:  # noqa: BLE001  # the service says what is wrong; its worker works with nothing
        _send(write_answer(Answer(READY_ID, retire=True, log=(traceback.format_exc(),))))
        return
    _send(write_answer(Answer(READY_ID, lacking=tuple(lacking))))
    with suppress(ConnectionError):  # a service that is gone, or does not want the answer any more
        while (parts := _receive()) is not None:
            _send(jobs.frame(read_request(*parts)))


def _keep_only(channel: int) -> None:
    """Close every descriptor but the channel; the standard ones lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if channel != CHANNEL:
        os.dup2(channel, CHANNEL)
    for standard in range(CHANNEL):
        os.dup2(nowhere, standard)
    os.closerange(CHANNEL + 1, _DESCRIPTORS)


def _receive() -> tuple[bytes, bytes, bytes] | None:
    """Return the parts of the next frame, None where the channel has ended."""
    first = os.read(CHANNEL, _READ_BYTES)
    while len(first) < HEADER.size:
        more = os.read(CHANNEL, _READ_BYTES)
        if not more:
            return None
        first += more
    lengths = HEADER.unpack_from(first)
    frame = bytearray(HEADER.size + sum(lengths))
    frame[: len(first)] = first
    received, view = len(first), memoryview(frame)
    while received < len(frame):
        more_bytes = os.readv(CHANNEL, [view[received:]])
        if not more_bytes:
            return None
        received += more_bytes
    text, data, _ = lengths
    start = HEADER.size + text
    return bytes(view[HEADER.size : start]), bytes(view[start : start + data]), bytes(view[start + data :])


def _send(pieces: list[bytes]) -> None:
    rest = memoryview(b"".join(pieces))
    while rest:
        rest = rest[os.write(CHANNEL, rest) :]
