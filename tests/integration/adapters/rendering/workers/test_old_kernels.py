"""On a kernel that lacks Landlock or seccomp the service works, the rest of the jail holds, the log says it once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.rendering.workers import landlock, seccomp
from tests.integration.adapters.rendering.workers.processes import MEMORY_BYTES

PROGRAM = Path(__file__).with_name("old_kernel.py")

pytestmark = pytest.mark.skipif(
    not landlock.version() or not seccomp.is_available(), reason="this kernel has no Landlock or no seccomp"
)


@pytest.mark.parametrize(("lacking", "name"), [("landlock", "Landlock"), ("seccomp", "seccomp")])
def test_what_a_kernel_lacks_is_said_once_and_the_rest_holds(lacking: str, name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), lacking],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert (lines[0] == "landlock 0") == (lacking == "landlock")
    assert [line for line in lines if "locked up without" in line] == [
        f"Render workers are locked up without {name}: this system does not offer it."
    ]
    assert lines[-3:] == ["a document", *[f"memory limit {MEMORY_BYTES}"] * 2]
