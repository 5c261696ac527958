"""docs/deployment.md: what an operator is told to type and to write is there, by its name, and is taken."""

import re
import shlex
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from entrypoints.cli.main import argument_parser
from entrypoints.settings.names import setting_names
from entrypoints.settings.service import Settings
from tests.integration.deployment.programs import ROOT, checked, read_yaml
from tests.integration.deployment.test_swarm import ENVIRONMENT

GUIDE = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = read_yaml("docker-compose.yml")
STACK: dict[str, Any] = read_yaml("infra/swarm/stack.yml")
# The words before a command of DocGen, and the first of its own.
RUNS = re.compile(
    r"(?:docker compose run --rm (?:-T )?(?:migrate|backup)|scripts/swarm-run\.sh|docker run --rm .*\bdocgen) ([a-z].*)"
)


def typed() -> list[str]:
    """Return the lines of blocks, and what stands between backquotes in sentences."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"`([^`\n]+ [^`\n]+)`", GUIDE)


def written() -> list[dict[str, Any]]:
    """Return the blocks of YAML."""
    found = re.findall(r"^( *)```yaml\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)) for indent, block in found]


def test_commands_of_docgen_have_arguments_that_it_takes() -> None:
    ran = [found[1] for line in typed() if (found := RUNS.search(line))]
    assert len(ran) >= 7
    for arguments in ran:
        argument_parser().parse_args(shlex.split(arguments, comments=True))


def test_files_that_it_names_are_there() -> None:
    named = set(re.findall(r"\b(?:scripts|infra)/[\w./-]*\w", GUIDE))
    # What is copied, and what is made there.
    copied = {name.replace("kubernetes/mine", "kubernetes/example").split("/secrets")[0] for name in named}
    assert {"scripts/swarm-run.sh", "infra/kubernetes/example"} <= copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_services_networks_secrets_and_profiles_have_these_names() -> None:
    profiles = {profile for service in COMPOSE["services"].values() for profile in service.get("profiles", [])}
    assert set(re.findall(r"--profile (\w+)", GUIDE)) | set(re.findall(r"^\| `(\w+)` \| ", GUIDE, re.MULTILINE)) >= (
        profiles
    )
    assert set(re.findall(r"--profile (\w+)", GUIDE)) <= profiles
    named = {
        name
        for found in re.findall(r"--scale (\w+)=|compose stop (\w+) (\w+)|compose exec --user \w+ (\w+)", GUIDE)
        for name in found
        if name
    }
    assert {"service", "worker", "postgres"} <= named <= set(COMPOSE["services"])
    assert set(re.findall(r"secrets/(\w+)", GUIDE)) - set(COMPOSE["secrets"]) == {
        "docgen_slack__signing_secret",
        "docgen_slack__bot_token",
    }
    in_a_stack = {f"docgen_{name}" for kind in ("services", "networks") for name in STACK[kind]}
    asked = r"docker service (?:scale|rollback|ps|update --image \S+) (\w+)|the network `(\w+)`|filter name=(\w+)"
    named = {name for found in re.findall(asked, GUIDE) for name in found if name}
    assert named
    assert named <= in_a_stack


def test_objects_of_kubernetes_have_these_names() -> None:
    manifests = [*ROOT.glob("infra/kubernetes/*/*.yaml")]
    made = {
        f"{it['kind'].lower()}/{it['metadata']['name']}"
        for path in manifests
        for it in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if "metadata" in it
    }
    named = {name.replace("job/admin", "") for name in re.findall(r"\b((?:deployment|job|cronjob)/[\w-]+)", GUIDE)} - {
        ""
    }
    assert {"deployment/docgen-worker", "job/docgen-migrate", "cronjob/docgen-backup"} <= named
    assert named <= made


def test_variables_are_settings_or_those_of_the_files() -> None:
    files = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("docker-compose.yml", "infra/swarm/stack.yml")
    )
    known = {*setting_names(Settings), *re.findall(r"\$\{(\w+)", files), "DOCGEN_STORAGE__S3__"}
    assert set(re.findall(r"\bDOCGEN_[A-Z0-9_]+", GUIDE)) <= known


def test_compose_and_docker_take_what_is_to_be_written_beside_their_files(tmp_path: Path) -> None:
    overrides = [block for block in written() if "services" in block]
    of_compose, of_swarm = overrides
    file = tmp_path / "ours.yml"
    file.write_text(yaml.safe_dump(of_compose), encoding="utf-8")
    checked("docker-compose", "--env-file", "/dev/null", "-f", "docker-compose.yml", "-f", file, "config", "--quiet")
    for override in overrides:
        for service in override["services"].values():
            assert {*service["environment"], *map(str.upper, service["secrets"])} <= set(setting_names(Settings))
    file.write_text(yaml.safe_dump(of_swarm), encoding="utf-8")
    options = ("--compose-file", "infra/swarm/stack.yml", "--compose-file", file)
    merged = yaml.safe_load(checked("docker", "stack", "config", *options, **ENVIRONMENT))
    secrets = {secret["source"] for secret in merged["services"]["worker"]["secrets"]}
    assert secrets == {*STACK["x-docgen"]["secrets"], "docgen_slack__signing_secret", "docgen_slack__bot_token"}


def test_what_scales_workers_asks_for_figures_that_there_are() -> None:
    (scaled,) = (block for block in written() if block.get("kind") == "ScaledObject")
    (trigger,) = scaled["spec"]["triggers"]
    promql.parse(trigger["metadata"]["query"])
    names = re.findall(r"\bdocgen_\w+", trigger["metadata"]["query"])
    page = (ROOT / "docs/how-to/metrics.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" in page] == ["docgen_queue_jobs"]
    workers = read_yaml("infra/kubernetes/base/worker.yaml")["metadata"]["name"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == workers


@pytest.mark.parametrize("missing", ENVIRONMENT)
def test_a_stack_without_image_or_host_is_refused_by_a_sentence(missing: str) -> None:
    with pytest.raises(AssertionError, match=f"{missing}.*name the"):
        checked("docker", "stack", "config", "--compose-file", "infra/swarm/stack.yml", **{**ENVIRONMENT, missing: ""})
