"""`docgen serve`: the service, with the embedded PostgreSQL where no database is configured.

This is its beginning: what is wrong with the settings is said before anything is loaded that takes long.
"""

import os
import socket
from argparse import Namespace
from contextlib import nullcontext

from entrypoints.cli.early_end import end_at_once
from entrypoints.cli.health_marker import HealthMarker
from entrypoints.cli.listener import bind
from entrypoints.cli.output import complain
from entrypoints.loading import loading_for_good
from entrypoints.logs.setup import log_to_standard_output
from entrypoints.logs.unforeseen import log_unforeseen
from entrypoints.parts.zygote import start_zygote
from entrypoints.settings.errors import OIDC_INCOMPLETE, OIDC_UNUSED
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import Settings, load_settings
from entrypoints.telemetry.variables import load_telemetry_settings


def run(options: Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; what runs then is finished first."""
    # Of another program's, if it is set; ours is set where there are several processes.
    os.environ.pop(FILES_VARIABLE, None)
    settings = load_settings(**_overrides(options))
    log_to_standard_output(settings.log)
    log_unforeseen()
    load_telemetry_settings()  # refuses here what every process of the service would refuse
    refusal = _refusal(settings)
    if refusal is not None:
        complain(refusal)
        return 2
    listener = _bind(settings)
    if listener is None:
        return 3
    HealthMarker(settings.http.port).remove()
    end_at_once()
    # Where there are several processes, each starts its own.
    zygote = start_zygote(settings) if settings.http.workers == 1 else None
    with listener, zygote or nullcontext():
        with loading_for_good():
            from entrypoints.cli.serving import serve  # noqa: PLC0415  # while what renders loads itself

        return serve(settings, listener, zygote, examples=options.examples)


def _overrides(options: Namespace) -> dict[str, dict[str, object]]:
    given = ("host", "port", "with_worker")
    http = {name: value for name in given if (value := getattr(options, name)) is not None}
    return {"http": http} if http else {}


def _refusal(settings: Settings) -> str | None:
    if settings.auth.mode == "oidc" and None in (settings.oidc.issuer, settings.oidc.audience):
        return OIDC_INCOMPLETE
    if settings.auth.mode != "oidc" and settings.oidc.issuer is not None:
        return OIDC_UNUSED
    if settings.auth.mode is not None or (settings.uses_embedded_database and settings.http.is_loopback):
        return None
    return (
        "Without authentication DocGen serves only the embedded database on a loopback address. Set "
        "DOCGEN_AUTH__MODE=api-key, and create the first key with 'docgen api-key create --workspace default'; or set "
        "DOCGEN_AUTH__MODE=none if everybody who reaches this address may do everything."
    )


def _bind(settings: Settings) -> socket.socket | None:
    listener = bind(settings.http.host, settings.http.port, "DOCGEN_HTTP__")
    if listener is not None:
        listener.set_inheritable(True)
    return listener
