"""The service's end of the zygote: asks for workers and for their end."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.settings import JailLimits
from adapters.rendering.workers.zygote_start import StartedZygote

_READ_BYTES: Final = 65_536


class ZygoteProcess:
    """A running zygote. Its events are dictionaries with `forked` or `ended`; `on_end` is called when it is gone."""

    def __init__(
        self,
        started: StartedZygote,
        limits: Limits,
        jail: JailLimits,
        *,
        on_event: Callable[[dict[str, Any]], None],
        on_end: Callable[[], None],
    ) -> None:
        """Take one that was started, which need not be ready."""
        self._started = started
        self._on_event = on_event
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._lines = b""
        self._control = started.control
        self._control.setblocking(False)  # noqa: FBT003  # the standard library's name for it
        self._loop.add_reader(self._control, self._read)
        self._say({"limits": asdict(limits), "jail": asdict(jail)})

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._started.process.pid

    def fork(self, number: int) -> socket.socket:
        """Ask for a worker, and return the service's end of its channel.

        Raises:
            OSError: there are no descriptors left.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._say({"fork": number}, theirs.fileno())
        return ours

    def kill(self, number: int) -> None:
        """End a worker at once."""
        self._say({"kill": number})

    async def end(self) -> None:
        """End it, and with it all its workers."""
        self._let_go()
        await asyncio.to_thread(self._started.end)

    def _say(self, what: dict[str, Any], *descriptors: int) -> None:
        line = json.dumps(what).encode() + b"\n"
        try:
            if descriptors:
                socket.send_fds(self._control, [line], list(descriptors))
            else:
                self._control.send(line)
        except OSError:
            # It is gone, or does not read any more: reading says so, once.
            self._loop.call_soon(self._lost)

    def _read(self) -> None:
        try:
            received = self._control.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._lost()
            return
        *lines, self._lines = (self._lines + received).split(b"\n")
        for line in lines:
            self._on_event(json.loads(line))

    def _lost(self) -> None:
        if self._control.fileno() >= 0:
            self._let_go()
            self._on_end()

    def _let_go(self) -> None:
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control)
        self._control.close()
