"""The start of a zygote: of standard library alone, so that it can be the first thing that a service does."""

import socket
import subprocess
import sys
from types import TracebackType
from typing import Final, Self

from adapters.rendering.workers.environment import bare_environment

# All that it loads stays, so that the collector would look through it in vain.
_PROGRAM: Final = "import gc; gc.disable(); from adapters.rendering.workers.zygote import main; main()"


class StartedZygote:
    """A zygote that loads what it needs, or waits to be told how to make workers; leaving the block ends it.

    `control` is the service's end of its channel. It may have been ended by then by whoever uses it.
    """

    def __init__(self) -> None:
        """Start it; this returns at once.

        Raises:
            OSError: it cannot be started.
        """
        self.control, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = subprocess.Popen(  # noqa: S603
                    [sys.executable, "-I", "-c", _PROGRAM, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=bare_environment(),
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                    cwd="/",
                )
            except OSError:
                self.control.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End it, and with it all its workers: the kernel ends them, or their channels do."""
        self.control.close()
        self.process.kill()
        self.process.wait()
