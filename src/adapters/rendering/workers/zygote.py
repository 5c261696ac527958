"""The zygote: a small process with the engine loaded, from which workers are forked and by which they are ended.

It is started as a program, ``python -I -c "… from … import main; main()" CONTROL``, and so inherits nothing of the
service but the control channel. It loads the engine by itself: the service may still have to load its own parts. Then
come lines of JSON over the channel: first how workers are to be made, then `fork` (a worker's channel comes along) and
`kill`; back go `forked` and `ended`. It never sees anything that a user sent. The end of the control channel is the end
of the service, however it went: then every worker is ended, and the zygote too.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final

from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.workers import worker
from adapters.rendering.workers.jail import readable_paths
from adapters.rendering.workers.settings import JailLimits
from adapters.rendering.workers.warm_up import warm_up

_READ_BYTES: Final = 65_536
_CHANNELS: Final = 16


def main() -> None:
    """Serve the control channel whose descriptor the command line names, until it ends."""
    # Whoever stops the service sends these to the whole group; what runs is to finish nevertheless.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Workers could not write compiled modules, and are not to try.
    sys.dont_write_bytecode = True
    with socket.socket(fileno=int(sys.argv[1])) as control:
        Zygote(control).serve()


class Zygote:
    """Forks workers, reaps them, and ends them; `number` is the service's name for one."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines = b""
        self._pids: dict[int, int] = {}
        self._limits = Limits()
        self._jail = JailLimits(0, 0)
        self._readable: list[str] = []

    def serve(self) -> None:
        """Do what the service says until it is gone."""
        self._load()
        wake_reader, wake_writer = socket.socketpair()
        with wake_reader, wake_writer:
            for end in (wake_reader, wake_writer):
                end.setblocking(False)  # noqa: FBT003  # the standard library's name for it
            signal.signal(signal.SIGCHLD, lambda *_: None)
            signal.set_wakeup_fd(wake_writer.fileno(), warn_on_full_buffer=False)
            try:
                while self._serve_once(wake_reader):
                    pass
            finally:
                self._end_all()
                # Signals of their ends may come when the sockets are closed already.
                signal.set_wakeup_fd(-1)

    def _load(self) -> None:
        # What is loaded does not hang on how narrow the limits are; with narrow ones warming up would stop early.
        warm_up(DEFAULT_LIMITS)
        self._readable = readable_paths()
        # What is there now is shared with the workers for as long as nobody writes to it.
        gc.collect()
        gc.freeze()
        gc.enable()

    def _serve_once(self, wake: socket.socket) -> bool:
        ready, _, _ = select.select([self._control, wake], [], [])
        if wake in ready:
            wake.recv(_READ_BYTES)
            self._reap()
        return self._control not in ready or self._obey()

    def _obey(self) -> bool:
        try:
            received, channels, _, _ = socket.recv_fds(self._control, _READ_BYTES, _CHANNELS)
        except ConnectionError:
            return False
        *lines, self._lines = (self._lines + received).split(b"\n")
        for line in lines:
            match json.loads(line):
                case {"limits": limits, "jail": jail}:
                    self._prepare(limits, jail)
                case {"fork": number}:
                    self._fork(number, channels.pop(0))
                case {"kill": number}:
                    self._kill(number)
        return bool(received)

    def _prepare(self, limits: dict[str, Any], jail: dict[str, Any]) -> None:
        self._limits = Limits(**limits)
        self._jail = JailLimits(**jail)

    def _fork(self, number: int, channel: int) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(channel)
            self._say({"ended": number, "reason": f"it could not be started: {error.strerror}"})
            return
        if pid == 0:
            self._become_worker(channel, zygote)
        os.close(channel)
        self._pids[number] = pid
        self._say({"forked": number, "pid": pid})

    def _become_worker(self, channel: int, zygote: int) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            worker.run(channel, zygote, self._limits, self._jail, self._readable)
            code = 0
        finally:
            os._exit(code)  # nothing that the zygote would do at its end is a worker's to do

    def _kill(self, number: int) -> None:
        # The process number is this child's own until it is reaped here.
        pid = self._pids.get(number)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        for number, pid in list(self._pids.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._pids[number]
                self._say({"ended": number, "pid": pid, "reason": _reason(os.waitstatus_to_exitcode(status))})

    def _say(self, event: dict[str, Any]) -> None:
        with suppress(ConnectionError):  # a service that is gone is noticed by reading
            self._control.sendall(json.dumps(event).encode() + b"\n")

    def _end_all(self) -> None:
        for pid in self._pids.values():
            os.kill(pid, signal.SIGKILL)


def _reason(code: int) -> str:
    if code >= 0:
        return f"it ended with code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
