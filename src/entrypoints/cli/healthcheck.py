"""`docgen healthcheck`: does the service run as it should? For containers and scripts."""

import json
from argparse import Namespace
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from entrypoints.cli.health_marker import HealthMarker
from entrypoints.cli.output import complain, say

_TIMEOUT_SECONDS = 8
_USUAL_PORT = {"http": 80, "https": 443}


def run(options: Namespace) -> int:
    """Ask /readyz until it was ready once since its start, and /livez from then on; 3 where the answer is no."""
    if options.url is not None and options.worker:
        complain("--url says who is asked already: leave --worker out.")
        return 2
    address = (options.url or _configured_address(of_worker=options.worker)).rstrip("/")
    if not _is_address(address):
        complain(f"--url {address!r} is not an address: write it like http://127.0.0.1:8000.")
        return 2
    parts = urlsplit(address)
    marker = HealthMarker(parts.port or _USUAL_PORT[parts.scheme])
    page, state = ("livez", "alive") if marker.is_there and not options.ready else ("readyz", "ready")
    complaint = _complaint(address, page, state)
    if complaint is not None:
        complain(complaint)
        return 3
    marker.put()
    say(state)
    return 0


def _complaint(address: str, page: str, state: str) -> str | None:
    """Ask; return why the answer is no, None where it is yes."""
    try:
        # No proxy: the service is asked, not what stands before it.
        with build_opener(ProxyHandler({})).open(f"{address}/{page}", timeout=_TIMEOUT_SECONDS):
            return None
    except HTTPError as error:
        return f"{address} is not {state}: {_detail_of(error)}"
    except (URLError, HTTPException, TimeoutError, OSError) as error:
        return f"{address} does not answer: {getattr(error, 'reason', error)}. Is 'docgen serve' running?"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in _USUAL_PORT and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:  # brackets or a port that are none
        return False


def _configured_address(*, of_worker: bool) -> str:
    from entrypoints.settings.errors import SettingsError  # noqa: PLC0415  # with --url none are needed, nor the time to read them
    from entrypoints.settings.service import load_settings  # noqa: PLC0415  # with --url none are needed, nor the time to read them

    settings = load_settings()
    host, port = settings.http.host, settings.http.port
    if of_worker:
        if settings.worker.port is None:
            raise SettingsError("A worker answers no questions without DOCGEN_WORKER__PORT: set it.")
        host, port = settings.worker.host, settings.worker.port
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # a comparison, no binding
    return settings.http.model_copy(update={"host": host, "port": port}).base_url


def _detail_of(error: HTTPError) -> str:
    try:
        detail: str = json.loads(error.read())["detail"]
    except (ValueError, KeyError, TypeError):
        return f"it answers with status {error.code}."
    return detail
