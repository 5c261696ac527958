"""Load by wrk for as long as a test wants it."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.deployment.programs import program

_SCRIPT = Path(__file__).with_name("load.lua")
# Beyond it wrk ends by itself; a request that gets no answer for so long is counted as broken.
_LONGEST_SECONDS, _TIMEOUT_SECONDS = 300, 30


@dataclass(slots=True)
class Load:
    """What came of it, once it has ended: answers by their status, and how often there was none."""

    answers: dict[int, int] = field(default_factory=dict)
    broken: int = 0


@contextmanager
def under_load(url: str, host: str, body: object, *, connections: int, delay_ms: float) -> Iterator[Load]:
    """Send a request again and again on each of some connections, until the block ends; the certificate is not checked.

    The test is skipped where there is no wrk. What came of it is in the result then.
    """
    command = [program("wrk"), "--threads", "1", "--connections", str(connections), "--script", str(_SCRIPT)]
    command += ["--duration", f"{_LONGEST_SECONDS}s", "--timeout", f"{_TIMEOUT_SECONDS}s", "--header", f"Host: {host}"]
    load = Load()
    with subprocess.Popen(
        [*command, url, "--", json.dumps(body), str(delay_ms)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as wrk:
        try:
            yield load
            wrk.send_signal(signal.SIGINT)
            said = wrk.communicate(timeout=_TIMEOUT_SECONDS)[0].decode()
        finally:
            wrk.kill()
    assert wrk.returncode == 0, said
    found = json.loads(said.splitlines()[-1])
    load.answers = {int(status): count for status, count in found["answers"].items()}
    load.broken = found["broken"]
