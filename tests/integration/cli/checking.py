"""`docgen storage check` within the process of a test."""

import json
from argparse import Namespace
from typing import Any

import pytest

from entrypoints.cli import storage


class Checking:
    """Runs the check on the stores of a test, without a process of its own, which would take longer than the check."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Return the exit code, and what was found."""
        chosen = {"contents": "--no-contents" not in options, "repair": "--repair" in options}
        self._capsys.readouterr()
        code = storage.run(Namespace(action="check", json=True, **chosen))
        said, complaints = self._capsys.readouterr()
        assert complaints == ""
        return code, json.loads(said)

    def kinds(self, *options: str) -> dict[str, str]:
        """Return what is wrong with which blob."""
        return {fault["sha256"]: fault["kind"] for fault in self(*options)[1]["faults"]}
