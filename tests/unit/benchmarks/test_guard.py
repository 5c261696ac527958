"""The benchmark of the guard."""

import pytest

from benchmarks.cases import CASES
from benchmarks.guard import main


def test_it_compares_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "2", "--milliseconds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [case.name for case in CASES]
