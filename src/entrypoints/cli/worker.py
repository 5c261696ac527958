"""`docgen worker`: a process that carries out the jobs of the queue."""

import asyncio
import os
import signal
import socket
from argparse import Namespace
from contextlib import AsyncExitStack
from typing import NoReturn

from uvicorn.loops.auto import auto_loop_factory

from entrypoints.cli.database import with_database
from entrypoints.cli.health_marker import HealthMarker
from entrypoints.cli.listener import bind
from entrypoints.container import service_container
from entrypoints.lifespan import entered
from entrypoints.logs.setup import announce, log_to_standard_output
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import Settings, load_settings
from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import load_telemetry_settings
from entrypoints.worker.health import answering
from entrypoints.worker.working import working


def run(options: Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; what runs then is finished, or handed back."""
    os.environ.pop(FILES_VARIABLE, None)  # another program's: this is one process
    settings, telemetry = load_settings(**_overrides(options)), load_telemetry_settings()
    log_to_standard_output(settings.log)
    port, listener = settings.worker.port, None
    if port is not None:
        listener = bind(settings.worker.host, port, "End the program that uses the port, or set DOCGEN_WORKER__PORT.")
        if listener is None:
            return 3
        HealthMarker(port).remove()
    # Raised wherever the signal comes, it leaves every block below in order; while jobs run, the loop has it.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    # As in the service: uvloop, where it is installed, takes less time for what goes to and from the renderers.
    with with_database(settings) as ready, asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_work(ready, Telemetry(telemetry, "docgen-worker"), listener))
    return 0


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _overrides(options: Namespace) -> dict[str, dict[str, object]]:
    worker: dict[str, object] = {}
    if options.concurrency is not None:
        worker["concurrency"] = options.concurrency
    if options.queues:
        worker["queues"] = ",".join(options.queues)
    return {"worker": worker} if worker else {}


async def _work(settings: Settings, telemetry: Telemetry, listener: socket.socket | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # The workers that render are not divided: here is one process.
    alone = settings.http.model_copy(update={"workers": 1})
    container = service_container(settings.model_copy(update={"http": alone}), telemetry)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry)
        await stack.enter_async_context(entered(container.lifetimes()))
        if listener is not None:
            await stack.enter_async_context(answering(container, listener))
        await stack.enter_async_context(working(container))
        kinds = ", ".join(settings.worker.kinds)
        announce(settings.log, f"DocGen works on the jobs of the queue ({kinds}). Ctrl-C ends it.")
        await stop.wait()
        container.stopping().announce()
        announce(settings.log, "Finishing what runs; it is handed back where that takes too long.")
