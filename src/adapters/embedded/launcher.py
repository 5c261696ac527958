"""The embedded PostgreSQL: whoever comes first on a data directory runs it, all others use it.

Three advisory locks (see `paths.Files`) say who does what. The kernel gives them back when their holders end, so that
nothing has to be cleared up after a crash:

    owner   the process that runs the server, and its watchdog
    users   shared by those who use it besides; the server ends only while nobody holds it
    server  the processes of the server itself: as long as it is held, a new one cannot be started
"""

import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from adapters.embedded.cluster import DATABASE, SUPERUSER, open_cluster
from adapters.embedded.errors import EmbeddedPostgresError
from adapters.embedded.guard import Guard
from adapters.embedded.locks import FileLock
from adapters.embedded.paths import Files, prepare, read_port, write_private
from adapters.embedded.ports import LOOPBACK, candidate_ports
from adapters.embedded.programs import find_programs
from adapters.embedded.server import START_SECONDS, Server, exit_reason, start_server
from adapters.embedded.server_log import remedy_for
from adapters.embedded.watchdog import POLL_SECONDS, end_server, is_held

_LOG = logging.getLogger(__name__)
# How often a user looks whether the owner is gone and the server with it.
_TAKE_OVER_SECONDS = 0.5
_LOCK_SECONDS = 60.0
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0


class EmbeddedPostgres:
    """PostgreSQL in a data directory of DocGen, for as long as the block lasts.

    The first process on a data directory starts the server and owns it, others attach to it. It is restarted on the
    same port when it ends by itself, and it ends with the last process that uses it, even if that is killed.

    Args:
        data_dir: the data directory of DocGen; created where it is missing.
        pg_bin: the folder of PostgreSQL's programs; None: DocGen's own, or those of the system.
    """

    def __init__(self, data_dir: Path, *, pg_bin: Path | None = None) -> None:
        self._files = Files(data_dir.resolve() / "postgres")
        self._pg_bin = pg_bin
        self._owner = FileLock(self._files.owner_lock)
        self._users = FileLock(self._files.users_lock)
        self._guard = Guard()
        self._server: Server | None = None
        self._port: int | None = None
        self._password = ""
        self._leaving = threading.Event()
        self._supervisor: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start the server, or attach to the one that runs on this data directory.

        Raises:
            EmbeddedPostgresError: it cannot run; the message says what failed, why, and how to fix it.
        """
        if sys.platform == "win32":
            raise EmbeddedPostgresError(
                "DocGen cannot run a PostgreSQL of its own on Windows, which has no advisory locks and signals of the "
                "kind it needs: install PostgreSQL and set DOCGEN_DATABASE__URL, or run DocGen in WSL or a container."
            )
        self._leaving.clear()
        try:
            with _explained(self._files):
                prepare(self._files)
                self._open()
                self._password = self._files.password.read_text(encoding="utf-8")
        except BaseException:
            self._close()
            raise
        self._supervisor = threading.Thread(target=self._supervise, name="docgen-postgres", daemon=True)
        self._supervisor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server if this process owns it; while others use it, leave that to the watchdog."""
        self._close()

    @property
    def owned(self) -> bool:
        """Whether this process runs the server, and does not only use it."""
        return self._owner.held

    def url(self, database: str = DATABASE) -> str:
        """The URL of a database of the server, with the superuser's password; RuntimeError outside the block."""
        if self._port is None:
            raise RuntimeError("The embedded PostgreSQL has a URL only inside its block.")
        return f"postgresql://{SUPERUSER}:{self._password}@{LOOPBACK}:{self._port}/{quote(database, safe='')}"

    def _open(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._owner.try_exclusive():
                self._start(chain(_known(read_port(self._files)), candidate_ports(self._files.home)))
                return
            if self._users.try_shared():
                self._port = read_port(self._files)
                if self._port is not None and is_held(str(self._files.server_lock)):
                    return
                self._users.release()
            time.sleep(POLL_SECONDS)
        raise EmbeddedPostgresError(
            f"Another process of DocGen has been starting the PostgreSQL in {self._files.home} for "
            f"{START_SECONDS:.0f} s: look into {self._files.log}, end that process, and start again."
        )

    def _start(self, ports: Iterable[int]) -> None:
        """Start the server as its owner."""
        programs = find_programs(self._pg_bin)
        lock = self._server_lock()
        try:
            self._files.port.unlink(missing_ok=True)
            cluster = open_cluster(self._files, programs, lock)
            self._guard.ensure(cluster, self._owner)
            self._server = start_server(cluster, ports, self._leaving)
        finally:
            lock.release()  # the server has its own copy
        self._port = self._server.port
        write_private(self._files.port, str(self._port))

    def _server_lock(self) -> FileLock:
        """The lock of the server, taken after the end of what is left of an earlier one."""
        lock = FileLock(self._files.server_lock)
        path, pidfile = str(self._files.server_lock), str(self._files.cluster / "postmaster.pid")
        deadline = time.monotonic() + _LOCK_SECONDS
        while not lock.try_exclusive():
            # Held for a moment by those who ask whether it is held; for longer by the initdb of a killed process, or by
            # a server whose owner and watchdog were both killed.
            if time.monotonic() > deadline or not end_server(path, pidfile):
                raise EmbeddedPostgresError(
                    f"Processes of an earlier PostgreSQL in {self._files.home} do not end: end them (the programs that "
                    f"have {self._files.server_lock} open), and start again."
                )
        return lock

    def _supervise(self) -> None:
        while not self._leaving.is_set():
            if self._server is None:
                if self._leaving.wait(_TAKE_OVER_SECONDS) or not self._owner.try_exclusive():
                    continue
                _LOG.warning("The process that ran the embedded PostgreSQL has gone; this process runs it now.")
            else:
                status = self._server.wait()
                if self._leaving.is_set():
                    return
                _LOG.error("The embedded PostgreSQL has ended (%s); it is started again.", exit_reason(status))
            self._restart()

    def _restart(self) -> None:
        delay = _FIRST_DELAY
        while not self._leaving.is_set():
            try:
                with _explained(self._files):
                    # On the same port: URLs are out that contain it.
                    self._start(_known(self._port))
            except EmbeddedPostgresError as error:
                if self._leaving.wait(delay):
                    return
                _LOG.error("%s Next attempt follows.", error)  # the message says it all
                delay = min(2 * delay, _LONGEST_DELAY)
            else:
                _LOG.info("The embedded PostgreSQL runs on port %s.", self._port)
                return

    def _close(self) -> None:
        self._leaving.set()
        if self._server is None:
            self._join()  # it may just be taking the server over
        self._users.release()
        if self._owner.held:
            if self._users.try_exclusive():
                self._stop()
            else:
                self._guard.hand_over()
        self._users.release()
        self._owner.release()
        self._supervisor = self._server = self._port = None

    def _stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._join()
        if self._server is not None:
            self._server.stop()  # one that was started in between
        self._guard.dismiss()

    def _join(self) -> None:
        if self._supervisor is not None:
            self._supervisor.join()


def _known(port: int | None) -> Iterator[int]:
    if port is not None:
        yield port


@contextmanager
def _explained(files: Files) -> Iterator[None]:
    """Turn what the operating system says into the sentence of an EmbeddedPostgresError."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        reason = error.strerror or str(error)
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL in {files.home} cannot run: {reason}{where}. {remedy_for(reason)}"
        ) from error
