"""The database of a deployment takes all the connections that its services and workers may open."""

import re
from typing import Any, Final

import yaml

from entrypoints.container import CONNECTIONS_BESIDE_POOL
from entrypoints.settings.database import DatabaseSettings
from tests.integration.deployment.programs import ROOT, read_yaml

# With a bucket, whose locks are in the database.
OF_A_PROCESS: Final = DatabaseSettings().pool_size + CONNECTIONS_BESIDE_POOL + 1
# Of PostgreSQL's own administrators (superuser_reserved_connections), of a migration and of a backup.
OF_OTHERS: Final = 3 + 2 + 3


def taken(arguments: list[str]) -> int:
    """Return what the database is told to take."""
    (number,) = re.findall(r"max_connections=(\d+)", " ".join(arguments))
    return int(number)


def test_compose_with_three_workers() -> None:
    """As docs/deployment.md scales them."""
    postgres = read_yaml("docker-compose.yml")["services"]["postgres"]
    assert taken(postgres["command"]) >= OF_A_PROCESS * 4 + OF_OTHERS


def test_a_swarm_while_it_is_updated() -> None:
    """New tasks are there before old ones end."""
    services: dict[str, Any] = read_yaml("infra/swarm/stack.yml")["services"]
    tasks = sum(
        deploy["replicas"] + deploy["update_config"]["parallelism"]
        for deploy in (services[name]["deploy"] for name in ("service", "worker"))
    )
    assert taken(services["postgres"]["command"]) >= OF_A_PROCESS * tasks + OF_OTHERS


def test_kubernetes_with_as_many_pods_as_there_may_be() -> None:
    """And one more of each while they are replaced."""
    text = (ROOT / "infra/kubernetes/base/autoscaling.yaml").read_text(encoding="utf-8")
    pods = sum(it["spec"]["maxReplicas"] + 1 for it in yaml.safe_load_all(text))
    text = (ROOT / "infra/kubernetes/postgres/postgres.yaml").read_text(encoding="utf-8")
    (container,) = next(it for it in yaml.safe_load_all(text) if it["kind"] == "StatefulSet")["spec"]["template"][
        "spec"
    ]["containers"]
    assert taken(container["args"]) >= OF_A_PROCESS * pods + OF_OTHERS
    assert str(OF_A_PROCESS) in text
