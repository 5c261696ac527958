"""The running server: our direct child, from its start to its end."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterable

from adapters.embedded.cluster import Cluster
from adapters.embedded.errors import EmbeddedPostgresError
from adapters.embedded.ports import LOOPBACK, is_free
from adapters.embedded.server_log import ServerLog
from adapters.embedded.watchdog import POLL_SECONDS, STOP_STEPS, read_postmaster

# Long enough for the recovery of a large database after a crash.
START_SECONDS = 300.0
_PORT_ATTEMPTS = 20
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    # What happens to the server, but no failed statement: its text is data of users.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


class PortTakenError(EmbeddedPostgresError):
    """Another program listens on the port."""


class Server:
    """A PostgreSQL that answers on `port` of the loopback address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port

    def wait(self) -> int:
        """Wait until the server has ended, for whatever reason; the exit status."""
        return self._process.wait()

    def stop(self) -> None:
        """End the server, ever more firmly, and wait for that; nothing when it has ended already."""
        for number, seconds in STOP_STEPS:
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return


def start_server(cluster: Cluster, ports: Iterable[int], leaving: threading.Event) -> Server:
    """Start the server on the first of these ports that is free, and wait until it is ready for connections.

    Args:
        leaving: when set, the start is given up.

    Raises:
        EmbeddedPostgresError: it does not start; the message has the end of its log.
    """
    attempts = 0
    for port in ports:
        if not is_free(port):
            continue
        try:
            return _start(cluster, port, leaving)
        except PortTakenError:  # in the moment since the question
            attempts += 1
            if attempts == _PORT_ATTEMPTS:
                raise
    raise PortTakenError(
        "The embedded PostgreSQL finds no free port on the loopback address, because other programs listen on all that "
        "it may use: end the program that took them, or set DOCGEN_DATABASE__URL to a PostgreSQL server of your own."
    )


def _start(cluster: Cluster, port: int, leaving: threading.Event) -> Server:
    call = [str(cluster.programs.postgres), "-D", str(cluster.data)]
    for name, value in {**_SETTINGS, "port": str(port)}.items():
        call += ["-c", f"{name}={value}"]
    with ServerLog(cluster.files.log) as log:
        process = subprocess.Popen(call, stdin=subprocess.DEVNULL, **cluster.popen_arguments(log.descriptor))  # noqa: S603
        server = Server(process, port)
        try:
            _wait_until_ready(cluster, process, log, leaving)
        except BaseException:
            server.stop()
            raise
    return server


def _wait_until_ready(
    cluster: Cluster, process: subprocess.Popen[bytes], log: ServerLog, leaving: threading.Event
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        status = process.poll()
        if status is not None:
            failure = log.explain(f"The embedded PostgreSQL in {cluster.data} does not start ({exit_reason(status)})")
            raise (PortTakenError if "Address already in use" in failure else EmbeddedPostgresError)(failure)
        postmaster = read_postmaster(str(cluster.pidfile))
        if postmaster is not None and postmaster.pid == process.pid and postmaster.ready:
            return
        if leaving.is_set():
            raise EmbeddedPostgresError("The start of the embedded PostgreSQL was given up, because DocGen ends.")
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                log.explain(f"The embedded PostgreSQL in {cluster.data} is not ready after {START_SECONDS:.0f} s")
            )
        time.sleep(POLL_SECONDS)


def exit_reason(status: int) -> str:
    """An exit status of `subprocess` in words."""
    if status >= 0:
        return f"exit status {status}"
    return f"killed by {signal.Signals(-status).name}"
