"""The command line as a user runs it: a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.support.databases import as_service

if TYPE_CHECKING:
    from tests.integration.cli.checking import Checking

DOCGEN = Path(sys.executable).with_name("docgen")
EXAMPLES = Path("examples").resolve()

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment without any setting but these."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith(("DOCGEN_", "OTEL_"))}, **settings}


@pytest.fixture
def tmp_path(data_dir: Path) -> Path:
    """An empty directory that every user can enter; what the embedded database leaves is removed with it."""
    return data_dir.parent


@pytest.fixture
def docgen(tmp_path: Path) -> Run:
    """Run `docgen` in an empty directory and return what it said."""

    def run(*arguments: object, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [DOCGEN, *map(str, arguments)],
            cwd=tmp_path,
            env=clean_environment(**settings),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    return run


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let programs that are started be ended by Ctrl-C, also where the tests run in the background of a shell.

    Such a shell has it ignored, and whoever is started inherits that; a handler is not inherited (signal(7)).
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> "Checking":
    """Check the stores of the test's database and of the storage in its folder."""
    from tests.integration.cli.checking import Checking  # noqa: PLC0415  # takes long, and few tests need it

    monkeypatch.setenv("DOCGEN_DATABASE__URL", as_service(database_url))
    monkeypatch.setenv("DOCGEN_DATA_DIR", str(tmp_path / "data"))
    return Checking(capsys)
