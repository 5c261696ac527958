"""The OTEL_* variables of OpenTelemetry's specification: which there are, what they may hold, and what follows.

Source: OpenTelemetry Specification, "Environment Variable Specification" and "OTLP Exporter Configuration". As there,
an empty variable is one that is not set. They come from where the settings do: the environment, NAME_FILE, /run/secrets
and `.env`.
"""

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from entrypoints.settings.errors import SettingsError
from entrypoints.settings.names import nearest_name
from entrypoints.settings.sources import given_values
from entrypoints.telemetry import propagators

Protocol: TypeAlias = Literal["http/protobuf", "grpc"]
Signal: TypeAlias = Literal["traces", "metrics"]
_Check: TypeAlias = Callable[[str], str | None]

PREFIX: Final = "OTEL_"
HTTP: Final[Protocol] = "http/protobuf"
_OTLP: Final = "OTEL_EXPORTER_OTLP_"
_RATIO_SAMPLERS: Final = frozenset({"traceidratio", "parentbased_traceidratio"})
_MILLISECONDS: Final = 1000.0


def _anything(_: str) -> None:
    return None


def _one_of(*known: str) -> _Check:
    return lambda value: None if value.lower() in known else f"write one of: {', '.join(known)}"


def _each_of(*known: str) -> _Check:
    """Take a list with commas in between; the specification has `none` only by itself."""

    def check(value: str) -> str | None:
        items = [item.strip().lower() for item in value.split(",")]
        if not set(items) <= set(known) or ("none" in items and len(set(items)) > 1):
            return f"write one or several of: {', '.join(known)}, with commas in between, and none by itself"
        return None

    return check


def _whole_number(value: str) -> str | None:
    return None if re.fullmatch(r"[1-9]\d{0,9}", value) else "write a whole number above 0"


def _count(value: str) -> str | None:
    return None if re.fullmatch(r"\d{1,10}", value) else "write a whole number"


def _ratio(value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    return None if 0 <= number <= 1 else "write a number from 0 to 1, such as 0.05 for one request in twenty"


def _address(value: str) -> str | None:
    if re.fullmatch(r"https?://[^\s/@]+(/\S*)?", value):
        return None
    return "write the address of the collector with its scheme, such as http://collector:4318, and without a password"


def _pairs(value: str) -> str | None:
    pairs = [pair for pair in value.split(",") if pair.strip()]
    if all(re.fullmatch(r"\s*[^\s=,]+\s*=[^,]*", pair) for pair in pairs):
        return None
    return "write NAME=VALUE, with commas between several, and what is special in a value as %2C"


def _file(value: str) -> str | None:
    return None if os.access(value, os.R_OK) else "there is no such file, or it may not be read"


_BOOLEAN: Final = _one_of("true", "false")
_OF_OTLP: Final[Mapping[str, _Check]] = {
    "ENDPOINT": _address,
    "PROTOCOL": _one_of("grpc", "http/protobuf"),
    "HEADERS": _pairs,
    "TIMEOUT": _whole_number,
    "COMPRESSION": _one_of("gzip", "none"),
    "CERTIFICATE": _file,
    "CLIENT_CERTIFICATE": _file,
    "CLIENT_KEY": _file,
    "INSECURE": _BOOLEAN,
}
_CHECKS: Final[Mapping[str, _Check]] = {
    "OTEL_SDK_DISABLED": _BOOLEAN,
    "OTEL_SERVICE_NAME": _anything,
    "OTEL_RESOURCE_ATTRIBUTES": _pairs,
    propagators.VARIABLE: propagators.complaint_of,
    "OTEL_TRACES_EXPORTER": _one_of("otlp", "none"),
    "OTEL_METRICS_EXPORTER": _each_of("otlp", "prometheus", "none"),
    "OTEL_LOGS_EXPORTER": _one_of("none"),
    "OTEL_TRACES_SAMPLER": _one_of(
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ),
    "OTEL_TRACES_SAMPLER_ARG": _anything,
    "OTEL_BSP_SCHEDULE_DELAY": _whole_number,
    "OTEL_BSP_EXPORT_TIMEOUT": _whole_number,
    "OTEL_BSP_MAX_QUEUE_SIZE": _whole_number,
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": _whole_number,
    "OTEL_METRIC_EXPORT_INTERVAL": _whole_number,
    "OTEL_METRIC_EXPORT_TIMEOUT": _whole_number,
    "OTEL_METRICS_EXEMPLAR_FILTER": _one_of("always_on", "always_off", "trace_based"),
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": _one_of("cumulative"),
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": _one_of("explicit_bucket_histogram"),
    **{
        f"OTEL_{kind}_LIMIT": _count
        for kind in (
            "ATTRIBUTE_COUNT",
            "ATTRIBUTE_VALUE_LENGTH",
            "SPAN_ATTRIBUTE_COUNT",
            "SPAN_ATTRIBUTE_VALUE_LENGTH",
            "SPAN_EVENT_COUNT",
            "SPAN_LINK_COUNT",
            "EVENT_ATTRIBUTE_COUNT",
            "LINK_ATTRIBUTE_COUNT",
        )
    },
    **{f"{_OTLP}{signal}{name}": check for signal in ("", "TRACES_", "METRICS_") for name, check in _OF_OTLP.items()},
}
# Part of the specification, and of no effect here: no near misses of the others.
_OF_OTHERS: Final = re.compile(r"OTEL_(EXPORTER_OTLP_LOGS_|BLRP_|LOGRECORD_|PYTHON_|EXPORTER_PROMETHEUS_)")
_REASONS: Final[Mapping[str, str]] = {
    "OTEL_LOGS_EXPORTER": "DocGen writes its log to standard output, where a collector can read it: write none",
}


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What is on, and how it is handed over; `variables` are the OTEL_* variables as they were given."""

    traces: bool = False
    metrics: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Tell whether anything is."""
        return self.traces or self.metrics

    def protocol(self, signal: Signal) -> Protocol:
        """Return how a signal travels to the collector."""
        return "grpc" if self._of(signal, "PROTOCOL").lower() == "grpc" else HTTP

    def timeout_seconds(self, signal: Signal) -> float:
        """Return how long one attempt to hand over may take; the variable has milliseconds."""
        return float(self._of(signal, "TIMEOUT") or 10_000) / _MILLISECONDS

    @property
    def metrics_interval_seconds(self) -> float:
        """How long it is from one export of metrics to the next; the variable has milliseconds."""
        return float(self.variables.get("OTEL_METRIC_EXPORT_INTERVAL", "60000")) / _MILLISECONDS

    def sampler(self) -> tuple[str, float]:
        """Return which sampler is wanted, and the share of requests that it takes where it takes a share."""
        name = self.variables.get("OTEL_TRACES_SAMPLER", "parentbased_always_on").lower()
        return name, float(self.variables.get("OTEL_TRACES_SAMPLER_ARG", "1")) if name in _RATIO_SAMPLERS else 1.0

    @property
    def propagates(self) -> bool:
        """Tell whether the context of traces is taken from callers, and given to the receivers of messages."""
        return "tracecontext" in self.variables.get("OTEL_PROPAGATORS", "tracecontext,baggage").lower()

    def _of(self, signal: Signal, name: str) -> str:
        return self.variables.get(f"{_OTLP}{signal.upper()}_{name}") or self.variables.get(f"{_OTLP}{name}", "")


OFF: Final = TelemetrySettings()


def load_telemetry_settings() -> TelemetrySettings:
    """Read the variables.

    Raises:
        SettingsError: one is unknown, or holds what it may not; the message names it, and never its value.
    """
    given = given_values(frozenset(_CHECKS))
    return telemetry_settings({name: value for name, value in given.items() if name.startswith(PREFIX)})


def telemetry_settings(given: Mapping[str, str]) -> TelemetrySettings:
    """Return what follows from the variables that are given.

    A signal is on where its exporter is named, or where the address of a collector is given and no exporter.

    Raises:
        SettingsError: as above.
    """
    variables = {name: value.strip() for name, value in given.items() if value.strip()}
    complaints = [each for name in sorted(variables) if (each := _complaint(name, variables[name]))]
    complaints += _contradictions(variables) if not complaints else []
    if complaints:
        raise SettingsError("\n".join(complaints))
    is_enabled = variables.get("OTEL_SDK_DISABLED", "").lower() != "true"
    traces, metrics = (is_enabled and _is_on(signal, variables) for signal in ("TRACES", "METRICS"))
    return TelemetrySettings(traces, metrics, variables)


def _is_on(signal: str, variables: Mapping[str, str]) -> bool:
    exporter = variables.get(f"OTEL_{signal}_EXPORTER")
    if exporter is not None:
        return "otlp" in exporter.lower()
    return f"{_OTLP}ENDPOINT" in variables or f"{_OTLP}{signal}_ENDPOINT" in variables


def _complaint(name: str, value: str) -> str | None:
    if name in _CHECKS:
        reason = _CHECKS[name](value)
        return None if reason is None else f"The setting {name} is wrong: {_REASONS.get(name, reason)}."
    near = None if _OF_OTHERS.match(name) else nearest_name(name, list(_CHECKS))
    return f"There is no setting {name}; did you mean {near}?" if near else None


def _contradictions(variables: Mapping[str, str]) -> list[str]:
    found = []
    if variables.get("OTEL_TRACES_SAMPLER", "").lower() in _RATIO_SAMPLERS:
        argument = variables.get("OTEL_TRACES_SAMPLER_ARG")
        reason = None if argument is None else _ratio(argument)
        found += [f"The setting OTEL_TRACES_SAMPLER_ARG is wrong: {reason}."] if reason else []
    for signal in ("", "TRACES_", "METRICS_"):
        certificate, key = (f"{_OTLP}{signal}CLIENT_{part}" for part in ("CERTIFICATE", "KEY"))
        if (certificate in variables) != (key in variables):
            found.append(f"{certificate} and {key} belong together: set both, or neither.")
    queue, batch = "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
    if int(variables.get(batch, "512")) > int(variables.get(queue, "2048")):
        found.append(
            f"{batch} (512 where it is not set) is more than {queue} (2048): lower the one, or raise the other."
        )
    return found
