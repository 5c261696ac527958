"""Every probe gets its verdict, in bounded time and memory, and the table of them in the docs is this one."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.hostile import table
from tests.hostile.bounded import MEGABYTES, SECONDS, Outcome
from tests.hostile.probes import PROBES, Probe


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[int], Outcome]]:
    """Run the probe of this number in a process of its own."""
    command = [sys.executable, "-m", "tests.hostile.bounded"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def ask(number: int) -> Outcome:
            print(number, file=stdin, flush=True)
            return Outcome(*json.loads(stdout.readline()))

        yield ask
        stdin.close()


def fits(verdict: str, said: list[str]) -> bool:
    """Tell whether what became of a probe is its verdict."""
    if verdict == "*":
        return not any(word.startswith(("= ", "raised", "died")) for word in said)
    if verdict.endswith("-*"):
        return all(word.startswith(verdict[:-1]) for word in said)
    return verdict in said


@pytest.mark.parametrize("number", range(len(PROBES)), ids=lambda number: f"{PROBES[number].kind}-{number}")
def test_the_verdict(number: int, run: Callable[[int], Outcome]) -> None:
    probe: Probe = PROBES[number]
    outcome = run(number)
    assert fits(probe.verdict, outcome.said), outcome
    assert "template-unreadable" not in outcome.said
    assert "render-error" not in outcome.said
    assert outcome.seconds < SECONDS
    assert outcome.megabytes < MEGABYTES


def test_the_table_in_the_docs() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.written(), "run: python -m tests.hostile.table"
