"""The same input gives the same bytes in any process: whatever its hash seed, compiled anew or kept on disk."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.word_kinds import KINDS

ROOT: Final = Path(__file__).parents[4]


def digests_in_a_process(seed: str, *arguments: str) -> dict[str, str]:
    """Let a process of its own make all documents."""
    command = [sys.executable, "-m", "tests.integration.adapters.rendering.digests", *arguments]
    path = os.pathsep.join(filter(None, ("src", os.environ.get("PYTHONPATH"))))
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=env, timeout=100)
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def test_every_process_makes_the_same_bytes(tmp_path: Path) -> None:
    first = digests_in_a_process("1")
    assert {"invoice.docx as docx", "meeting-minutes.md as html", "payment-reminder.txt as txt"} <= first.keys()
    assert {f"{kind} as docx" for kind in KINDS} <= first.keys()
    assert digests_in_a_process("4711") == first
    assert digests_in_a_process("0", str(tmp_path / "kept")) == first
