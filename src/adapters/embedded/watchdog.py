"""The watchdog: ends PostgreSQL when the process that owns it is gone, however it went.

It runs as a program of its own, ``python -I -S watchdog.py SERVER_LOCK USERS_LOCK PIDFILE``, and reads a pipe whose
only writer is the owner: the end of the pipe means that the owner was killed by any signal, has left the server to the
processes that still use it, or has ended it itself. It starts without site-packages and therefore stands on the
standard library alone; the rest of the launcher borrows its functions, so that the owner and the watchdog stop a server
in the same way.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from typing import NamedTuple

if sys.platform != "win32":  # advisory locks and these signals are POSIX; the launcher refuses Windows by name
    import fcntl

# Fast shutdown (clients are disconnected), immediate shutdown (recovery at the next start), and the last resort.
STOP_STEPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
POLL_SECONDS = 0.01


class Postmaster(NamedTuple):
    """What ``postmaster.pid`` tells: lines 1, 4 and 8; `port` is 0 until the server has written it."""

    pid: int
    port: int
    ready: bool


def read_postmaster(pidfile: str) -> Postmaster | None:
    """The server that wrote this ``postmaster.pid``; None where there is no such file, or it is half written."""
    try:
        with open(pidfile, encoding="utf-8") as file:  # noqa: PTH123  # pathlib doubles the start-up time of the watchdog
            lines = [line.strip() for line in file]
        pid = int(lines[0])
        port = int(lines[3]) if len(lines) > 3 and lines[3] else 0  # noqa: PLR2004  # line 4
    except (FileNotFoundError, IndexError, ValueError):
        return None
    # A backend in single-user mode writes its process number negated.
    return Postmaster(pid, port, ready=lines[7:8] == ["ready"]) if pid > 0 else None


def is_postgres(pid: int) -> bool:
    """Whether this process is PostgreSQL's; yes where the system does not tell as simply as Linux does."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:  # noqa: PTH123  # as above
            return file.read().strip() == "postgres"
    except (FileNotFoundError, ProcessLookupError):
        return not os.path.exists("/proc/self/comm")  # noqa: PTH110  # as above


def try_lock(path: str, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock on this file until its last copy is closed; None while others hold it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_held(path: str) -> bool:
    """Whether some process holds the lock on this file for itself."""
    descriptor = try_lock(path, shared=True)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def end_server(server_lock: str, pidfile: str) -> bool:
    """Stop the server whose processes hold `server_lock`, ever more firmly; whether it is gone.

    The lock, not the process number, says whether the server lives: numbers are used again, and the kernel gives the
    lock back when the last process of the server has ended.
    """
    for number, seconds in STOP_STEPS:
        deadline = time.monotonic() + seconds
        signalled = 0
        while time.monotonic() < deadline:
            if not is_held(server_lock):
                return True
            # A server that is just starting writes its number a moment later: hence inside the loop.
            postmaster = read_postmaster(pidfile)
            # Its children may outlive it a little, and its number be somebody else's already.
            if postmaster is not None and postmaster.pid != signalled and is_postgres(postmaster.pid):
                signalled = postmaster.pid
                with suppress(ProcessLookupError):
                    os.kill(signalled, number)
            time.sleep(POLL_SECONDS)
    return not is_held(server_lock)


def end_server_when_unused(server_lock: str, users_lock: str, pidfile: str) -> None:
    """Wait until nobody has the server open any more, then stop it; return at once when it is gone before."""
    while is_held(server_lock):
        users = try_lock(users_lock)
        if users is not None:
            # Held while the server ends: nobody may join it now.
            end_server(server_lock, pidfile)
            os.close(users)
            return
        time.sleep(10 * POLL_SECONDS)


def main(server_lock: str, users_lock: str, pidfile: str) -> None:
    """Wait for the end of the owner, and then for the end of the last user of the server."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of the pipe counts
    while os.read(sys.stdin.fileno(), 1):
        pass
    end_server_when_unused(server_lock, users_lock, pidfile)


if __name__ == "__main__":
    main(*sys.argv[1:])
