"""Every metric that is counted as things happen: its name, labels and buckets.

Labels have few values each, which are known beforehand: kinds, outcomes, templates of paths. None names a workspace,
a template or anything else of a customer's. What is read when somebody asks stands in `figures.py`.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram

# Seconds. A letter takes 1 ms, a request of one a few; what a render may take ends at 60 s in most installations.
_SHORT: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
# Jobs wait for others: a batch takes minutes.
_LONG: Final = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)


class _Observable(Protocol):
    def observe(self, amount: float) -> None: ...


class Durations:
    """A histogram, each of whose children is looked up once: that takes half of the time of an observation."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._children: dict[tuple[str, ...], _Observable] = {}

    def observe(self, seconds: float, *labels: str) -> None:
        """Count one thing that took so long."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._histogram.labels(*labels)
        child.observe(seconds)


class Counts:
    """A counter, each of whose children is looked up once."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._children: dict[tuple[str, ...], Callable[..., Any]] = {}

    def count(self, *labels: str, amount: float = 1) -> None:
        """Count one thing, or `amount` of it."""
        add = self._children.get(labels)
        if add is None:
            add = self._children[labels] = (self._counter.labels(*labels) if labels else self._counter).inc
        add(amount)


class Instruments:
    """The instruments of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def durations(name: str, text: str, labels: list[str], buckets: tuple[float, ...] = _SHORT) -> Durations:
            return Durations(Histogram(f"docgen_{name}_seconds", text, labels, buckets=buckets, registry=registry))

        def counts(name: str, text: str, labels: list[str]) -> Counts:
            return Counts(Counter(f"docgen_{name}", text, labels, registry=registry))

        self.requests = durations(
            "http_request_duration",
            "Time until a request was answered, its answer sent.",
            ["method", "route", "status"],
        )
        self.renders = durations(
            "render_duration",
            "Time until a document was made or refused, waiting for a render worker included.",
            ["format", "output", "outcome"],
        )
        self.templates = counts(
            "template_cache_requests", "Templates that work was done with, by whether they were compiled.", ["result"]
        )
        self.worker_ends = counts(
            "render_worker_ends", "Render workers that ended while the service went on, by why.", ["reason"]
        )
        self.jobs = durations(
            "job_duration", "Time that a job was in the hands of a worker.", ["kind", "outcome"], _LONG
        )
        self.chores = durations("chore_duration", "Time that a chore took.", ["chore", "outcome"], _LONG)
        self.deliveries = durations(
            "delivery_attempt_duration",
            "Time until a receiver had answered, or failed to, by what it answered.",
            ["channel", "outcome"],
        )
        self.storage = durations(
            "storage_operation_duration",
            "Time that an operation of the storage took, what its caller did meanwhile left out.",
            ["operation", "outcome"],
        )
        self.scrapes = counts("metrics_failures", "Figures that could not be read when metrics were asked for.", [])
