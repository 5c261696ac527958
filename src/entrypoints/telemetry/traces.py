"""The provider of tracers, and what hands its spans over."""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    DEFAULT_OFF,
    DEFAULT_ON,
    ParentBasedTraceIdRatio,
    Sampler,
    TraceIdRatioBased,
)

from entrypoints.telemetry.variables import TelemetrySettings

_SAMPLERS = {
    "always_on": lambda _: ALWAYS_ON,
    "always_off": lambda _: ALWAYS_OFF,
    "traceidratio": TraceIdRatioBased,
    "parentbased_always_on": lambda _: DEFAULT_ON,
    "parentbased_always_off": lambda _: DEFAULT_OFF,
    "parentbased_traceidratio": ParentBasedTraceIdRatio,
}


class Traces:
    """The traces of one process. Nothing is exported before `start`; what is made before it is lost."""

    def __init__(self, settings: TelemetrySettings, resource: Resource) -> None:
        self._settings = settings
        # Shut down by whoever has it, in time, and not by the interpreter.
        self.provider = TracerProvider(sampler=_sampler(settings), resource=resource, shutdown_on_exit=False)
        self._exporter: SpanExporter | None = None

    def start(self) -> None:
        """Begin to hand spans over, from a thread; it has room for so many as the variables say, and drops the rest."""
        self._exporter = _exporter(self._settings)
        self.provider.add_span_processor(BatchSpanProcessor(self._exporter))

    def flush(self) -> None:
        """Hand over what there is, and end; this may take as long as the collector lets it."""
        self.provider.shutdown()

    def give_up(self) -> None:
        """End a `flush` that takes too long."""
        if self._exporter is not None:
            self._exporter.shutdown()


def _sampler(settings: TelemetrySettings) -> Sampler:
    name, share = settings.sampler()
    return _SAMPLERS[name](share)


def _exporter(settings: TelemetrySettings) -> SpanExporter:
    """Make what speaks to the collector; the rest of what it needs it reads from the variables itself."""
    timeout = settings.timeout_seconds("traces")
    # Each protocol's packages are imported where it is wanted alone.
    if settings.protocol("traces") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (  # noqa: PLC0415  # see above
            OTLPSpanExporter as GrpcSpanExporter,
        )

        return GrpcSpanExporter(timeout=timeout)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # see above

    return OTLPSpanExporter(timeout=timeout)
