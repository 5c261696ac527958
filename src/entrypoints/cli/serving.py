"""The rest of `docgen serve`, which takes long to load."""

import os
import socket
from collections.abc import Callable
from functools import partial
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import uvicorn
from typing_extensions import override

from entrypoints.cli.database import with_database
from entrypoints.cli.output import complain
from entrypoints.cli.server import ServerConfig
from entrypoints.cli.told_to_end import leave_when_told, run_until_told
from entrypoints.container import CONNECTIONS_BESIDE_POOL, Container
from entrypoints.lifespan import entered
from entrypoints.logs.setup import announce
from entrypoints.parts.zygote import StartedZygote
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import Settings

# Of its 200 connections some stay free for other commands and for the superuser.
_EMBEDDED_CONNECTIONS = 180


def serve(settings: Settings, listener: socket.socket, zygote: StartedZygote | None, *, examples: bool) -> int:
    """Serve until SIGTERM or Ctrl-C, with what workers are forked from where this process is to serve itself."""
    refusal = _refusal(settings)
    if refusal is not None:
        complain(refusal)
        return 2
    # Raised wherever the signal comes, it leaves every block below in order. uvicorn takes the signal over while it
    # serves, finishes what runs, and then raises the signal again.
    leave_when_told()
    with_worker = settings.uses_embedded_database if settings.http.with_worker is None else settings.http.with_worker
    with with_database(settings, run_until_told) as ready:
        _hand_to_processes(ready, with_worker=with_worker)
        run_until_told(_open_once(ready))
        if examples:
            from entrypoints.cli.examples import load_examples  # noqa: PLC0415  # for this option alone

            load_examples(ready)
        return _serve(ready, listener, zygote)


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._say()


async def _open_once(settings: Settings) -> None:
    """Fail here, in one sentence, where the storage cannot be opened, and not in every process."""
    async with entered(Container(settings=settings).opened_once()):
        pass


def _refusal(settings: Settings) -> str | None:
    # A bucket has no locks of its own: those of the database are held on a connection more.
    beside = CONNECTIONS_BESIDE_POOL + (settings.storage.kind == "s3")
    connections = settings.http.workers * (settings.database.pool_size + beside)
    if not settings.uses_embedded_database or connections <= _EMBEDDED_CONNECTIONS:
        return None
    return (
        f"DOCGEN_HTTP__WORKERS times DOCGEN_DATABASE__POOL_SIZE, with {beside} more for each process, is "
        f"{connections}, and the embedded database takes {_EMBEDDED_CONNECTIONS} connections: lower one of them, "
        "or set DOCGEN_DATABASE__URL."
    )


def _hand_to_processes(settings: Settings, *, with_worker: bool) -> None:
    """Let the processes of the service find the embedded database, and know what follows from there being one."""
    assert settings.database.url is not None  # noqa: S101  # with_database yields settings that name one
    os.environ["DOCGEN_DATABASE__URL"] = settings.database.url.get_secret_value()
    # Seen from there it is no longer the embedded database of a first try; `serve.run` has looked before.
    os.environ["DOCGEN_AUTH__MODE"] = settings.auth.mode or "none"
    os.environ["DOCGEN_HTTP__WITH_WORKER"] = str(with_worker).lower()
    if settings.auth.mode is None and not settings.http.allowed_hosts:
        # Pages on the web must not reach it through the browser of whoever tries it out.
        os.environ["DOCGEN_HTTP__ALLOWED_HOSTS"] = _names_of_this_machine(settings)


def _names_of_this_machine(settings: Settings) -> str:
    given = settings.http.host
    public = urlsplit(settings.http.public_url or "").hostname
    names = ["localhost", "127.0.0.1", "[::1]", f"[{given}]" if ":" in given else given, *([public] if public else [])]
    return ",".join(dict.fromkeys(names))


def _serve(settings: Settings, listener: socket.socket, zygote: StartedZygote | None) -> int:
    config = ServerConfig(settings, zygote)
    address = settings.http.base_url
    where = f"DocGen listens on {address} (API description: {address}/docs). Ctrl-C ends it."
    if settings.http.workers > 1:
        from entrypoints.cli.processes import Processes  # noqa: PLC0415  # what it loads is for several alone

        with TemporaryDirectory(prefix="docgen-metrics-") as counts:
            os.environ[FILES_VARIABLE] = counts
            announce(settings.log, where)
            processes = Processes(config, sockets=[listener])
            processes.run()
        return 3 if processes.failed else 0
    server = _Server(config, partial(announce, settings.log, where))
    server.run(sockets=[listener])
    return 0 if server.started else 3
