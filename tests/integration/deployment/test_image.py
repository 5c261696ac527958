"""What an image is built from."""

import re
import tomllib

from tests.integration.deployment.programs import ROOT, checked

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    """Each exception stands in the file, with its reason above it."""
    assert checked("hadolint", "Dockerfile") == ""


def test_scripts_have_no_findings() -> None:
    """Those of deployments are shell."""
    scripts = [*ROOT.glob("scripts/*.sh"), *ROOT.glob("infra/**/*.sh")]
    assert scripts
    checked("shellcheck", *scripts)


def test_the_last_stage_runs_without_root_and_refuses_the_embedded_database() -> None:
    """It has what it needs, and nothing that builds it."""
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert "USER 10001:10001" in last
    assert "DOCGEN_DATABASE__EMBEDDED=false" in last
    assert re.search(r'^HEALTHCHECK .* CMD \["docgen", "healthcheck"\]$', last, re.MULTILINE)
    assert 'ENTRYPOINT ["/usr/bin/tini", "--", "docgen"]' in last
    assert "pip " not in last
    assert "--require-hashes" in DOCKERFILE


def test_the_image_has_the_version_of_the_package() -> None:
    """Releases name theirs; what is built by hand has that of the sources."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"ARG VERSION={version}\n" in DOCKERFILE


def test_only_what_is_copied_reaches_the_build() -> None:
    """No secret, no `.git`, no data of the folder where an image is built."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    named = [line for line in ignored if line and not line.startswith("#")]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert named[0] == "*"
    assert {line[1:] for line in named if line.startswith("!")} == {name for line in copied for name in line.split()}


def test_every_file_takes_the_same_version_of_a_program() -> None:
    """And names one, so that a start is not an update."""
    files = ["Dockerfile", "docker-compose.yml", "infra/swarm/stack.yml", "infra/kubernetes/postgres/postgres.yaml"]
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)
    named = re.findall(r"(?:image: |_IMAGE=|_IMAGE:-)([a-z][\w./-]*):([\w.-]+)", text)
    versions = {(name, version) for name, version in named if name != "docgen"}
    assert {"postgres", "traefik", "python"} <= {name for name, _ in versions}
    assert len({name for name, _ in versions}) == len(versions)
    assert "latest" not in {version for _, version in versions}
