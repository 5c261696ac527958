"""The server of `docgen serve`, in each of its processes."""

import gc
import math
import multiprocessing
from contextlib import nullcontext
from functools import partial
from typing import Final

from typing_extensions import override

from entrypoints.cli.early_end import ending_at_once
from entrypoints.http.server_config import GuardedConfig
from entrypoints.lifespan import collect_garbage_seldom
from entrypoints.logs.setup import log_to_standard_output
from entrypoints.logs.unforeseen import log_unforeseen
from entrypoints.parts.zygote import StartedZygote, start_zygote
from entrypoints.settings.service import Settings, load_settings

_APPLICATION: Final = "entrypoints.app:create_app"


class ServerConfig(GuardedConfig):
    """How the server runs, and what it serves."""

    def __init__(self, settings: Settings, zygote: StartedZygote | None = None) -> None:
        """Take what workers are forked from, where it was started already and the server has one process."""
        self.log = settings.log  # before the server's own, which asks for it
        self._zygote = zygote
        # What runs when the end comes has the time that a request may take; then connections are closed.
        grace = math.ceil(settings.http.request_seconds)
        super().__init__(_APPLICATION, settings.http, timeout_graceful_shutdown=grace)

    @override
    def configure_logging(self) -> None:
        """Log as everything else of the service does, in each process that serves."""
        log_to_standard_output(self.log)
        log_unforeseen()

    @override
    def load(self) -> None:
        """Make the application, in the process that serves it."""
        settings = load_settings()
        zygote = self._zygote or start_zygote(settings)
        # One of several processes has nothing yet that it would have to leave in order.
        one_of_several = multiprocessing.parent_process() is not None
        gc.disable()  # the modules of the application stay, see below
        try:
            with ending_at_once() if one_of_several else nullcontext():
                from entrypoints.app import create_app  # noqa: PLC0415  # while what renders loads itself

                self.app = partial(create_app, settings, zygote=zygote)
                super().load()
        finally:
            gc.enable()
        collect_garbage_seldom()
