"""The telemetry of one process, from its start to its end."""

import asyncio
import os
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from entrypoints.telemetry.threads import FLUSH_SECONDS, in_own_thread
from entrypoints.telemetry.variables import OFF, TelemetrySettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from opentelemetry.trace import Tracer
    from prometheus_client.metrics_core import Metric

    from entrypoints.telemetry.metrics import MetricsExport
    from entrypoints.telemetry.traces import Traces

_SCOPE: Final = "docgen"


class Telemetry:
    """An async context manager, entered before everything else of a process and left after it.

    What is off costs nothing: no package of the SDK is imported, and there is no tracer.
    """

    def __init__(
        self, settings: TelemetrySettings = OFF, service: str = "docgen", flush_seconds: float = FLUSH_SECONDS
    ) -> None:
        """Take what is on; `service` is the name of this process where OTEL_SERVICE_NAME has none.

        What is not handed over within `flush_seconds` after the end is lost.
        """
        self._flush_seconds = flush_seconds
        self._traces: Traces | None = None
        self._settings = settings
        self._service = service
        self.propagates = settings.propagates
        if settings.is_on:
            from entrypoints.telemetry.complaints import keep_quiet  # noqa: PLC0415  # only where something is on

            # The SDK reads some variables itself, and some may have come from files.
            os.environ.update(settings.variables)
            keep_quiet()
        if settings.traces:
            self._traces = _traces(settings, service)

    @property
    def tracer(self) -> "Tracer | None":
        """What makes spans; None where nobody wants any."""
        return None if self._traces is None else self._traces.provider.get_tracer(_SCOPE)

    def metrics_export(self, families: "Callable[[], Awaitable[Iterable[Metric]]]") -> "MetricsExport | None":
        """Return what hands metrics over for as long as it is entered; None where nobody wants it."""
        if not self._settings.metrics:
            return None
        from entrypoints.telemetry.metrics import MetricsExport  # noqa: PLC0415  # only where it is on
        from entrypoints.telemetry.resource import resource_of  # noqa: PLC0415  # see above

        return MetricsExport(self._settings, resource_of(self._service), families)

    async def __aenter__(self) -> Self:
        if self._traces is not None:
            self._traces.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._traces is None:
            return
        try:
            async with asyncio.timeout(self._flush_seconds):
                await in_own_thread(self._traces.flush, "telemetry-flush")
        except TimeoutError:
            self._traces.give_up()


def _traces(settings: TelemetrySettings, service: str) -> "Traces":
    from entrypoints.telemetry.resource import resource_of  # noqa: PLC0415  # only where somebody wants traces
    from entrypoints.telemetry.traces import Traces  # noqa: PLC0415  # see above

    return Traces(settings, resource_of(service))
