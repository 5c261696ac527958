"""Programs that check the files of a deployment, and the repository that the files are in."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]


def program(name: str) -> str:
    """Return the path of a program beside this Python or on PATH; the test is skipped where there is none."""
    own = Path(sys.executable).with_name(name)
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"The program {name} is not installed; 'make install' brings most of those that are used here.")
    return found


def checked(name: str, *arguments: object, **environment: str) -> str:
    """Run a program in the repository, and return what it prints; fail with what it says where it complains."""
    done = subprocess.run(
        [program(name), *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read_yaml(path: str | Path) -> Any:
    """Return what a file of the repository says."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
