"""Those who look on and count."""

from typing import Final

from typing_extensions import override

from adapters.prometheus.instruments import Instruments
from application.ports.job_observer import JobEnd, JobObserver
from application.ports.job_queue import JobKind
from application.ports.metrics_report import RequestObserver
from application.ports.rendering_observer import RenderingObserver, WorkerEnd

# A client may call its method as it likes.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "other"
_CLASSES: Final = {number: f"{number}xx" for number in range(1, 6)}
# Nothing was answered: the client went away before.
_NO_STATUS: Final = "none"


class CountingRequests(RequestObserver):
    """Counts requests of HTTP."""

    def __init__(self, instruments: Instruments) -> None:
        self._requests = instruments.requests

    @override
    def request_ended(self, method: str, route: str, status: int | None, seconds: float) -> None:
        known = method if method in _METHODS else _OTHER_METHOD
        self._requests.observe(seconds, known, route, status_class(status))


class CountingJobs(JobObserver):
    """Counts jobs and chores."""

    def __init__(self, instruments: Instruments) -> None:
        self._jobs = instruments.jobs
        self._chores = instruments.chores

    @override
    def job_ended(self, kind: JobKind, end: JobEnd, seconds: float) -> None:
        self._jobs.observe(seconds, kind, end)

    @override
    def chore_ended(self, chore: str, *, is_done: bool, seconds: float) -> None:
        self._chores.observe(seconds, chore, "done" if is_done else "failed")


class CountingRendering(RenderingObserver):
    """Counts what an engine does."""

    def __init__(self, instruments: Instruments) -> None:
        self._templates = instruments.templates
        self._ends = instruments.worker_ends

    @override
    def template_used(self, *, was_compiled: bool) -> None:
        self._templates.count("hit" if was_compiled else "miss")

    @override
    def worker_ended(self, end: WorkerEnd) -> None:
        self._ends.count(end)


def status_class(status: int | None) -> str:
    """Return the class of a status: 2xx for 201."""
    return _NO_STATUS if status is None else _CLASSES.get(status // 100, _NO_STATUS)
