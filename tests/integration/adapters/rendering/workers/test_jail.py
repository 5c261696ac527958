"""Nothing gets out of a worker: each attempt is made by a locked-up process (attempts.py), and fails or ends it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from adapters.rendering.workers import landlock, seccomp
from adapters.rendering.workers.renderer import WorkerRenderer
from tests.contracts.template_renderer import options, source_of
from tests.waiting import until

ATTEMPTS = Path(__file__).with_name("attempts.py")

pytestmark = pytest.mark.skipif(
    not landlock.version() or not seccomp.is_available(), reason="this kernel has no Landlock or no seccomp"
)

ALLOWED = {
    "read the engine's modules",
    "read the standard library",
    "list a package",
    "load a time zone",
    "load an extension module",
    "use 50 MB",
    "write to its channel",
}
# What no render ever does ends the worker: it is somebody who has broken in.
FATAL = {
    "open a TCP socket",
    "open a UDP socket",
    "open a Unix socket",
    "open a pair of sockets",
    "start a program",
    "become a program",
    "fork",
    "start a thread",
    "kill its parent",
    "ask whether its parent lives",
    "take hold of its parent",
    "send on its channel as a socket",
    "debug its parent",
    "read its parent's memory by a call",
    "mount",
    "change the root folder",
    "leave its namespaces",
}
WRITING = {
    "create a file",
    "create a temporary file",
    "write to a file",
    "append to a file",
    "empty a file while opening it",
    "write to a module",
    "truncate a file",
    "delete a file",
    "rename a file",
    "link a file",
    "make a folder",
    "open a device",
}
READING = {
    "read a file of the user",
    "read /etc/passwd",
    "list the root folder",
    "read its environment",
    "read its memory map",
    "read its parent's environment",
    "read its parent's memory",
    "read the environment of process 1",
    "list the processes",
}
GREED = {"use 700 MB", "use 700 MB bit by bit"}
CALLING = {
    "change a file's mode",
    "raise a limit",
    "map executable memory",
    "map writable executable memory",
    "map a file to write and execute",
    "make memory executable",
    "change its own settings",
    "change its folder",
    "change its user",
    "change a file's times",
    "link a file by name",
    "make a file in memory",
    "make a pipe",
    "copy a descriptor",
    "ask for signals about a descriptor",
    "type on its terminal",
    "share memory",
    "send messages",
    "watch files",
    "wait for many descriptors",
    "keep memory from being swapped",
    "choose its processors",
    "go before others",
    "set an alarm",
    "wait for its children",
    "leave its session",
    "look at a file's attributes",
    "change how it runs programs",
    "send a file",
    "copy between files",
    "change a file that is open",
    "read the system's log",
}
REFUSED = WRITING | READING | GREED | CALLING


def outcomes_of(folder: Path, *lacking: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(ATTEMPTS), str(folder), *lacking],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of every attempt."""
    return outcomes_of(tmp_path_factory.mktemp("attempts"))


@pytest.mark.parametrize(("attempts", "outcome"), [(ALLOWED, "done"), (REFUSED, "refused"), (FATAL, "ended by SIGSYS")])
def test_a_locked_up_process_can_do_this_and_no_more(
    outcomes: dict[str, str], attempts: set[str], outcome: str
) -> None:
    assert {name: outcomes[name] for name in attempts} == dict.fromkeys(attempts, outcome)


def test_without_seccomp_files_and_memory_are_out_of_reach(tmp_path: Path) -> None:
    found = outcomes_of(tmp_path, "seccomp")
    held = WRITING | READING | GREED
    assert {name: found[name] for name in held} == dict.fromkeys(held, "refused")


def test_without_landlock_nothing_is_written_sent_or_started(tmp_path: Path) -> None:
    found = outcomes_of(tmp_path, "landlock")
    held = WRITING | GREED | CALLING
    assert {name: found[name] for name in held} == dict.fromkeys(held, "refused")
    assert {name: found[name] for name in FATAL} == dict.fromkeys(FATAL, "ended by SIGSYS")


def test_every_attempt_has_its_outcome(outcomes: dict[str, str]) -> None:
    assert set(outcomes) == ALLOWED | REFUSED | FATAL


@pytest.mark.asyncio(loop_scope="module")
async def test_real_workers_are_locked_up_and_have_nothing_but_their_channel(workers: WorkerRenderer) -> None:
    assert (await workers.render(source_of("x"), b"{}", options())).content == b"x"
    await until(lambda: workers.crew.ready == 2)
    for pid in workers.crew.worker_pids:
        status = dict(line.split(":\t") for line in _lines(pid, "status") if ":\t" in line)
        assert (status["NoNewPrivs"], status["Seccomp"].strip()) == ("1", "2")
        assert int(status["Threads"]) == 1
        descriptors = {int(path.name): str(path.readlink()) for path in _entries(pid, "fd")}
        assert set(descriptors) == {0, 1, 2, 3}
        assert {descriptors[number] for number in range(3)} == {"/dev/null"}
        assert descriptors[3].startswith("socket:")
        assert set(psutil.Process(pid).environ()) <= {"LC_ALL", "TZ", "LD_LIBRARY_PATH"}
        assert psutil.Process(pid).children() == []


def _lines(pid: int, name: str) -> list[str]:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").splitlines()


def _entries(pid: int, name: str) -> Iterator[Path]:
    return Path(f"/proc/{pid}/{name}").iterdir()
