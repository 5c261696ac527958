"""Measuring calls: shared by DocGen's benchmarks and the peers' scripts, so it needs nothing but Python itself."""

import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]  # peak memory is then not reported

_STATUS = Path("/proc/self/status")
_ROUNDS = 5
# An engine that takes minutes for a document gets fewer rounds.
_PATIENCE = 10


def measure(render: Callable[[], bytes], seconds: float, *, same: bool = True) -> tuple[dict[str, Any], bytes]:
    """Call `render` for so many seconds, at least five times where that takes no ten times as long.

    Returns what it took, and the last document. `first_ms` is the first call, which warms everything up and is not
    among the others; `same` asks for the same bytes each time.

    Raises:
        RuntimeError: a document was empty, or another than the first.
    """
    start = time.perf_counter()
    document = expected = render()
    first = time.perf_counter() - start
    if not expected:
        raise RuntimeError("the document is empty")
    times: list[float] = []
    cpu, start = time.process_time(), time.perf_counter()
    while not times or _goes_on(time.perf_counter() - start, seconds, len(times)):
        before = time.perf_counter()
        document = render()
        times.append(time.perf_counter() - before)
        if same and document != expected:
            raise RuntimeError("two renders of the same input differ")
    cpu = time.process_time() - cpu
    took = {
        "median_ms": round(statistics.median(times) * 1000, 4),
        "min_ms": round(min(times) * 1000, 4),
        "cpu_ms": round(cpu / len(times) * 1000, 4),
        "first_ms": round(first * 1000, 3),
        "docs_per_s": round(len(times) / sum(times), 1),
        "peak_rss_mb": _peak_rss_mb(),
        "out_bytes": len(document),
    }
    return took, document


def _goes_on(passed: float, seconds: float, rounds: int) -> bool:
    return passed < seconds or (rounds < _ROUNDS and passed < seconds * _PATIENCE)


def _peak_rss_mb() -> float | None:
    # Linux gives a program that is started the highest memory of the one that started it, in ru_maxrss alone.
    if _STATUS.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
        if found:
            return round(int(found.group(1)) * 1024 / 1_000_000, 1)
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes but on macOS, which counts bytes.
    return round((peak if sys.platform == "darwin" else peak * 1024) / 1_000_000, 1)
