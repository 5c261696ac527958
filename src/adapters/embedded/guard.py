"""The owner's side of the watchdog: its process, and the pipe that tells it that the owner lives."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from adapters.embedded import watchdog
from adapters.embedded.cluster import Cluster
from adapters.embedded.descriptors import OwnDescriptor
from adapters.embedded.locks import FileLock
from adapters.embedded.server_log import ServerLog


class Guard:
    """Keeps a watchdog beside the server for as long as this process owns it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: OwnDescriptor | None = None

    def ensure(self, cluster: Cluster, owner_lock: FileLock) -> None:
        """Start the watchdog, unless it runs; from then on the server ends with this process."""
        if self._process is not None and self._process.poll() is None:
            return
        self.dismiss()
        files = cluster.files
        reader, writer = os.pipe()
        self._pipe = OwnDescriptor(writer)
        # Isolated and without site-packages: it starts at once, and nothing of an environment can change it.
        call = [sys.executable, "-I", "-S", str(Path(watchdog.__file__).resolve())]
        call += [str(files.server_lock), str(files.users_lock), str(cluster.pidfile)]
        try:
            with ServerLog(files.log) as log:
                self._process = subprocess.Popen(  # noqa: S603
                    call,
                    stdin=reader,
                    stdout=log.descriptor,
                    stderr=log.descriptor,
                    pass_fds=(owner_lock.fileno(),),
                    start_new_session=True,
                    cwd="/",
                )
        finally:
            os.close(reader)

    def dismiss(self) -> None:
        """Close the pipe and wait for the watchdog, which ends the server if it still runs."""
        process = self._let_go()
        if process is not None:
            process.wait()

    def hand_over(self) -> None:
        """Close the pipe: the watchdog ends the server when nobody uses it any more."""
        process = self._let_go()
        if process is not None:
            # Somebody has to take note of its end, should this process live on.
            threading.Thread(target=process.wait, name="docgen-watchdog", daemon=True).start()

    def _let_go(self) -> subprocess.Popen[bytes] | None:
        if self._pipe is not None:
            self._pipe.close()
        process, self._process, self._pipe = self._process, None, None
        return process
