"""infra/kubernetes: the manifests by the schemas of Kubernetes, and what pods may do."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrypoints.cli.main import argument_parser
from entrypoints.settings.names import setting_names
from entrypoints.settings.service import Settings
from tests.integration.deployment.programs import ROOT, checked, read_yaml

FOLDER = ROOT / "infra/kubernetes"
KUSTOMIZATIONS = sorted([*FOLDER.glob("*/kustomization.yaml"), ROOT / "infra/postgres/kustomization.yaml"])
MANIFESTS = sorted(path for path in FOLDER.glob("*/*.yaml") if path.name != "kustomization.yaml")


@cache
def documents() -> list[dict[str, Any]]:
    """Every object of every manifest."""
    return [it for path in MANIFESTS for it in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def pods() -> dict[str, dict[str, Any]]:
    """The pods of everything that makes some, by its name."""
    made = {it["metadata"]["name"]: it for it in documents()}
    return {
        name: it["spec"]["jobTemplate"]["spec"]["template"] if it["kind"] == "CronJob" else it["spec"]["template"]
        for name, it in made.items()
        if it["kind"] in {"Deployment", "StatefulSet", "Job", "CronJob"}
    }


def test_manifests_are_valid_by_the_strict_schemas() -> None:
    """An unknown field is an error."""
    checked("kubernetes-validate", "--strict", *MANIFESTS)


def test_kustomizations_are_valid_by_their_schema() -> None:
    """A misspelt field of theirs would be left alone."""
    for path in KUSTOMIZATIONS:
        known = {"apiVersion", "kind", "namespace", "resources", "images", "labels"}
        assert set(read_yaml(path)) <= known | {"configMapGenerator", "secretGenerator"}


def test_kustomizations_name_what_is_there_and_all_of_it() -> None:
    """A manifest that nobody names is never applied."""
    named = set()
    for path in KUSTOMIZATIONS:
        for resource in read_yaml(path).get("resources", []):
            target = (path.parent / resource).resolve()
            assert target.exists(), f"{path} names {resource}"
            named.add(target)
    assert set(MANIFESTS) <= named
    assert {path.parent for path in KUSTOMIZATIONS} - named == {FOLDER / "example"}


def kustomize() -> list[str]:
    """Return the command that builds a kustomization; the test is skipped where there is none of today."""
    if shutil.which("kustomize") is not None:
        return ["kustomize", "build"]
    # Before 1.21 it had a kustomize of years before, without `labels`.
    version = json.loads(checked("kubectl", "version", "--client", "--output=json"))["clientVersion"]["minor"]
    if int(version.rstrip("+")) < 21:  # all majors so far are 1
        pytest.skip(f"kubectl 1.{version} is too old to build the example.")
    return ["kubectl", "kustomize"]


def test_kustomize_builds_the_example(tmp_path: Path) -> None:
    """The secrets are made as the documentation says."""
    build = kustomize()
    copied = tmp_path / "infra"
    shutil.copytree(ROOT / "infra", copied)
    subprocess.run(
        [ROOT / "scripts/make-secrets.sh", copied / "kubernetes/example/secrets"], check=True, capture_output=True
    )
    built = checked(*build, copied / "kubernetes/example")
    (tmp_path / "built.yaml").write_text(built, encoding="utf-8")
    checked("kubernetes-validate", "--strict", tmp_path / "built.yaml")


@pytest.mark.parametrize("name", ["docgen-service", "docgen-worker", "docgen-migrate", "docgen-backup", "postgres"])
def test_pods_run_without_root_and_without_rights(name: str) -> None:
    """As the profile `restricted` of Kubernetes wants it, and more."""
    spec = pods()[name]["spec"]
    assert spec["enableServiceLinks"] is False
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]) == {"requests", "limits"}


def test_only_the_migration_the_backup_and_the_server_have_the_owners_role() -> None:
    """And no secret is in a variable."""
    having = set()
    for name, pod in pods().items():
        (secrets,) = (
            volume["projected"]["sources"] for volume in pod["spec"]["volumes"] if volume["name"] == "secrets"
        )
        having |= {name for source in secrets if source["secret"]["name"] == "docgen-owner"}
    assert having == {"docgen-migrate", "docgen-backup", "postgres"}


def test_what_pods_run_is_a_command_of_docgen() -> None:
    """With arguments that it takes."""
    for name, pod in pods().items():
        (container,) = pod["spec"]["containers"]
        if name != "postgres":
            argument_parser().parse_args(container["args"])


def test_secrets_are_no_part_of_the_repository() -> None:
    """Wherever somebody copies the example to."""
    if not (ROOT / ".git").exists():
        pytest.skip("This is no checkout of git.")
    for folder in ("secrets", "infra/kubernetes/example/secrets", "infra/kubernetes/mine/secrets"):
        checked("git", "check-ignore", f"{folder}/docgen_secret_key")


def test_policies_budgets_scalers_and_services_mean_pods_that_are_there() -> None:
    """A selector that fits nothing protects nothing."""
    labels = [pod["metadata"]["labels"] for pod in pods().values()]

    def selected(selector: dict[str, Any]) -> bool:
        wanted = selector.get("matchLabels", {}).items()
        expressions = selector.get("matchExpressions", [])
        return any(
            wanted <= its.items() and all(its.get(it["key"]) in it["values"] for it in expressions) for its in labels
        )

    counted = 0
    for it in documents():
        spec = it.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector")) if it["kind"] != "Service" else None
        if it["kind"] == "Service":
            selector = {"matchLabels": spec["selector"]}
        if selector is not None:
            assert selected(selector), it["metadata"]["name"]
            counted += 1
        if it["kind"] == "HorizontalPodAutoscaler":
            assert spec["scaleTargetRef"]["name"] in pods()
    assert counted >= 10


def test_literals_of_the_configuration_are_settings() -> None:
    """A name that DocGen does not know would end its start."""
    known = set(setting_names(Settings))
    for path in KUSTOMIZATIONS:
        for generator in read_yaml(path).get("configMapGenerator", []):
            assert {literal.partition("=")[0] for literal in generator.get("literals", [])} <= known
        for generator in read_yaml(path).get("secretGenerator", []):
            own = {Path(file).name.upper() for file in generator["files"]} - {"POSTGRES_PASSWORD"}
            assert own <= known


def ingress_of(path: str) -> str | None:
    """Return the chain of middlewares that a path is led through, None where it leads nowhere."""
    prefix = "traefik.ingress.kubernetes.io/router"
    leading = [
        (
            int(it["metadata"]["annotations"][f"{prefix}.priority"]),
            it["metadata"]["annotations"][f"{prefix}.middlewares"],
        )
        for it in documents()
        if it["kind"] == "Ingress"
        for rule in it["spec"]["rules"]
        for its in rule["http"]["paths"]
        if path == its["path"] or (its["pathType"] == "Prefix" and path.startswith(its["path"] + "/"))
    ]
    return max(leading, default=(0, None))[1]


def test_the_ingress_leads_to_everything_but_the_figures() -> None:
    """/metrics is for the inside."""
    described = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    assert {"/v1/renders", "/readyz"} <= set(described)
    assert [path for path in (*described, "/docs", "/openapi.json", "/slack/events") if ingress_of(path) is None] == []
    assert ingress_of("/metrics") is None


def test_the_ingress_holds_bodies_to_the_limits_of_the_other_deployments() -> None:
    """And streams what may be large, which a route with a limit of bodies would hold back."""
    declared = read_yaml("infra/traefik/dynamic/middlewares.yml")["http"]["middlewares"]
    led = {
        "/v1/renders": "docgen-uploads",
        "/v1/templates": "docgen-uploads",
        "/v1/batches": "docgen-rows",
        "/v1/batches/btc_1/archive": "docgen",
        "/links/token": "docgen",
        "/slack/events": "docgen-slack",
    }
    assert {path: ingress_of(path) for path in led} == {path: f"{chain}@file" for path, chain in led.items()}
    assert set(led.values()) <= set(declared)
