"""`docgen healthcheck`: is the running service ready? For containers and scripts."""

import json
from argparse import Namespace
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from entrypoints.cli.output import complain, say

_TIMEOUT_SECONDS = 8


def run(options: Namespace) -> int:
    """Ask /readyz; 3 where the service is not ready or does not answer."""
    address = (options.url or _configured_address()).rstrip("/")
    if not _is_address(address):
        complain(f"--url {address!r} is not an address: write it like http://127.0.0.1:8000.")
        return 2
    try:
        # No proxy: the service is asked, not what stands before it.
        with build_opener(ProxyHandler({})).open(f"{address}/readyz", timeout=_TIMEOUT_SECONDS):
            say("ready")
            return 0
    except HTTPError as error:
        complain(f"{address} is not ready: {_detail_of(error)}")
    except (URLError, HTTPException, TimeoutError, OSError) as error:
        complain(f"{address} does not answer: {getattr(error, 'reason', error)}. Is 'docgen serve' running?")
    return 3


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:  # brackets or a port that are none
        return False


def _configured_address() -> str:
    from entrypoints.settings import load_settings  # noqa: PLC0415  # with --url none are needed, nor the time to read them

    http = load_settings().http
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(http.host, http.host)  # noqa: S104  # a comparison, no binding
    return http.model_copy(update={"host": host}).base_url


def _detail_of(error: HTTPError) -> str:
    try:
        detail: str = json.loads(error.read())["detail"]
    except (ValueError, KeyError, TypeError):
        return f"it answers with status {error.code}."
    return detail
