"""Runs wrk, the load generator (Debian and Ubuntu: `apt install wrk`; macOS: `brew install wrk`)."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SCRIPT: Final = Path(__file__).with_name("requests.lua")
_SIGNED: Final = Path(__file__).with_name("signed.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: `body` (None: GET) may hold @@N@@, where each request has a number of its own."""

    url: str
    body: Path | None = None
    content_type: str = "application/json"
    accept: str = "*/*"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: answers a second, their latencies, how many were no 2xx, and how many never came.

    Where they were counted: answers by status, and those of 429 and 503 that do not say when to come again. Where each
    request was signed beforehand: the slowest answer, and how many requests were not needed.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    without_retry_after: int = 0
    slowest_ms: float = 0
    left: int = 0

    @property
    def good_a_second(self) -> float:
        """Answers with a 2xx status a second."""
        return (self.requests - self.refused) / self.seconds


def is_installed() -> bool:
    """Tell whether there is a wrk to run."""
    return shutil.which("wrk") is not None


def put(load: Load, *, connections: int, seconds: float, delay_ms: float = 0, count: bool = False) -> Answered:
    """Send requests on so many connections, each the next when the last is answered and `delay_ms` have passed.

    `count` counts answers by status.

    Raises:
        RuntimeError: wrk could not do it.
    """
    body = "-" if load.body is None else str(load.body)
    arguments = [body, load.content_type, load.accept, str(delay_ms), "count" if count else "-"]
    return _run(_SCRIPT, load.url, arguments, connections, seconds)


def put_signed(url: str, requests: Path, *, connections: int, seconds: float) -> Answered:
    """Send each request of a file once: lines of a time, a signature and a body, with tabs in between.

    Raises:
        RuntimeError: wrk could not do it, or there were too few requests.
    """
    answered = _run(_SIGNED, url, [str(requests)], connections, seconds)
    if answered.left < 0:
        raise RuntimeError(f"{-answered.left} requests too few for {seconds:g} seconds.")
    return answered


def _run(script: Path, url: str, arguments: list[str], connections: int, seconds: float) -> Answered:
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"]
    command += ["--timeout", "30s", "--script", str(script), url, "--", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if ran.returncode or not lines:
        raise RuntimeError(f"wrk failed: {(ran.stderr or ran.stdout).strip()[-500:]}")
    return Answered(**json.loads(lines[-1]))
