"""Several processes that serve one address, and the one that starts and ends them."""

import logging
import os
from contextlib import suppress
from typing import Final

from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess

from entrypoints.cli.early_end import ENDING

_log = logging.getLogger("docgen")

_SECONDS_BETWEEN_LOOKS: Final = 0.2


class Processes(Multiprocess):
    """uvicorn's parent, in which a second signal counts too, and a service that cannot start is no success."""

    @property
    def failed(self) -> bool:
        """Tell whether a process could not start what it is to serve, which ends all of them."""
        return any(process.exitcode == STARTUP_FAILURE for process in self.processes)

    @override
    def join_all(self) -> None:
        """Wait for their ends; a signal that comes meanwhile is for each of them, as the first one was."""
        for process in self.processes:
            while process.process.is_alive():
                process.process.join(_SECONDS_BETWEEN_LOOKS)
                self._hand_on_signals()

    def _hand_on_signals(self) -> None:
        while self.signal_queue:
            number = self.signal_queue.pop(0)
            if number not in ENDING:
                continue
            _log.info("Told to end once more: the processes are told, too.")
            for process in self.processes:
                if process.process.is_alive() and process.pid is not None:
                    with suppress(ProcessLookupError):  # it has just ended
                        os.kill(process.pid, number)
