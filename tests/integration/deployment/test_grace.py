"""A service is given the time to say that it ends, and to finish the longest request, before it is killed."""

import re
from pathlib import Path

import pytest

from entrypoints.settings.http import HttpSettings

# Each file with the signs around its two numbers; the service's grace is the first in it.
FILES = {
    "docker-compose.yml": (r"stop_grace_period: (\d+)s", r'DOCGEN_HTTP__DRAIN_SECONDS: "(\d+)"'),
    "infra/swarm/stack.yml": (r"stop_grace_period: (\d+)s", r'DOCGEN_HTTP__DRAIN_SECONDS: "(\d+)"'),
    "infra/kubernetes/base": (r"terminationGracePeriodSeconds: (\d+)", r"DOCGEN_HTTP__DRAIN_SECONDS=(\d+)"),
}


@pytest.mark.parametrize("name", FILES)
def test_nobody_is_killed_before_the_longest_request_can_be_finished(name: str) -> None:
    path = Path(name)
    files = [path] if path.is_file() else [path / "service.yaml", path / "kustomization.yaml"]
    text = "".join(each.read_text(encoding="utf-8") for each in files)
    grace, drain = (re.search(pattern, text) for pattern in FILES[name])
    assert grace is not None
    assert drain is not None
    assert int(grace[1]) > int(drain[1]) + HttpSettings().request_seconds
