"""Processes that use the embedded PostgreSQL, and those that belong to it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import asyncpg
import psutil
import pytest

from adapters.embedded.paths import Files
from adapters.embedded.server_user import ServerUser
from adapters.embedded.watchdog import is_held, read_postmaster

T = TypeVar("T")
_DEADLINE_SECONDS = 60.0
_SCRIPT = Path(__file__).with_name("holder.py")


_PYTHONPATH = os.pathsep.join(path for path in sys.path if path.endswith(("src", "site-packages")))


def python_for(user: int) -> str:
    """A Python that this user can run: root's own may lie below a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (sys.executable, shutil.which(version, path=os.defpath)):
        if program is not None and ServerUser(user, user).can_run(Path(program)):
            return program
    pytest.skip(f"no {version} that other users can run")


class StartHolder(Protocol):
    """Start a process that holds the server."""

    def __call__(self, directory: Path = ..., pg_bin: Path | None = None, user: int | None = None) -> "Holder": ...


class Holder:
    """A process with an embedded PostgreSQL, started at once; its answer is read when it is asked for."""

    def __init__(self, data_dir: Path, pg_bin: Path | None, user: int | None) -> None:
        call = [str(_SCRIPT), str(data_dir), *([] if pg_bin is None else [str(pg_bin)])]
        how: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": "/"}
        if user is None:
            call.insert(0, sys.executable)
        else:
            call.insert(0, python_for(user))
            how |= {"user": user, "group": user, "extra_groups": [], "env": os.environ | {"PYTHONPATH": _PYTHONPATH}}
        self.process = subprocess.Popen(call, **how)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()

    def answer(self) -> dict[str, Any]:
        """The next line it prints: `url` and `owned`, or `error`."""
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def leave(self) -> dict[str, Any]:
        """Let it go its way, and wait for its end; what it knew then."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        answer = self.answer()
        assert self.process.wait(_DEADLINE_SECONDS) == 0
        return answer

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


def eventually(condition: Callable[[], T]) -> T:
    """Wait until the condition holds, and return what it returned."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {_DEADLINE_SECONDS} s: {condition}"
        time.sleep(0.01)
    return result


def files_of(data_dir: Path) -> Files:
    """Where the launcher keeps its files in a data directory."""
    return Files(data_dir.resolve() / "postgres")


def server_of(data_dir: Path) -> psutil.Process:
    """The running server."""
    postmaster = read_postmaster(str(files_of(data_dir).cluster / "postmaster.pid"))
    assert postmaster is not None
    return psutil.Process(postmaster.pid)


def successor_of(before: psutil.Process, data_dir: Path) -> psutil.Process:
    """The server that replaces another one, as soon as it is ready."""
    pidfile = str(files_of(data_dir).cluster / "postmaster.pid")

    def ready() -> psutil.Process | None:
        postmaster = read_postmaster(pidfile)
        if postmaster is None or postmaster.pid == before.pid or not postmaster.ready:
            return None
        return psutil.Process(postmaster.pid)

    server = eventually(ready)
    assert server is not None
    return server


def has_ended(process: psutil.Process) -> bool:
    """Whether a process is gone; one whose parent does not look after it stays in the list for ever."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def watchdogs_of(data_dir: Path) -> list[psutil.Process]:
    """The running watchdogs of the server."""
    lock = str(files_of(data_dir).server_lock)
    return [process for process in psutil.process_iter() if _is_watchdog(process, lock)]


def servers_of(data_dir: Path) -> list[psutil.Process]:
    """The servers that run on the data directory, told from their own child processes."""
    cluster = str(files_of(data_dir).cluster.resolve())
    return [process for process in psutil.process_iter() if ["-D", cluster] == _command_line(process)[1:3]]


def runs(data_dir: Path) -> bool:
    """Whether a process of the server, or its watchdog, is there."""
    files = files_of(data_dir)
    return is_held(str(files.server_lock)) or is_held(str(files.owner_lock))


async def query(url: str, statement: str) -> Any:
    """The first value that a statement returns, over a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def eventually_query(url: str, statement: str) -> Any:
    """The same, as soon as the server takes connections."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        try:
            return await query(url, statement)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            assert time.monotonic() < deadline, "the server does not come back"


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_watchdog(process: psutil.Process, lock: str) -> bool:
    line = _command_line(process)
    return lock in line and any(word.endswith("watchdog.py") for word in line)
