"""The real Traefik with the files of infra/traefik, in front of services that a test runs."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.integration.cli.serving import free_port
from tests.integration.deployment.programs import ROOT, program, read_yaml

HOST = "docgen.test"
_UPSTREAM = "          - url: http://service:8000\n"
_RATE_LIMIT, _NO_RATE_LIMIT = "average: 200, period: 1s, burst: 1000", "average: 0"
_DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens, on addresses of this machine."""

    http: int
    https: int
    api: int
    static: Path

    def states(self) -> dict[str, str]:
        """Return what it thinks of each of its upstreams: UP or DOWN."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.api}/api/http/services/docgen@file", timeout=5) as answer:
            states: dict[str, str] = json.load(answer).get("serverStatus", {})
        return states

    def await_state(self, port: int, state: str) -> None:
        """Wait until it knows an upstream to be UP or DOWN."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while self._state_of(port) != state:
            assert time.monotonic() < deadline, f"Traefik does not find port {port} {state}: {self.states()}"
            time.sleep(0.05)

    def _state_of(self, port: int) -> str | None:
        try:
            return self.states().get(f"http://127.0.0.1:{port}")
        except OSError:  # it has only just started
            return None


@contextmanager
def proxying(folder: Path, upstreams: Sequence[int], *, rate_limit: bool = True) -> Iterator[Proxy]:
    """Run Traefik with the files as they are, but for addresses and certificates; and for the rate limit, if unwanted.

    It is there when `await_state` has returned.
    """
    static = folder / "traefik.yml"
    proxy = Proxy(free_port(), free_port(), free_port(), static)
    dynamic = folder / "dynamic"
    dynamic.mkdir()
    for file in (ROOT / "infra/traefik/dynamic").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "routes.yml":
            assert _UPSTREAM in text
            text = text.replace(_UPSTREAM, "".join(f"          - url: http://127.0.0.1:{port}\n" for port in upstreams))
        elif not rate_limit:
            assert _RATE_LIMIT in text
            text = text.replace(_RATE_LIMIT, _NO_RATE_LIMIT)
        (dynamic / file.name).write_text(text, encoding="utf-8")
    static.write_text(yaml.safe_dump(_static(proxy, dynamic)), encoding="utf-8")
    with (folder / "traefik.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [program("traefik"), f"--configFile={static}"],
            env={"DOCGEN_DOMAIN": HOST, "TMPDIR": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield proxy
    finally:
        process.kill()
        process.wait()


def _static(proxy: Proxy, dynamic: Path) -> dict[str, Any]:
    static: dict[str, Any] = read_yaml("infra/traefik/traefik.yml")
    entry_points = static["entryPoints"]
    entry_points["web"]["address"] = f"127.0.0.1:{proxy.http}"
    entry_points["websecure"]["address"] = f"127.0.0.1:{proxy.https}"
    entry_points["traefik"] = {"address": f"127.0.0.1:{proxy.api}"}
    # A certificate of its own, which nobody vouches for: no authority is asked for one.
    entry_points["websecure"]["http"]["tls"] = {}
    del static["certificatesResolvers"]
    static["providers"]["file"]["directory"] = str(dynamic)
    static["api"] = {"insecure": True}
    return static
