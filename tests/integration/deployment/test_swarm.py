"""infra/swarm/stack.yml: what Docker itself makes of it, how it is replaced, and what its labels tell Traefik."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from entrypoints.settings.names import setting_names
from entrypoints.settings.service import Settings
from entrypoints.telemetry.variables import telemetry_settings
from tests.integration.deployment.programs import checked, read_yaml

FILE = "infra/swarm/stack.yml"
ENVIRONMENT = {"DOCGEN_IMAGE": "registry.example.org/docgen:1", "DOCGEN_DOMAIN": "docgen.test"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services as the file has them, with what is merged into them."""
    services: dict[str, Any] = read_yaml(FILE)["services"]
    return services


def test_docker_takes_the_stack() -> None:
    """As `docker stack deploy` would read it; files that it names have to be there."""
    stack = yaml.safe_load(checked("docker", "stack", "config", "--compose-file", FILE, **ENVIRONMENT))
    assert stack["services"]["service"]["image"] == ENVIRONMENT["DOCGEN_IMAGE"]
    assert all(Path(config["file"]).is_file() for config in stack["configs"].values())


def test_it_is_valid_by_the_schema_of_compose_files() -> None:
    """Also where there is no Docker."""
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE)


@pytest.mark.parametrize("name", ["service", "worker"])
def test_a_new_task_is_healthy_before_an_old_one_ends(services: dict[str, Any], name: str) -> None:
    """And one that fails takes the whole update back."""
    deployed = services[name]["deploy"]
    assert deployed["replicas"] >= 2
    update = deployed["update_config"]
    assert update["order"] == "start-first"
    assert update["failure_action"] == "rollback"
    assert update["max_failure_ratio"] == 0
    assert services[name]["healthcheck"]["test"][1:3] == ["docgen", "healthcheck"]


def test_the_migration_is_a_job_with_the_owners_role(services: dict[str, Any]) -> None:
    """Which nobody else has but the server that makes it."""
    deployed = services["migrate"]["deploy"]
    assert deployed["mode"] == "replicated-job"
    # It may be there long before the database is.
    assert deployed["restart_policy"]["condition"] == "on-failure"
    assert "max_attempts" not in deployed["restart_policy"]
    having = {name for name, its in services.items() if "docgen_database__admin_url" in its.get("secrets", [])}
    assert having == {"migrate", "postgres"}


@pytest.mark.parametrize("name", ["service", "worker", "migrate", "postgres", "proxy", "docker-api"])
def test_every_task_is_hardened_and_limited(services: dict[str, Any], name: str) -> None:
    """Read-only, without capabilities but those that are named, with limits, its log turned over."""
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service["deploy"]["resources"]) == {"limits", "reservations"}
    assert service["logging"]["options"]["max-file"] == "3"


def test_variables_and_secrets_of_docgen_are_settings(services: dict[str, Any]) -> None:
    """A name that DocGen does not know would end its start; and no secret is in a variable."""
    known = set(setting_names(Settings))
    for name in ("service", "worker", "migrate"):
        assert {secret.upper() for secret in services[name]["secrets"]} <= known
        given = services[name]["environment"]
        telemetry_settings({key: "" for key in given if key.startswith("OTEL_")})
        assert {key for key in given if not key.startswith("OTEL_")} <= known
        assert not set(services[name]["environment"]) & {secret.upper() for secret in read_yaml(FILE)["secrets"]}


def test_workers_know_the_address_that_links_begin_with(services: dict[str, Any]) -> None:
    """They tell Slack of documents, too."""
    for name in ("service", "worker"):
        assert services[name]["environment"]["DOCGEN_HTTP__PUBLIC_URL"].startswith("https://${DOCGEN_DOMAIN")


def test_the_labels_say_the_same_as_the_routes_of_one_machine(services: dict[str, Any]) -> None:
    """Which are those that the real Traefik is tested with: the middlewares stand in one file alone."""
    text = read_text_of_routes().replace('{{ env "DOCGEN_DOMAIN" }}', "${DOCGEN_DOMAIN}")
    expected: dict[str, Any] = {"enable": "true"}
    declared = yaml.safe_load(text)["http"]
    for name, router in declared["routers"].items():
        expected |= {
            f"http.routers.{name}.entrypoints": ",".join(router["entryPoints"]),
            f"http.routers.{name}.rule": router["rule"],
            f"http.routers.{name}.priority": str(router["priority"]),
            f"http.routers.{name}.middlewares": ",".join(f"{it}@file" for it in router["middlewares"]),
            f"http.routers.{name}.service": router["service"],
        }
    balancer = declared["services"]["docgen"]["loadBalancer"]
    prefix = "http.services.docgen.loadbalancer"
    expected |= {f"{prefix}.healthcheck.{key}": value for key, value in balancer["healthCheck"].items()}
    expected[f"{prefix}.server.port"] = "8000"
    labels = services["service"]["deploy"]["labels"]
    assert labels == {f"traefik.{name}": value for name, value in expected.items()}


def test_traefik_is_set_up_as_on_one_machine_but_for_where_routes_come_from() -> None:
    """Entry points, time limits, certificates and logs are the same."""
    alone, swarm = read_yaml("infra/traefik/traefik.yml"), read_yaml("infra/swarm/traefik.yml")
    assert swarm.pop("providers").keys() == {"file", "swarm"}
    assert alone.pop("providers").keys() == {"file"}
    assert swarm == alone


def read_text_of_routes() -> str:
    """Return the routes as text: they are a template of Traefik's."""
    return Path("infra/traefik/dynamic/routes.yml").read_text(encoding="utf-8")
