""".github: workflows and updates, which nobody has run yet, by their schemas and by zizmor."""

from typing import Any

from tests.integration.deployment.programs import ROOT, checked, read_yaml

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


def test_workflows_and_updates_are_valid_by_their_schemas() -> None:
    """An unknown key is an error."""
    checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    checked("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")


def test_zizmor_finds_no_weakness() -> None:
    """Texts from outside in scripts, rights that are too wide, credentials that are left behind."""
    checked("zizmor", "--offline", "--quiet", "--config", ".github/zizmor.yml", ".github")


def test_what_they_run_is_there() -> None:
    """Each command is a target of the Makefile, or a file of the repository."""
    targets = {
        line.split(":")[0] for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if ":" in line
    }
    steps: list[dict[str, Any]] = [
        step for path in WORKFLOWS for job in read_yaml(path)["jobs"].values() for step in job["steps"]
    ]
    commands = [step["run"].split() for step in steps if "run" in step]
    for command in commands:
        if command[0] == "make":
            assert command[1] in targets
        if command[0].startswith("scripts/"):
            assert (ROOT / command[0]).is_file()
    assert ["make", "lint"] in commands
    assert ["make", "test"] in commands


def test_every_job_names_its_rights_and_its_time() -> None:
    """None gets what the repository grants by default."""
    for path in WORKFLOWS:
        workflow = read_yaml(path)
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert job["permissions"]
            assert job["timeout-minutes"] <= 60
