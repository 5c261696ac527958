"""All of it together, for the composition root."""

import asyncio
import logging
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from prometheus_client import CollectorRegistry, disable_created_metrics

from adapters.prometheus.figures import ProcessFigures
from adapters.prometheus.instruments import Instruments
from adapters.prometheus.measured import MeasuredRenderer, MeasuredStorage, MeasuredWebhookSender
from adapters.prometheus.observers import CountingJobs, CountingRendering, CountingRequests
from adapters.prometheus.report import Installation, PrometheusReport
from application.ports.document_storage import DocumentStorage
from application.ports.figures import ConnectionPools, RenderCrew
from application.ports.template_renderer import TemplateRenderer
from application.ports.webhook_sender import WebhookSender

_log = logging.getLogger(__name__)

_REFRESH_SECONDS: Final = 2.0


class Metrics:
    """The instruments of this process, and those who use them."""

    def __init__(self, files: Path | None) -> None:
        """Take the folder that the processes share which serve together, None where this one is alone."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types; a line for every line, and no rule needs them
        self._files = files
        self.registry = CollectorRegistry()
        self._instruments = Instruments(self.registry)
        self.jobs = CountingJobs(self._instruments)
        self.rendering = CountingRendering(self._instruments)
        self.requests = CountingRequests(self._instruments)

    def renderer(self, renderer: TemplateRenderer) -> TemplateRenderer:
        """Time a renderer."""
        return MeasuredRenderer(renderer, self._instruments)

    def storage(self, storage: DocumentStorage) -> DocumentStorage:
        """Time a storage."""
        return MeasuredStorage(storage, self._instruments)

    def webhook_sender(self, sender: WebhookSender) -> WebhookSender:
        """Time a sender."""
        return MeasuredWebhookSender(sender, self._instruments)

    def report(self, figures: "RefreshedFigures", installation: Installation) -> PrometheusReport:
        """Return what answers /metrics."""
        return PrometheusReport(self.registry, self._instruments, figures.refresh, installation, self._files)

    def figures(self, pools: ConnectionPools, crew: RenderCrew | None) -> "RefreshedFigures":
        """Return what reads this process's figures."""
        return RefreshedFigures(ProcessFigures(self.registry, pools, crew), is_shared=self._files is not None)


class RefreshedFigures:
    """An async context manager: where other processes are asked for the figures of this one, it keeps them written."""

    def __init__(self, figures: ProcessFigures, *, is_shared: bool) -> None:
        self._figures = figures
        self._is_shared = is_shared
        self._task: asyncio.Task[None] | None = None

    def refresh(self) -> None:
        """Read everything anew."""
        self._figures.refresh()

    async def __aenter__(self) -> Self:
        if self._is_shared:
            self._task = asyncio.create_task(self._refresh_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _refresh_for_ever(self) -> None:
        while True:
            try:
                self._figures.refresh()
            except OSError as error:
                _log.warning("The figures of this process could not be read: %s", error)
            await asyncio.sleep(_REFRESH_SECONDS)
