"""A container's limit of memory has room for all that its processes may hold at a time."""

from typing import Any, Final

import pytest
import yaml

from adapters.rendering.workers.machine import default_memory_bytes
from tests.integration.deployment.programs import ROOT, read_yaml

LIMIT: Final = 1024**3
# What a service takes that has nothing to do, as scripts/verify-image.sh prints it, with room to spare.
IDLE: Final = 250_000_000
HELD: Final = ("DOCGEN_HTTP__BODY_BYTES", "DOCGEN_HTTP__ANSWER_BYTES")


def composed(path: str) -> dict[str, str]:
    """Return the variables of the service of a file for Compose or a Swarm."""
    service: dict[str, Any] = read_yaml(path)["services"]["service"]
    assert service["deploy"]["resources"]["limits"]["memory"] == "1G"
    environment: dict[str, str] = service["environment"]
    return environment


def pods() -> dict[str, str]:
    """Return those of Kubernetes."""
    folder = ROOT / "infra/kubernetes/base"
    service = next(yaml.safe_load_all((folder / "service.yaml").read_text(encoding="utf-8")))
    (container,) = service["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == "1Gi"
    literals = read_yaml(folder / "kustomization.yaml")["configMapGenerator"][0]["literals"]
    return dict(each.split("=", 1) for each in literals)


@pytest.mark.parametrize(
    "variables",
    [composed("docker-compose.yml"), composed("infra/swarm/stack.yml"), pods()],
    ids=["compose", "swarm", "kubernetes"],
)
def test_render_processes_bodies_and_answers_fit_into_it(variables: dict[str, str]) -> None:
    """With one core there are two render processes."""
    rendering = 2 * default_memory_bytes(2, LIMIT)
    assert IDLE + rendering + sum(int(variables[name]) for name in HELD) <= LIMIT
