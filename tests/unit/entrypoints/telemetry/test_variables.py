"""The OTEL_* variables: what is on, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.settings.errors import SettingsError
from entrypoints.telemetry.variables import TelemetrySettings, load_telemetry_settings, telemetry_settings

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ({}, (False, False)),
        ({"OTEL_SERVICE_NAME": "letters"}, (False, False)),
        (ENDPOINT, (True, True)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, (True, False)),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318/v1/metrics"}, (False, True)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, (True, False)),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, (False, True)),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "prometheus"}, (True, False)),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, (False, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, (False, False)),
    ],
)
def test_a_signal_is_on_where_its_exporter_or_a_collector_is_named(
    given: dict[str, str], on: tuple[bool, bool]
) -> None:
    settings = telemetry_settings(given)
    assert (settings.traces, settings.metrics) == on


def test_protocol_time_and_sampler_follow_the_specification() -> None:
    assert telemetry_settings(ENDPOINT).protocol("traces") == "http/protobuf"
    assert telemetry_settings(ENDPOINT).timeout_seconds("traces") == 10
    assert telemetry_settings(ENDPOINT).sampler() == ("parentbased_always_on", 1.0)
    given = {
        **ENDPOINT,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.05",
    }
    settings = telemetry_settings(given)
    assert (settings.protocol("traces"), settings.protocol("metrics")) == ("grpc", "http/protobuf")
    assert settings.timeout_seconds("metrics") == 2.5
    assert settings.sampler() == ("parentbased_traceidratio", 0.05)


SECRET = "s3cr3t-v4lu3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", SECRET),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://user:{SECRET}@collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", f"collector-{SECRET}:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", SECRET),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", SECRET),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", SECRET),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", f"/nowhere/{SECRET}"),
        ("OTEL_TRACES_EXPORTER", SECRET),
        ("OTEL_METRICS_EXPORTER", f"none,otlp,{SECRET}"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_TRACES_SAMPLER", SECRET),
        ("OTEL_PROPAGATORS", "tracecontext,none"),
        ("OTEL_SDK_DISABLED", SECRET),
        ("OTEL_RESOURCE_ATTRIBUTES", SECRET),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "-1"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_and_never_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        telemetry_settings({name: value})
    assert str(refusal.value).startswith(f"The setting {name} is wrong: ")
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "5"}, "OTEL_TRACES_SAMPLER_ARG"),
        ({"OTEL_EXPORTER_OTLP_CLIENT_KEY": __file__}, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "100"}, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
        ({"OTEL_EXPORTER_OTLP_ENDPIONT": "http://collector"}, "did you mean OTEL_EXPORTER_OTLP_ENDPOINT"),
        ({"OTEL_TRACE_SAMPLER": "always_on"}, "did you mean OTEL_TRACES_SAMPLER"),
    ],
)
def test_what_contradicts_itself_or_is_a_near_miss_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        telemetry_settings(given)


def test_what_belongs_to_other_programs_is_left_alone() -> None:
    given = {"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "x", "OTEL_PYTHON_LOG_LEVEL": "x", "OTEL_JAVAAGENT_ENABLED": "x"}
    assert telemetry_settings(given) == TelemetrySettings(variables=given)


def test_headers_come_from_a_file_as_every_secret_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("DOCGEN_", "OTEL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "headers").write_text("authorization=Bearer%20abc\n", encoding="utf-8")
    (tmp_path / ".env").write_text("OTEL_TRACES_EXPORTER=otlp\n", encoding="utf-8")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS_FILE", str(tmp_path / "headers"))
    settings = load_telemetry_settings()
    assert settings.traces
    assert settings.variables["OTEL_EXPORTER_OTLP_HEADERS"] == "authorization=Bearer%20abc"


def test_without_variables_no_package_of_the_sdk_is_imported() -> None:
    program = (
        "import sys, entrypoints.app\n"
        "unwanted = ('opentelemetry.sdk', 'opentelemetry.exporter', 'grpc')\n"
        "print([name for name in sys.modules if name.startswith(unwanted)])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
