"""`docgen serve`: the service, with the embedded PostgreSQL where no database is configured."""

import asyncio
import math
import os
import signal
import socket
from argparse import Namespace
from tempfile import TemporaryDirectory
from typing import NoReturn
from urllib.parse import urlsplit

import uvicorn
from uvicorn.supervisors import Multiprocess

from entrypoints.cli.database import with_database
from entrypoints.cli.health_marker import HealthMarker
from entrypoints.cli.listener import bind
from entrypoints.cli.output import complain
from entrypoints.container import CONNECTIONS_BESIDE_POOL, Container
from entrypoints.http.connection import ServerConfig
from entrypoints.lifespan import entered
from entrypoints.logs.setup import announce, log_to_standard_output
from entrypoints.settings.errors import OIDC_INCOMPLETE
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import Settings, load_settings
from entrypoints.telemetry.variables import load_telemetry_settings

# Of its 200 connections some stay free for other commands and for the superuser.
_EMBEDDED_CONNECTIONS = 180


def run(options: Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; what runs then is finished first."""
    # Of another program's, if it is set; ours is set below.
    os.environ.pop(FILES_VARIABLE, None)
    settings = load_settings(**_overrides(options))
    log_to_standard_output(settings.log)
    load_telemetry_settings()  # refuses here what every process of the service would refuse
    refusal = _refusal(settings)
    if refusal is not None:
        complain(refusal)
        return 2
    listener = _bind(settings)
    if listener is None:
        return 3
    HealthMarker(settings.http.port).remove()
    # Raised wherever the signal comes, it leaves every block below in order. uvicorn takes the signal over while it
    # serves, finishes what runs, and then raises the signal again.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    with_worker = settings.uses_embedded_database if settings.http.with_worker is None else settings.http.with_worker
    with listener, with_database(settings) as ready:
        _hand_to_processes(ready, with_worker=with_worker)
        asyncio.run(_open_once(ready))
        if options.examples:
            from entrypoints.cli.examples import load_examples  # noqa: PLC0415  # for this option alone

            load_examples(ready)
        address = settings.http.base_url
        announce(ready.log, f"DocGen listens on {address} (API description: {address}/docs). Ctrl-C ends it.")
        return _serve(ready, listener)


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


async def _open_once(settings: Settings) -> None:
    """Fail here, in one sentence, where the storage cannot be opened, and not in every process."""
    async with entered(Container(settings=settings).opened_once()):
        pass


def _overrides(options: Namespace) -> dict[str, dict[str, object]]:
    given = ("host", "port", "with_worker")
    http = {name: value for name in given if (value := getattr(options, name)) is not None}
    return {"http": http} if http else {}


def _refusal(settings: Settings) -> str | None:
    # A bucket has no locks of its own: those of the database are held on a connection more.
    beside = CONNECTIONS_BESIDE_POOL + (settings.storage.kind == "s3")
    connections = settings.http.workers * (settings.database.pool_size + beside)
    if settings.uses_embedded_database and connections > _EMBEDDED_CONNECTIONS:
        return (
            f"DOCGEN_HTTP__WORKERS times DOCGEN_DATABASE__POOL_SIZE, with {beside} more for each process, is "
            f"{connections}, and the embedded database takes {_EMBEDDED_CONNECTIONS} connections: lower one of them, "
            "or set DOCGEN_DATABASE__URL."
        )
    if settings.auth.mode == "oidc" and None in (settings.oidc.issuer, settings.oidc.audience):
        return OIDC_INCOMPLETE
    if settings.auth.mode is not None or (settings.uses_embedded_database and settings.http.is_loopback):
        return None
    return (
        "Without authentication DocGen serves only the embedded database on a loopback address. Set "
        "DOCGEN_AUTH__MODE=api-key, and create the first key with 'docgen api-key create --workspace default'; or set "
        "DOCGEN_AUTH__MODE=none if everybody who reaches this address may do everything."
    )


def _bind(settings: Settings) -> socket.socket | None:
    advice = "End the program that uses the port, or take another with --port."
    listener = bind(settings.http.host, settings.http.port, advice)
    if listener is not None:
        listener.set_inheritable(True)
    return listener


def _hand_to_processes(settings: Settings, *, with_worker: bool) -> None:
    """Let the processes of the service find the embedded database, and know what follows from there being one."""
    assert settings.database.url is not None  # noqa: S101  # with_database yields settings that name one
    os.environ["DOCGEN_DATABASE__URL"] = settings.database.url.get_secret_value()
    # Seen from there it is no longer the embedded database of a first try; `_refusal` has looked before.
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


def _serve(settings: Settings, listener: socket.socket) -> int:
    # What runs when the end comes has the time that a request may take; then connections are closed.
    grace = math.ceil(settings.http.request_seconds)
    config = ServerConfig(settings.http, settings.log, timeout_graceful_shutdown=grace)
    if settings.http.workers > 1:
        with TemporaryDirectory(prefix="docgen-metrics-") as counts:
            os.environ[FILES_VARIABLE] = counts
            Multiprocess(config, sockets=[listener]).run()
        return 0
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return 0 if server.started else 3
