"""Service and worker are given the time to say that they end, and to finish what they do, before they are killed."""

from typing import Any

import pytest
import yaml

from entrypoints.settings.http import HttpSettings
from entrypoints.settings.work import WorkerSettings
from entrypoints.telemetry.threads import FLUSH_SECONDS
from tests.integration.deployment.programs import ROOT, read_yaml

# What they may need for everything else: ending render processes, connections, the interpreter.
REST_SECONDS = 5
DRAIN = "DOCGEN_HTTP__DRAIN_SECONDS"


def composed(path: str) -> tuple[int, int, int]:
    """Return the service's drain and grace, and the worker's grace, of a file for Compose or a Swarm."""
    services: dict[str, Any] = read_yaml(path)["services"]
    service, worker = (int(services[name]["stop_grace_period"].removesuffix("s")) for name in ("service", "worker"))
    return int(services["service"]["environment"][DRAIN]), service, worker


def pods() -> tuple[int, int, int]:
    """Return the same of Kubernetes."""
    folder = ROOT / "infra/kubernetes/base"
    literals = dict(
        each.split("=") for each in read_yaml(folder / "kustomization.yaml")["configMapGenerator"][0]["literals"]
    )
    service, worker = (
        next(yaml.safe_load_all((folder / f"{name}.yaml").read_text(encoding="utf-8")))["spec"]["template"]["spec"]
        for name in ("service", "worker")
    )
    return int(literals[DRAIN]), service["terminationGracePeriodSeconds"], worker["terminationGracePeriodSeconds"]


@pytest.mark.parametrize(
    "times",
    [composed("docker-compose.yml"), composed("infra/swarm/stack.yml"), pods()],
    ids=["compose", "swarm", "kubernetes"],
)
def test_nobody_is_killed_before_the_longest_request_can_be_finished(times: tuple[int, int, int]) -> None:
    drain, service, worker = times
    handing_over = 2 * FLUSH_SECONDS  # of traces, and of metrics
    assert service >= drain + HttpSettings().request_seconds + handing_over + REST_SECONDS
    assert worker >= WorkerSettings().grace_seconds + handing_over + REST_SECONDS
