"""What counting costs: processor time of one observation, with the library in use and with OpenTelemetry's SDK,
and of a request that does nothing, without and with everything around it that counts.

    .venv/bin/python -m benchmarks.metrics_cost

Each is measured in a process of its own, since prometheus_client decides when it is imported where its values lie.
"""

import os
import subprocess
import sys
import tempfile
import timeit
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NUMBER: Final = 20_000
_REPEAT: Final = 9
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
_LABELS: Final = ("POST", "/v1/renders", "2xx")
_SECONDS: Final = 0.004


def _ours() -> Callable[[], object]:
    from prometheus_client import CollectorRegistry  # noqa: PLC0415  # after the variable is set

    from adapters.prometheus.instruments import Instruments  # noqa: PLC0415  # see above

    requests = Instruments(CollectorRegistry()).requests
    return lambda: requests.observe(_SECONDS, *_LABELS)


async def _application(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _nowhere(_message: Message) -> None:
    return


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _request(application: ASGIApp) -> Callable[[], object]:
    """Run an application that waits for nothing, without a loop."""
    scope: Scope = {"type": "http", "method": "POST", "path": "/v1/renders"}

    def run() -> None:
        call = application(scope, _nothing, _nowhere)
        try:
            call.send(None)  # type: ignore[attr-defined]  # a coroutine, whose type says only that it can be awaited
        except StopIteration:
            return
        raise RuntimeError("the application waits")

    return run


def _bare_request() -> Callable[[], object]:
    return _request(_application)


def _observed_request() -> Callable[[], object]:
    from prometheus_client import CollectorRegistry  # noqa: PLC0415  # after the variable is set

    from adapters.prometheus.instruments import Instruments  # noqa: PLC0415  # see above
    from adapters.prometheus.observers import CountingRequests  # noqa: PLC0415  # see above
    from entrypoints.http.measured_requests import MeasuredRequests  # noqa: PLC0415  # see above

    return _request(MeasuredRequests(_application, CountingRequests(Instruments(CollectorRegistry()))))


def _opentelemetry() -> Callable[[], object]:
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415  # for this one alone
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415  # see above

    meter = MeterProvider([InMemoryMetricReader()]).get_meter("benchmark")
    histogram = meter.create_histogram("requests", explicit_bucket_boundaries_advisory=_BUCKETS)
    attributes = dict(zip(("method", "route", "status"), _LABELS, strict=True))
    return lambda: histogram.record(_SECONDS, attributes)


_KINDS: Final[dict[str, Callable[[], Callable[[], object]]]] = {
    "one process": _ours,
    "several processes": _ours,
    "OpenTelemetry SDK": _opentelemetry,
    "request": _bare_request,
    "request, observed": _observed_request,
}


def main() -> None:
    """Measure one kind in this process, or each in one of its own."""
    if len(sys.argv) > 1:
        observe = _KINDS[sys.argv[1]]()
        times = sorted(timeit.repeat(observe, number=_NUMBER, repeat=_REPEAT))
        low, middle, high = (times[at] / _NUMBER * 1e6 for at in (0, _REPEAT // 2, -1))
        print(f"{sys.argv[1]:20} median {middle:5.2f} µs, from {low:.2f} to {high:.2f}")
        return
    for kind in _KINDS:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, **({"PROMETHEUS_MULTIPROC_DIR": folder} if "several" in kind else {})}
            subprocess.run([sys.executable, "-m", "benchmarks.metrics_cost", kind], env=environment, check=True)


if __name__ == "__main__":
    main()
