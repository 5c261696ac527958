"""What counts, times and traces, where somebody wants to know."""

import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.postgres.database import PostgresDatabase
from adapters.rendering.workers.renderer import WorkerRenderer
from application.ports.health_check import HealthCheck
from application.ports.job_monitor import JobMonitor
from application.ports.template_renderer import TemplateRenderer
from entrypoints.settings.metrics import FILES_VARIABLE
from entrypoints.settings.service import Settings
from entrypoints.telemetry.process import Telemetry

if TYPE_CHECKING:
    from adapters.prometheus.metrics import Metrics, RefreshedFigures
    from adapters.prometheus.report import PrometheusReport
    from adapters.telemetry.tracing import Tracing


def make_metrics(settings: Settings) -> "Metrics | None":
    """Return what counts and times, None where nobody wants to know."""
    if not settings.metrics.enabled:
        return None
    from adapters.prometheus.metrics import Metrics  # noqa: PLC0415  # only where it is wanted

    folder = os.environ.get(FILES_VARIABLE)
    return Metrics(Path(folder) if folder else None)


def make_figures(metrics: "Metrics | None", database: PostgresDatabase, engine: TemplateRenderer) -> object:
    """Return the figures of pool and workers that are read now and then, None where nobody wants to know."""
    return metrics and metrics.figures(database, engine if isinstance(engine, WorkerRenderer) else None)


def make_metrics_report(
    metrics: "Metrics | None",
    figures: "RefreshedFigures",
    settings: Settings,
    components: Callable[[], Sequence[HealthCheck]],
    jobs: JobMonitor,
) -> "PrometheusReport | None":
    """Return what `/metrics` shows, None where nobody wants to know."""
    if metrics is None:
        return None
    from adapters.prometheus.report import Installation  # noqa: PLC0415  # only where it is wanted

    installation = Installation(components, jobs, settings.data_dir, version("docgen"))
    return metrics.report(figures, installation)


def make_metrics_export(telemetry: Telemetry, report: "PrometheusReport | None") -> object:
    """Return what sends the same figures by OTLP, None where that is not configured."""
    return None if report is None else telemetry.metrics_export(report.families)


def make_tracing(telemetry: Telemetry) -> "Tracing | None":
    """Return what makes decorators of ports, None where nobody wants traces: then there are none in between."""
    tracer = telemetry.tracer
    if tracer is None:
        return None
    from adapters.telemetry.tracing import Tracing  # noqa: PLC0415  # only where it is configured

    return Tracing(tracer, propagates=telemetry.propagates)


def traced(tracing: "Tracing | None", part: str, inner: Any) -> Any:
    """Put the decorator for a part of the service around it, where there are any."""
    return inner if tracing is None else getattr(tracing, part)(inner)
