"""`docgen worker`: a process that carries out the jobs of the queue. This is its beginning, as that of `serve`."""

import os
from argparse import Namespace
from contextlib import nullcontext

from entrypoints.cli.early_end import end_at_once
from entrypoints.cli.health_marker import HealthMarker
from entrypoints.cli.listener import bind
from entrypoints.loading import loading_for_good
from entrypoints.logs.setup import log_to_standard_output
from entrypoints.logs.unforeseen import log_unforeseen
from entrypoints.parts.zygote import start_zygote
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import load_settings
from entrypoints.telemetry.variables import load_telemetry_settings


def run(options: Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; what runs then is finished, or handed back."""
    os.environ.pop(FILES_VARIABLE, None)  # another program's: this is one process
    settings, telemetry = load_settings(**_overrides(options)), load_telemetry_settings()
    # The workers that render are not divided: here is one process.
    settings = settings.model_copy(update={"http": settings.http.model_copy(update={"workers": 1})})
    log_to_standard_output(settings.log)
    log_unforeseen()
    port, listener = settings.worker.port, None
    if port is not None:
        listener = bind(settings.worker.host, port, "DOCGEN_WORKER__")
        if listener is None:
            return 3
        HealthMarker(port).remove()
    end_at_once()
    zygote = start_zygote(settings)
    with listener or nullcontext(), zygote or nullcontext():
        with loading_for_good():
            from entrypoints.cli.working import work  # noqa: PLC0415  # while what renders loads itself

        return work(settings, telemetry, listener, zygote)


def _overrides(options: Namespace) -> dict[str, dict[str, object]]:
    worker: dict[str, object] = {}
    if options.concurrency is not None:
        worker["concurrency"] = options.concurrency
    if options.queues:
        worker["queues"] = ",".join(options.queues)
    return {"worker": worker} if worker else {}
