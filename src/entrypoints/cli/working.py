"""The rest of `docgen worker`, which takes long to load."""

import asyncio
import socket
from contextlib import AsyncExitStack

from uvicorn.loops.auto import auto_loop_factory

from entrypoints.cli.database import with_database
from entrypoints.cli.early_end import ENDING
from entrypoints.cli.told_to_end import leave_when_told, run_until_told
from entrypoints.container import Container, service_container
from entrypoints.lifespan import entered
from entrypoints.logs.setup import announce
from entrypoints.parts.zygote import StartedZygote
from entrypoints.settings.service import Settings
from entrypoints.telemetry.process import Telemetry
from entrypoints.telemetry.variables import TelemetrySettings
from entrypoints.worker.health import answering
from entrypoints.worker.working import working


def work(
    settings: Settings, telemetry: TelemetrySettings, listener: socket.socket | None, zygote: StartedZygote | None
) -> int:
    """Work until SIGTERM or Ctrl-C."""
    # Raised wherever the signal comes, it leaves every block below in order; while jobs run, the loop has it.
    leave_when_told()
    # As in the service: uvloop, where it is installed, takes less time for what goes to and from the renderers.
    with with_database(settings, run_until_told) as ready, asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        reporting = Telemetry(telemetry, "docgen-worker")
        runner.run(_work(ready, reporting, service_container(ready, reporting, zygote), listener))
    return 0


async def _work(settings: Settings, telemetry: Telemetry, container: Container, listener: socket.socket | None) -> None:
    stop = asyncio.Event()

    def told_to_end() -> None:
        if stop.is_set():
            announce(settings.log, "Told to end once more: what runs is handed back.")
            for worker in container.job_workers():
                worker.hurry()
        stop.set()

    for number in ENDING:
        asyncio.get_running_loop().add_signal_handler(number, told_to_end)
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
        announce(
            settings.log, "Finishing what runs; it is handed back where that takes too long, or at another signal."
        )
