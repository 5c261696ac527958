"""infra/observability: every metric that rules and dashboard name is one that the real service emits."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
from prometheus_client.parser import text_string_to_metric_families

from application.ports.job_observer import JobEnd
from application.ports.job_queue import JobKind
from application.ports.rendering_observer import WorkerEnd
from tests.integration.cli.serving import DEADLINE_SECONDS, free_port, serving_on, upload
from tests.integration.deployment.programs import ROOT, read_yaml

FOLDER = "infra/observability"
# Of Prometheus itself.
FOREIGN = {"up"}
# What Prometheus adds to every series.
OF_TARGETS = {"instance", "job", "le"}
# What labels may say, where the code has a list of it.
VALUES: dict[tuple[str, str], set[str]] = {
    ("docgen_render_worker_ends_total", "reason"): set(WorkerEnd),
    ("docgen_job_duration_seconds_count", "outcome"): set(JobEnd),
    ("docgen_job_duration_seconds_count", "kind"): set(JobKind),
    ("docgen_database_connections", "state"): {"in-use", "idle"},
    ("docgen_template_cache_requests_total", "result"): {"hit", "miss"},
}
SLOW = b"{% for a in range(100000) %}{% for b in range(1000) %}{% if b %}{% endif %}{% endfor %}{% endfor %}"


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    return [rule for group in read_yaml(f"{FOLDER}/alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard that show something."""
    dashboard = json.loads((ROOT / FOLDER / "grafana/dashboards/docgen.json").read_text(encoding="utf-8"))
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    """Everything that is asked of Prometheus, with Grafana's own variable as it would be filled in."""
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules()), *(each.replace("$__rate_interval", "1m") for each in shown)]


def selectors(expression: Any) -> Iterator[promql.VectorSelector]:
    """Give the series that an expression reads."""
    if isinstance(expression, promql.VectorSelector):
        yield expression
    for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        found = getattr(expression, name, None)
        for each in found if isinstance(found, list) else [found]:
            if each is not None:
                yield from selectors(each)


def grouped_by(expression: str) -> set[str]:
    """Return the labels that an expression adds up by."""
    return {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(",")}


def test_every_expression_is_promql_and_every_rule_says_what_to_do() -> None:
    assert len(expressions()) > 30
    for expression in expressions():
        assert list(selectors(promql.parse(expression))), expression
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "action"}
        told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert told <= OF_TARGETS | grouped_by(rule["expr"]), rule["alert"]
    assert len({rule["alert"] for rule in rules()}) == len(rules())


def test_what_is_matched_is_what_a_label_can_say() -> None:
    for expression in expressions():
        for selector in selectors(promql.parse(expression)):
            for matcher in selector.matchers.matchers:
                known = VALUES.get((selector.name, matcher.name))
                if known is not None:
                    assert set(matcher.value.split("|")) <= known, expression


def test_the_panels_lie_beside_each_other() -> None:
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels()
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23


def test_what_one_file_says_of_another_is_so() -> None:
    prometheus = read_yaml(f"{FOLDER}/prometheus.yml")
    assert [(ROOT / FOLDER / name).exists() for name in prometheus["rule_files"]] == [True]
    jobs = {job["job_name"] for job in prometheus["scrape_configs"]}
    asked = {name for rule in rules() for name in re.findall(r'job="([\w-]+)"', rule["expr"])}
    assert asked <= jobs
    collector = read_yaml(f"{FOLDER}/collector.yaml")
    for pipeline in collector["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= set(collector[kind])
    sources = read_yaml(f"{FOLDER}/grafana/provisioning/datasources/docgen.yml")["datasources"]
    assert {panel["datasource"]["uid"] for panel in panels()} <= {source["uid"] for source in sources}


async def test_every_series_that_is_asked_for_is_emitted_with_its_labels(database_url: str, open_folder: Path) -> None:
    emitted = _after_a_scenario(database_url, open_folder)
    for expression in expressions():
        series = list(selectors(promql.parse(expression)))
        missing = {each.name for each in series} - emitted.keys() - FOREIGN
        assert not missing, expression
        labels = OF_TARGETS.union(*(emitted.get(each.name, set()) for each in series))
        matched = {matcher.name for each in series for matcher in each.matchers.matchers}
        assert matched | grouped_by(expression) <= labels, expression


def _after_a_scenario(database_url: str, folder: Path) -> dict[str, set[str]]:
    """Let a service do one of everything; return the labels of each series that it emits then."""
    settings = {
        "DOCGEN_HTTP__WITH_WORKER": "true",
        "DOCGEN_LIMITS__RENDER_SECONDS": "0.5",
        "DOCGEN_LIMITS__STEPS": "1000000000000",
        "DOCGEN_WEBHOOKS__ALLOWED_NETWORKS": "127.0.0.1/32",
    }
    with serving_on(database_url, folder, "observed", **settings) as (_, address):
        upload(address, "letter.txt", b"Dear {{ name }}")
        upload(address, "slow.txt", SLOW)
        nobody = f"http://127.0.0.1:{free_port()}/"
        webhook = json.loads(_post(f"{address}/v1/webhooks", {"url": nobody, "events": ["render.succeeded"]}))
        _post(f"{address}/v1/renders", {"template": "letter", "data": {"name": "Ada"}})
        body = {"template": "letter", "data": {"name": "Ada"}, "deliver": [{"webhook": webhook["id"]}]}
        _post(f"{address}/v1/renders", body, Prefer="respond-async")
        with pytest.raises(urllib.error.HTTPError, match="504"):
            _post(f"{address}/v1/renders", {"template": "slow", "data": {}})
        deadline = time.monotonic() + DEADLINE_SECONDS
        while "docgen_delivery_attempt_duration_seconds_count" not in (found := _emitted(address)):
            assert time.monotonic() < deadline, "no message to a webhook was tried"
            time.sleep(0.1)  # between two questions of a loop with a deadline
        return found


def _emitted(address: str) -> dict[str, set[str]]:
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as response:
        text = response.read().decode()
    return {
        sample.name: set(sample.labels) for family in text_string_to_metric_families(text) for sample in family.samples
    }


def _post(url: str, body: dict[str, object], **headers: str) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as response:
        content: bytes = response.read()
        return content
