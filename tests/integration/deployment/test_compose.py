"""docker-compose.yml, by the real Compose: what it starts, who reaches whom, and what each may do."""

import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import entrypoints.settings.sources as settings_sources
from entrypoints.settings.names import refuse_unknown_names, setting_names
from entrypoints.settings.service import Settings, load_settings
from entrypoints.telemetry.variables import telemetry_settings
from tests.integration.deployment.programs import ROOT, checked, read_yaml

# Those that are up together in one combination or another; a backup runs and ends.
TOGETHER = ("s3", "proxy", "observability", "dev")
PROFILES = (*TOGETHER, "backup")
OURS = ("service", "worker", "migrate", "backup", "dev")
FILE = "docker-compose.yml"


def composed(*profiles: str, **environment: str) -> dict[str, Any]:
    """What Compose makes of the file."""
    options = [option for profile in profiles for option in ("--profile", profile)]
    answer = checked(
        "docker-compose", "--env-file", "/dev/null", "-f", FILE, *options, "config", "--format=json", **environment
    )
    model: dict[str, Any] = json.loads(answer)
    return model


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    """The file with all profiles."""
    return composed(*PROFILES)


def test_compose_takes_it_with_every_combination_of_profiles() -> None:
    """Compose checks names, types, and that what depends on something is there with it."""
    for count in range(len(TOGETHER) + 1):
        for profiles in itertools.combinations(TOGETHER, count):
            options = [option for profile in profiles for option in ("--profile", profile)]
            checked("docker-compose", "--env-file", "/dev/null", "-f", FILE, *options, "config", "--quiet")


def test_it_is_valid_by_the_schema_of_compose_files() -> None:
    """Of the specification, which is stricter about what Compose leaves aside."""
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE)


def test_files_that_are_mounted_are_in_the_repository(everything: dict[str, Any]) -> None:
    """Compose would make an empty folder in place of one that is missing."""
    mounted = [
        mount["source"]
        for service in everything["services"].values()
        for mount in service.get("volumes", [])
        if mount["type"] == "bind"
    ]
    assert mounted
    missing = [source for source in mounted if not Path(source).exists()]
    assert missing == []


def test_without_a_profile_service_worker_and_database_start_in_order_of_health() -> None:
    """A service never meets a database without its schema."""
    services = composed()["services"]
    assert set(services) == {"service", "worker", "migrate", "postgres"}
    for name in ("service", "worker"):
        needs = services[name]["depends_on"]
        assert needs["postgres"]["condition"] == "service_healthy"
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["healthcheck"]["test"][1:3] == ["docgen", "healthcheck"]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["migrate"]["command"] == ["migrate"]


def test_only_the_proxy_is_reached_from_other_machines(everything: dict[str, Any]) -> None:
    """The service, and what operators look at, have ports of this machine alone; the database has none at all."""
    ports = {name: service.get("ports", []) for name, service in everything["services"].items()}
    open_to_all = {name for name, given in ports.items() if any(port.get("host_ip") != "127.0.0.1" for port in given)}
    assert open_to_all == {"proxy"}
    assert {name for name, given in ports.items() if given} == {
        "proxy",
        "service",
        "dev",
        "jaeger",
        "prometheus",
        "grafana",
    }


def test_networks_keep_apart_who_has_nothing_to_say_to_each_other(everything: dict[str, Any]) -> None:
    """The proxy does not reach the database; the database reaches nothing outside."""
    networks = everything["networks"]
    members = {name: set(service["networks"]) for name, service in everything["services"].items()}
    internal = {name for name, network in networks.items() if network.get("internal")}
    assert internal == {"proxy", "database", "storage", "telemetry"}
    assert members["proxy"] & members["service"] == {"proxy"}
    assert [name for name, its in members.items() if "proxy" in its] == ["proxy", "service"]
    for name in ("postgres", "s3", "migrate", "collector"):
        assert members[name] <= internal


def test_every_container_is_hardened_and_limited(everything: dict[str, Any]) -> None:
    """Read-only, without capabilities but those that are named, with one core and 1 GB, its log turned over."""
    for name, service in everything["services"].items():
        _hold_to_limits(name, service)


def _hold_to_limits(name: str, service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    limits, reserved = (service["deploy"]["resources"][kind] for kind in ("limits", "reservations"))
    assert (limits["cpus"], limits["memory"]) == (1, str(1024**3))
    assert (reserved["cpus"], reserved["memory"]) == (0.5, str(512 * 1024**2))
    assert service["logging"]["options"]["max-file"] == "3"
    if name in OURS:
        assert service["user"] == "10001:10001"
        assert "cap_add" not in service


def test_no_secret_is_in_a_variable_and_the_service_does_not_know_the_owner(everything: dict[str, Any]) -> None:
    """Variables are seen by whoever may look at a container."""
    services = everything["services"]
    for name in OURS:
        assert not {key for key in services[name]["environment"] if re.search("PASSWORD|SECRET|_KEY|__URL$", key)}
    mounted = {name: {secret["source"] for secret in services[name].get("secrets", [])} for name in services}
    assert {name for name, its in mounted.items() if "docgen_database__admin_url" in its} == {
        "migrate",
        "backup",
        "postgres",
    }
    assert {name for name, its in mounted.items() if "postgres_password" in its} == {"postgres"}


def test_figures_are_for_prometheus_alone(everything: dict[str, Any]) -> None:
    """Service and worker ask for a token, whoever is in a network with them; Prometheus has it where it looks."""
    services = everything["services"]
    having = {
        name
        for name, its in services.items()
        if "docgen_metrics__token" in {secret["source"] for secret in its.get("secrets", [])}
    }
    assert having == {"service", "worker", "dev", "prometheus"}
    for job in read_yaml("infra/observability/prometheus.yml")["scrape_configs"]:
        assert job["authorization"] == {"credentials_file": "/run/secrets/docgen_metrics__token"}


def test_every_variable_and_secret_of_docgen_is_a_setting(
    everything: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that DocGen does not know would end its start."""
    known = set(setting_names(Settings))
    for name in OURS:
        service = everything["services"][name]
        for secret in service["secrets"]:
            assert secret["source"].upper() in known
        for key in service["environment"]:
            assert key in known or not key.startswith("DOCGEN_")
    for key, value in everything["services"]["service"]["environment"].items():
        monkeypatch.setenv(key, value or "")
    assert load_settings().storage.kind == "local"


def test_what_is_sent_to_the_collector_is_what_it_takes() -> None:
    """A signal without a pipeline would be refused, once a minute for ever."""
    composition = composed(OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318")
    pipelines = read_yaml("infra/observability/collector.yaml")["service"]["pipelines"]
    taken = {name for name, its in pipelines.items() if "otlp" in its["receivers"]}
    for name in ("service", "worker"):
        environment = composition["services"][name]["environment"]
        sent = telemetry_settings({key: value or "" for key, value in environment.items() if key.startswith("OTEL_")})
        assert sent.traces
        assert {signal for signal in ("traces", "metrics") if getattr(sent, signal)} <= taken


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, ""),
        ({"DOCGEN_DOMAIN": "docgen.test"}, "https://docgen.test"),
        ({"DOCGEN_DOMAIN": "docgen.test", "DOCGEN_HTTP__PUBLIC_URL": "https://a.test"}, "https://a.test"),
    ],
)
def test_service_and_workers_know_the_address_that_links_begin_with(given: dict[str, str], address: str) -> None:
    """That of the proxy, unless another one is said."""
    services = composed(**given)["services"]
    assert {services[name]["environment"]["DOCGEN_HTTP__PUBLIC_URL"] for name in ("service", "worker")} == {address}


def test_variables_of_the_file_are_none_that_docgen_takes_for_misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the `.env` of this folder."""
    text = (ROOT / FILE).read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{([A-Z0-9_]+)", text)):
        if name not in setting_names(Settings):
            monkeypatch.setenv(name, "x")
    refuse_unknown_names(Settings, ROOT / "nothing")


def test_the_script_makes_the_secrets_of_the_file_once(tmp_path: Path) -> None:
    """In a folder that is closed to others; a second run changes none."""
    folder = tmp_path / "secrets"
    script = ROOT / "scripts/make-secrets.sh"
    subprocess.run([script, folder], check=True, capture_output=True)
    made = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(made) == set(read_yaml(FILE)["secrets"])
    assert folder.stat().st_mode & 0o777 == 0o700
    # Whoever runs it writes keys of their own into a file, as they would anywhere.
    own = folder / "docgen_storage__s3__access_key_id"
    own.unlink()
    own.write_text("AKIA-OWN", encoding="utf-8")
    own.chmod(0o600)
    made[own.name] = "AKIA-OWN"
    subprocess.run([script, folder], check=True, capture_output=True)
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == made
    # Containers read them as users of their own, and their owner may write to them.
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}


def test_docgen_takes_what_the_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As files of secrets, by their names."""
    subprocess.run([ROOT / "scripts/make-secrets.sh", tmp_path], check=True, capture_output=True)
    monkeypatch.setattr(settings_sources, "SECRETS_DIR", tmp_path)
    monkeypatch.setenv("DOCGEN_DATABASE__EMBEDDED", "false")
    settings = load_settings()
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value().startswith("postgresql://docgen_service:")
    assert len(settings.secret_keys[0]) == 64
