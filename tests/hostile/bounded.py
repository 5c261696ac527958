"""Runs each probe in a process of its own that may not take more than a probe may: time, memory.

`python -m tests.hostile.bounded` reads the numbers of probes, a line each, and answers each with a line of JSON: what
became of it, seconds of processor time, and megabytes at its peak, those of the interpreter and the engine included.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from adapters.rendering.engine import compile_template, render_template
from domain.diagnostics import Severity
from domain.errors import DiagnosedError
from domain.render_request import RenderOptions
from tests.hostile.probes import PROBES, Probe

# What a probe may take; a machine under load counts the time of waiting for memory too.
SECONDS = 6
MEGABYTES = 300
# What kills a process that goes far beyond: address space is more than memory.
_KILLED_AT = 1_500 * 2**20
_WARM_UP = "{{ 'a' | upper }}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a probe: the codes of its errors, or '= ' and its output; or how its process died."""

    said: list[str]
    seconds: float
    megabytes: float


def outcome_of(probe: Probe) -> list[str]:
    """Compile and render a probe."""
    compiled = compile_template(probe.format, probe.template.encode())
    if compiled.program is None:
        return sorted({found.code for found in compiled.diagnostics if found.severity is Severity.ERROR})
    now = datetime(2026, 1, 31, tzinfo=UTC)
    options = RenderOptions(probe.output, "en-US", "UTC", now, file_name=probe.file_name)
    data = probe.json
    before = bytes(data)
    try:
        document = render_template(compiled, data, options)
    except DiagnosedError as error:
        return sorted({found.code for found in error.diagnostics if found.severity is Severity.ERROR})
    assert data == before
    return ["= " + document.content.decode()[:1_000]]


def run_bounded(work: Callable[[], list[str]]) -> Outcome:
    """Do work in a child process with limits; the caller has to be of a single thread."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work_and_tell(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if not told:
        how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {status}"
        return Outcome([f"died: {how}"], SECONDS, MEGABYTES)
    return Outcome(*json.loads(told))


def _work_and_tell(work: Callable[[], list[str]], writer: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_KILLED_AT, _KILLED_AT))
    start = time.process_time()
    try:
        said = work()
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is what the test is about
        said = [f"raised: {type(error).__name__}: {error}"[:500]]
    took = time.process_time() - start
    os.write(writer, json.dumps([said, round(took, 3), round(_peak_megabytes(), 1)]).encode()[:60_000])
    os._exit(0)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Answer until nothing more is asked."""
    outcome_of(Probe("warm-up", _WARM_UP, "= A"))
    for line in sys.stdin:
        probe = PROBES[int(line)]
        outcome = run_bounded(partial(outcome_of, probe))
        print(json.dumps([outcome.said, outcome.seconds, outcome.megabytes]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
