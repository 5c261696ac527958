"""`docgen serve` at a terminal: lines for people, and Ctrl-C."""

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

from tests.integration.cli.conftest import DOCGEN, clean_environment
from tests.integration.cli.serving import DEADLINE_SECONDS, free_port


def test_a_person_reads_lines_without_json_and_ends_it_with_ctrl_c(tmp_path: Path) -> None:
    settings = {
        "DOCGEN_DATABASE__URL": f"postgresql://docgen:geheim@127.0.0.1:{free_port()}/docgen",
        "DOCGEN_AUTH__MODE": "none",
        "DOCGEN_HTTP__PORT": str(free_port()),
        "DOCGEN_RENDERING__WORKERS": "1",
    }
    ours, terminal = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as reader:
        process = subprocess.Popen(
            [DOCGEN, "serve"],
            cwd=tmp_path,
            env=clean_environment(**settings),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        try:
            shown = _read_until(reader.fileno(), b"Ctrl-C ends it.")
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody in the foreground gets it
            shown += _read_until(reader.fileno(), None)
            assert process.wait(DEADLINE_SECONDS) == 0
        finally:
            process.kill()
            process.wait()
    lines = shown.decode().splitlines()
    assert any(line.startswith("DocGen listens on http://127.0.0.1:") for line in lines)
    assert any(re.match(r"\d\d:\d\d:\d\d WARNING docgen\.storage: .*cannot be reached", line) for line in lines)
    assert [line for line in lines if line.startswith("{") or "Traceback" in line or "geheim" in line] == []


def _read_until(descriptor: int, end: bytes | None) -> bytes:
    """Read what is shown until that comes, or until nobody has the terminal any more."""
    shown = b""
    while end is None or end not in shown:
        try:
            piece = os.read(descriptor, 65_536)
        except OSError:  # how Linux says that the other end is closed (EIO)
            piece = b""
        if not piece:
            break
        shown += piece
    return shown
