"""File systems that are mounted for a test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def mounted(what: str, *arguments: str) -> Iterator[None]:
    """Mount a file system on the last of the arguments, and unmount it after the block."""
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"{what} cannot be tested: there is no program 'mount'")
    if done.returncode:
        pytest.skip(f"{what} cannot be tested: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)
