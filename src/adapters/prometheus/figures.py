"""What is read of this process when somebody asks: its connections, its render workers, and the process itself.

Where several processes serve together, each puts its figures into its files now and then, and whoever is asked adds
them up; the processor time of one that has died stays in the sum, its memory does not.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from prometheus_client.metrics_core import Metric

from application.ports.figures import ConnectionPools, RenderCrew

# Name, labels, value.
_Figure: TypeAlias = tuple[str, tuple[str, ...], float]

_POOL: Final = "docgen_database_connections"
_POOL_LIMIT: Final = "docgen_database_connections_limit"
_CREW: Final = "docgen_render_workers"
_WAITING: Final = "docgen_render_requests_waiting"
_CPU: Final = "process_cpu_seconds"
_STARTED: Final = "process_start_time_seconds"

_GAUGES: Final = {
    _POOL: ("Connections to the database that are in use, or open and idle.", ("pool", "state")),
    _POOL_LIMIT: ("Connections to the database that there may be.", ("pool",)),
    _CREW: ("Render workers that work, or wait for work.", ("state",)),
    _WAITING: ("Requests that wait for a render worker.", ()),
    "process_virtual_memory_bytes": ("Virtual memory size in bytes.", ()),
    "process_resident_memory_bytes": ("Resident memory size in bytes.", ()),
    _STARTED: ("Start time of the process since unix epoch in seconds.", ()),
    "process_open_fds": ("Number of open file descriptors.", ()),
    "process_max_fds": ("Maximum number of open file descriptors.", ()),
}


class ProcessFigures:
    """The figures of this process, in gauges of a registry."""

    def __init__(self, registry: CollectorRegistry, pools: ConnectionPools, crew: RenderCrew | None) -> None:
        """Take what is looked at; without a crew, this process renders by itself."""
        self._pools = pools
        self._crew = crew
        self._process = ProcessCollector(registry=None)
        self._gauges = {
            name: Gauge(
                name,
                text,
                labels,
                registry=registry,
                multiprocess_mode="livemin" if name == _STARTED else "livesum",
            )
            for name, (text, labels) in _GAUGES.items()
        }
        self._cpu = Counter(_CPU, "Total user and system CPU time spent in seconds.", registry=registry)
        self._cpu_counted = 0.0

    def refresh(self) -> None:
        """Read everything anew."""
        for name, labels, value in (*self._of_pools(), *self._of_crew(), *self._of_process()):
            gauge = self._gauges[name]
            (gauge.labels(*labels) if labels else gauge).set(value)

    def _of_pools(self) -> Iterator[_Figure]:
        for use in self._pools.pools():
            yield _POOL, (use.pool, "in-use"), use.in_use
            yield _POOL, (use.pool, "idle"), use.idle
            yield _POOL_LIMIT, (use.pool,), use.limit

    def _of_crew(self) -> Iterator[_Figure]:
        if self._crew is not None:
            use = self._crew.use()
            yield _CREW, ("busy",), use.busy
            yield _CREW, ("idle",), use.ready - use.busy
            yield _WAITING, (), use.waiting

    def _of_process(self) -> Iterator[_Figure]:
        metrics: Iterable[Metric] = self._process.collect()  # nothing where the system has no /proc
        for metric in metrics:
            value = metric.samples[0].value
            if metric.name == _CPU:
                self._cpu.inc(max(0.0, value - self._cpu_counted))
                self._cpu_counted = value
            else:
                yield metric.name, (), value
