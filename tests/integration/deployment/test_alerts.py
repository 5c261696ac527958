"""infra/observability/alerts.yml, by Prometheus' own promtool: what each alert tells of, and when it says nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.integration.deployment.programs import ROOT, checked, program, read_yaml

FILE: Final = "infra/observability/alerts.yml"
RULES: Final[dict[str, dict[str, Any]]] = {
    rule["alert"]: rule for group in read_yaml(FILE)["groups"] for rule in group["rules"]
}

SERVICE, WORKER = 'up{job="docgen-service", instance="a:8000"}', 'up{job="docgen-worker", instance="b:8001"}'
# Series of promtool: the first value, what is added each minute, and for how many minutes.
FINE, NONE = "1x40", "0x40"


@dataclass(frozen=True, slots=True)
class Case:
    """Series, each with its values from minute to minute, and what is said at a minute: None is nothing."""

    alert: str
    minute: int
    series: dict[str, str]
    said: str | None = None
    labels: tuple[tuple[str, str], ...] = ()


def _requests(status: str, route: str, each_minute: int) -> dict[str, str]:
    name = f'docgen_http_request_duration_seconds_count{{status="{status}", method="POST", route="{route}"}}'
    return {name: f"0+{each_minute}x40"}


def _render_times(fast: int, slow: int) -> dict[str, str]:
    name = 'docgen_http_request_duration_seconds_bucket{{method="POST", route="/v1/renders", status="2xx", le="{}"}}'
    counts = {"1": fast, "2.5": fast, "5": fast + slow, "+Inf": fast + slow}
    return {name.format(le): f"0+{count}x40" for le, count in counts.items()}


def _counted(name: str, labels: str, values: str) -> dict[str, str]:
    return {f"docgen_{name}{{{labels}}}": values}


def _chores(outcome: str, each_hour: int) -> dict[str, str]:
    values = " ".join(str(minute // 60 * each_hour) for minute in range(181))
    return _counted("chore_duration_seconds_count", f'chore="blobs", outcome="{outcome}"', values)


def _connections(in_use: int) -> dict[str, str]:
    return _counted("database_connections", 'instance="a:8000", pool="sessions", state="in-use"', f"{in_use}x40") | (
        _counted("database_connections_limit", 'instance="a:8000", pool="sessions"', "20x40")
    )


def _disk(free: int) -> dict[str, str]:
    return _counted("disk_free_bytes", 'instance="a:8000"', f"{free}x40") | (
        _counted("disk_size_bytes", 'instance="a:8000"', "1000x40")
    )


def _jobs(done: int, failed: int) -> dict[str, str]:
    name = "job_duration_seconds_count"
    return _counted(name, 'kind="render", outcome="done"', f"0+{done}x40") | (
        _counted(name, 'kind="render", outcome="failed"', f"0+{failed}x40")
    )


RENDERS, STORED = "render_duration_seconds_count", "storage_operation_duration_seconds_count"
ENDS, OLDEST = "render_worker_ends_total", "queue_oldest_job_age_seconds"
OF_A = (("instance", "a:8000"),)

CASES = [
    Case(
        "DocGenDown",
        5,
        {SERVICE: NONE},
        "docgen-service at a:8000 does not answer.",
        (("job", "docgen-service"), *OF_A),
    ),
    Case("DocGenDown", 5, {SERVICE: FINE, WORKER: FINE}),
    Case("DocGenDown", 5, {SERVICE: "1 1 1 1 0 1 1"}),  # one question without an answer
    Case("DocGenNoService", 5, {WORKER: FINE}, "No service answers: nobody gets a document."),
    Case("DocGenNoService", 5, {SERVICE: NONE}, "No service answers: nobody gets a document."),
    Case("DocGenNoService", 5, {SERVICE: FINE}),
    # Its address has gone with it.
    Case("DocGenNoService", 10, {SERVICE: "1 1 stale"}, "No service answers: nobody gets a document."),
    Case(
        "DocGenComponentDown",
        5,
        {'docgen_component_up{component="storage", instance="a:8000"}': NONE}
        | {'docgen_component_up{component="storage", instance="b:8001"}': FINE},
        "The component storage is down for at least one process.",
        (("component", "storage"),),
    ),
    Case("DocGenComponentDown", 5, {'docgen_component_up{component="storage", instance="a:8000"}': FINE}),
    Case(
        "DocGenServerErrors",
        15,
        _requests("2xx", "/v1/renders", 90) | _requests("5xx", "/v1/renders", 10),
        "10% of the requests are answered with 5xx.",
    ),
    Case("DocGenServerErrors", 15, _requests("2xx", "/v1/renders", 990) | _requests("5xx", "/v1/renders", 10)),
    # Whoever asks whether it is ready is told no with 503.
    Case("DocGenServerErrors", 15, _requests("2xx", "/v1/renders", 90) | _requests("5xx", "/readyz", 60)),
    Case("DocGenServerErrors", 15, {}),
    Case("DocGenSlow", 25, _render_times(fast=90, slow=10), "One render in twenty takes more than 2 seconds."),
    Case("DocGenSlow", 25, _render_times(fast=99, slow=1)),
    Case("DocGenSlow", 25, _render_times(fast=0, slow=0)),
    Case(
        "DocGenOverloaded",
        15,
        _counted(RENDERS, 'format="docx", output="docx", outcome="overloaded"', "0+10x40"),
        "Renders are refused because the service has more to do than it can.",
    ),
    Case("DocGenOverloaded", 15, _counted(RENDERS, 'format="docx", output="docx", outcome="overloaded"', "0+1x40")),
    Case("DocGenOverloaded", 15, _counted(RENDERS, 'format="docx", output="docx", outcome="ok"', "0+900x40")),
    Case(
        "DocGenQueueOld",
        15,
        _counted(OLDEST, 'kind="render", instance="b:8001"', "0+60x40"),
        "The oldest render job has been due for 15m 0s.",
        (("kind", "render"),),
    ),
    Case("DocGenQueueOld", 15, _counted(OLDEST, 'kind="render", instance="b:8001"', "5x40")),
    Case(
        "DocGenNoWorker",
        10,
        {SERVICE: FINE},
        "No worker answers: asynchronous renders, batches and webhooks wait.",
    ),
    Case("DocGenNoWorker", 10, {WORKER: FINE}),
    Case("DocGenJobsFailing", 40, _jobs(done=6, failed=4), "40% of the render jobs fail.", (("kind", "render"),)),
    Case("DocGenJobsFailing", 40, _jobs(done=9, failed=1)),
    Case("DocGenJobsFailing", 40, _jobs(done=0, failed=0)),
    Case(
        "DocGenChoresFailing",
        180,
        _chores("failed", 3),
        "The chore blobs failed 9 times within a day.",
        (("chore", "blobs"),),
    ),
    Case("DocGenChoresFailing", 180, _chores("failed", 1)),
    Case("DocGenChoresFailing", 180, _chores("done", 20)),
    Case(
        "DocGenStorageErrors",
        15,
        _counted(STORED, 'operation="put", outcome="storage-full"', "0+1x40"),
        "The storage fails to put.",
        (("operation", "put"),),
    ),
    # A single one that was tried again.
    Case("DocGenStorageErrors", 15, _counted(STORED, 'operation="put", outcome="unavailable"', "0x6 1x40")),
    Case("DocGenStorageErrors", 15, _counted(STORED, 'operation="read", outcome="not-found"', "0+9x40")),
    Case(
        "DocGenRenderWorkersDie",
        20,
        _counted(ENDS, 'reason="died", instance="a:8000"', "0+1x40"),
        "15 render workers of a:8000 died within 15 minutes.",
        OF_A,
    ),
    Case("DocGenRenderWorkersDie", 20, _counted(ENDS, 'reason="died", instance="a:8000"', "0x10 2x40")),
    Case("DocGenRenderWorkersDie", 20, _counted(ENDS, 'reason="replaced", instance="a:8000"', "0+9x40")),
    Case(
        "DocGenRendersStopped",
        20,
        _counted(ENDS, 'reason="time-limit", instance="a:8000"', "0+2x40"),
        "30 renders were stopped at the time limit within 15 minutes.",
    ),
    Case("DocGenRendersStopped", 20, _counted(ENDS, 'reason="time-limit", instance="a:8000"', "0x10 3x40")),
    Case(
        "DocGenConnectionsExhausted",
        10,
        _connections(20),
        "Nearly all connections of the pool sessions are in use at a:8000.",
        (*OF_A, ("pool", "sessions")),
    ),
    Case("DocGenConnectionsExhausted", 10, _connections(10)),
    Case("DocGenDiskNearlyFull", 15, _disk(50), "5% of the data directory's disk is left at a:8000.", OF_A),
    Case("DocGenDiskNearlyFull", 15, _disk(500)),
]


@pytest.mark.parametrize("name", ["prometheus", "prometheus-swarm", "prometheus-kubernetes"])
def test_prometheus_takes_configuration_and_rules(name: str, tmp_path: Path) -> None:
    """Both as it would read them; the rules find the jobs that they name wherever DocGen runs."""
    configuration = read_yaml(f"infra/observability/{name}.yml")
    jobs = configuration["scrape_configs"]
    assert [job["job_name"] for job in jobs] == ["docgen-service", "docgen-worker"]
    for job in jobs:
        # Debian's is built without what finds pods.
        job.pop("kubernetes_sd_configs", None)
    assert configuration["rule_files"] == [Path(FILE).name]
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    assert "SUCCESS" in checked("promtool", "check", "config", "--syntax-only", file)
    assert "SUCCESS" in checked("promtool", "check", "rules", ROOT / FILE)


@pytest.mark.parametrize("alert", RULES)
def test_every_alert_has_a_case_that_it_tells_of_and_one_that_it_does_not(alert: str) -> None:
    assert {case.said is None for case in CASES if case.alert == alert} == {True, False}


def test_alerts_tell_of_what_is_wrong_and_of_nothing_else(tmp_path: Path) -> None:
    program("promtool")
    tests = {
        "rule_files": [str(ROOT / FILE)],
        "evaluation_interval": "1m",
        "tests": [_test(case) for case in CASES],
    }
    file = tmp_path / "tests.yml"
    file.write_text(yaml.safe_dump(tests), encoding="utf-8")
    assert "SUCCESS" in checked("promtool", "test", "rules", file)


def _test(case: Case) -> dict[str, Any]:
    rule = RULES[case.alert]
    told = {
        "exp_labels": {**rule["labels"], **dict(case.labels)},
        "exp_annotations": {"summary": case.said, "action": rule["annotations"]["action"]},
    }
    return {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
        "alert_rule_test": [
            {"eval_time": f"{case.minute}m", "alertname": case.alert, "exp_alerts": [told] if case.said else []}
        ],
    }
